"""Notices to others: to the hubs of our feeds."""
