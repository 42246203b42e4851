"""Saved queries: their language, their file, and which articles are in them."""
