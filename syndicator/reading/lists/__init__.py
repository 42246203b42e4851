"""Pages that list articles and have no feed: what repeats on them is found, and found again after a change. Pure."""
