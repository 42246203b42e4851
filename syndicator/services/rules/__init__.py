"""Rules for a source's pages: tried on the pages that are kept of it, scored, and saved."""
