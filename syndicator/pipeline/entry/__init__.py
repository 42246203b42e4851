"""What becomes of an entry: its article filed, or how it ends without one."""
