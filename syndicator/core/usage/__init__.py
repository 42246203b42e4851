"""Statements of publishers about the use of their articles, and the resulting terms. Pure."""
