"""Publishing: turn the article store into feeds, pages and their addresses."""
