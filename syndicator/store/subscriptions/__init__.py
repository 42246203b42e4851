"""Our subscriptions at hubs."""
