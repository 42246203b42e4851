"""Describing: says what a text is about: excerpt, category, tags, language."""
