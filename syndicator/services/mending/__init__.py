"""Changes to filed articles: withdraw, release, split, reread, try rules."""
