"""Messages to others: webhooks, hubs of our feeds, digests."""
