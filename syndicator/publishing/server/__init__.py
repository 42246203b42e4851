"""Web server for the published files."""
