"""Workers of several machines that share a database."""
