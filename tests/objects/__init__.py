"""What is kept in an object store instead of a folder."""
