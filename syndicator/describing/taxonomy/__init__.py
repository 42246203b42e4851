"""Choose categories and tags, learn from confirmed articles, suggest and edit tags."""
