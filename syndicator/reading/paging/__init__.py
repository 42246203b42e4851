"""Articles on several pages: which page comes next, and what several are together."""
