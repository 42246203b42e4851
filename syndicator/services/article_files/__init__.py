"""Commands about the files of articles: import, prune, reindex."""
