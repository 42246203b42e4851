"""The shelf: one markdown file an article, the truth."""
