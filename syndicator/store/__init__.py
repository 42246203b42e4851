"""The store: what we remember, on SQLAlchemy Core."""
