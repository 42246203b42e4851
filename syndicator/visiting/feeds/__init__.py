"""Feeds and sitemaps: bytes into entries, in any format and with the faults that feeds have."""
