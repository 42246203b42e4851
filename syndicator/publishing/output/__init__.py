"""Outlets for published files, redirects, and notices to hubs."""
