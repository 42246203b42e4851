"""Where an object store is reached."""
