"""Make the pages for people: front page, a page for each feed, the list of feeds."""
