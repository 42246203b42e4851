"""A page as bytes into a parsed document, and its text as blocks."""
