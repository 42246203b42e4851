"""Owners of articles in a visit: which article an entry is, and whether a site links a feed."""
