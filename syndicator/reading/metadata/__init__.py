"""Title, author, dates, cover and identity of a page, from every place that states them."""
