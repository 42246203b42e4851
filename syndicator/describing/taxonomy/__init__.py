"""Categories and tags: the operator's taxonomy, what was learnt from the past, and publishers' own tags."""
