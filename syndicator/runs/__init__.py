"""Decide when visits and builds happen and do them: `refresh`, and the daemon `up`."""
