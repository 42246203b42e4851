"""The operator's rules for a source's pages: the language they are written in, and whether they match. Pure."""
