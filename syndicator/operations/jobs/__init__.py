"""Jobs of the console and the API."""
