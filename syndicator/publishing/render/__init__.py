"""Views and feed heads to bytes. The only door to feedgen."""
