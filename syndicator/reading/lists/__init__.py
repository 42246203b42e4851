"""Read pages that list articles and have no feed. Pure."""
