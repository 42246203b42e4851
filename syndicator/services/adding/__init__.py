"""From an address to a source: what is found there, how its entries would be published, and its lines in sources.toml.
Nothing is written before `writing.write`."""
