"""Excerpts: sentences that summarise an article."""
