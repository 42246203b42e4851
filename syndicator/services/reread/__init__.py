"""Kept pages read again by the rules, the code and the taxonomy of today (`reread`)."""
