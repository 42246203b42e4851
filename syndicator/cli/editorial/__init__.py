"""Commands that decide what is published: release, split, withdraw, prune."""
