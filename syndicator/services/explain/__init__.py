"""Explain an article, or an address that may become one (`show`)."""
