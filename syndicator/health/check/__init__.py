"""Check an installation for `check`: its configuration, its article files, its machine."""
