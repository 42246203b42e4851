"""A small web of our own on loopback, to show the whole trip with no network."""
