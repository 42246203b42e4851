"""Create a new instance: its configuration and the files that run it."""
