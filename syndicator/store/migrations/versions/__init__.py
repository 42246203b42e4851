"""One file a revision, oldest first. The next one follows r0011.py; then raise `schema.HEAD`."""
