"""Read and edit the operator's list of sources (sources.toml); import and export OPML."""
