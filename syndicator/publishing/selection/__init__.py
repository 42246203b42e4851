"""Which feeds there are, what is in them, and which must be built again."""
