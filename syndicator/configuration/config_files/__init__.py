"""TOML files that an operator writes: read, and what is wrong in them, each fault with its line and its cure."""
