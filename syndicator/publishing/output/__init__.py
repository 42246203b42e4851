"""Where published files go, the redirects beside them, and the notice to hubs."""
