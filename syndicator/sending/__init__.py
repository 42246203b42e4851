"""Send messages to others: webhooks, notices to hubs; make the entries of digests."""
