"""Article files in an object store, and the parts shared with folders."""
