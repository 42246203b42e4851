"""Publishing: turns the article store into feeds, pages and their addresses."""
