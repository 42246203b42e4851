"""Describe filed articles again: learn tags, reread pages, use a language model; count the feeds
that change."""
