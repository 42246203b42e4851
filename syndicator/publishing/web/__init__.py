"""The pages for people: front page, a page for each feed, all feeds."""
