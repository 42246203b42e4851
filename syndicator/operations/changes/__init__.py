"""The log of changes, and the texts that they are made of."""
