"""Show the whole trip on a small web of our own on loopback, without a network."""
