"""Commands that change what is said of articles: describe, learn, tags."""
