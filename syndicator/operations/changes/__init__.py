"""Log of changes, and the named texts that a change edits."""
