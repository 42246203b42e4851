"""How likely each block of a page is article: its features, and what was fitted to them."""
