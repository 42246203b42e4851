"""Data for the pages of the console."""
