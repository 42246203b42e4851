"""Article store: one markdown file per article. The files are the truth."""
