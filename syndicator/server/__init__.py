"""The web server for the published files."""
