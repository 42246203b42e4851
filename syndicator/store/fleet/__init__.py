"""Several machines on one database."""
