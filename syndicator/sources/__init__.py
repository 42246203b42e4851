"""Sources: the operator's list, and OPML in and out."""
