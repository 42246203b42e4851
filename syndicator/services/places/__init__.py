"""Where articles, pages and published files are."""
