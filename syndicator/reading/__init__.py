"""Reading: turns a page into an article's title, author, dates, cover and markdown body."""
