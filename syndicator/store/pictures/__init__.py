"""Rows of articles' pictures: which have a thumbnail, and which wait for one."""
