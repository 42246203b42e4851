"""Create a new instance: configuration and deployment files."""
