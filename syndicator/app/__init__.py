"""Open an instance: its configuration, its folders and database, the objects that work for it."""
