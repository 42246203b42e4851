"""Visiting: brings bytes, politely and safely."""
