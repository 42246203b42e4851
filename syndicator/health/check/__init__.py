"""Check an installation: its configuration, its article files, its machine."""
