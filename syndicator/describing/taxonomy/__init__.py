"""Categories and tags."""
