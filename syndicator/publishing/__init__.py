"""Turn filed articles into feeds, pages and search files, and serve these."""
