"""Decide which feeds exist, which articles they have, and which are built again."""
