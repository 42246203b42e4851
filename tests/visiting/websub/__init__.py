"""Requests to hubs, their answers, and the trust in them."""
