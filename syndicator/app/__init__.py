"""Open an instance: its configuration, folders, database, and what works for it."""
