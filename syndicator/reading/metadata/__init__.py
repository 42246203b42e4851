"""Find title, author, dates, cover and identity of a page, wherever it states them."""
