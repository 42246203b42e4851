"""From an address to a source: what it offers, how its entries would be published, its lines in sources.toml."""
