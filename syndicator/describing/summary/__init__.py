"""Choose excerpts: sentences that summarise an article."""
