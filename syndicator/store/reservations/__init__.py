"""Paths of article files that may have no rows yet."""
