"""Store articles as markdown files, one each; these files are the truth, not the database."""
