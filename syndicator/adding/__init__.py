"""Add sources: find what an address offers, preview it; import lists and articles."""
