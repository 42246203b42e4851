"""Excerpts: whole sentences that say what an article is about."""
