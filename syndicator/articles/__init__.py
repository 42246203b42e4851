"""The article store: one markdown file an article, the truth."""
