"""The operator's list of sources (sources.toml), and OPML in and out."""
