"""Sketches: small values that compare texts, to find copies and reports of one event. Pure."""
