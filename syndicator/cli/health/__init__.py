"""Commands that tell how an instance is."""
