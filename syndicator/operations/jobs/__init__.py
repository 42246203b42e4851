"""Jobs of the console and the API, and the log of changes."""
