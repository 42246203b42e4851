"""Terms of articles, and the text index that proposes candidates for searches."""
