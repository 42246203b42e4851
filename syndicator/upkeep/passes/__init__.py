"""One pass over filed articles: choose them, read or describe them again, compare, show, write.
What is done with an article is given to the pass: see `describe_all` and `reread`."""
