"""Add sources: search an address, preview its entries, write it to sources.toml."""
