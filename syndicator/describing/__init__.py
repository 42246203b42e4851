"""Describe an article: excerpt, category, tags, language."""
