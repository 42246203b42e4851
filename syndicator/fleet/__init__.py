"""Workers on several machines that share a database."""
