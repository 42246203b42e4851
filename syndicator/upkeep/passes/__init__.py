"""Revise filed articles in a pass: choose, read or describe again, compare, show, write.

What is done with an article is given to the pass: see `describe_all` and `reread`."""
