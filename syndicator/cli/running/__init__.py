"""Commands that visit, build and serve: up, refresh, build, serve, console, worker."""
