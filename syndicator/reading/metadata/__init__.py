"""Title, author, dates, cover and identity: every place a page states them, and which one is believed."""
