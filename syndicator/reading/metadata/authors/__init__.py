"""Who wrote a page: declared names, bylines in its text, the owner of the site."""
