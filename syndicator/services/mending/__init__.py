"""Changes to articles that are filed: withdraw, release, split, reread, try rules."""
