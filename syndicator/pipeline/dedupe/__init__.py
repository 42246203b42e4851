"""Copies of one story: found by their text, merged into the one that stands for it."""
