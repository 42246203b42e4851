"""Visit and build with workers on several machines that share a database."""
