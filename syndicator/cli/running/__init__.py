"""Commands that run: up, refresh, build, serve."""
