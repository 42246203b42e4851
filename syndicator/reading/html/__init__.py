"""Parsing of a page's bytes into a document, and of its text into blocks."""
