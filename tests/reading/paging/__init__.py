"""Articles on several pages."""
