"""Publishing: turns the shelf into feeds, pages and their addresses."""
