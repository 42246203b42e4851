"""One file a revision, oldest first. Add the next one after r0011.py, then raise `schema.HEAD`."""
