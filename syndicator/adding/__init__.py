"""Add sources: what an address is, previews, imports of lists and of folders."""
