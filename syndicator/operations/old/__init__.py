"""Acts that are no operations yet."""
