"""Values, reason codes, addresses and protocols that all packages use; no I/O, no clock."""
