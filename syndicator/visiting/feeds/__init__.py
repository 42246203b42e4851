"""Feeds and sitemaps: bytes into entries, in any format, despite common faults."""
