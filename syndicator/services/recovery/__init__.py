"""Repairs at the start of a run."""
