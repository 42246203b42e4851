"""What an article is, or would be, and why (`show`)."""
