"""Describe an article: choose its excerpt, category and tags; detect its language."""
