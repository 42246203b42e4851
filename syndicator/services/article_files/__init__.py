"""Commands about the files of articles: import and prune."""
