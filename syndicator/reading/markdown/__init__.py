"""The article's blocks as markdown."""
