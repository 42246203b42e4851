"""Log of changes, and the named texts that changes edit."""
