"""Parse feeds and sitemaps of any format into entries, despite common faults."""
