"""The database, on SQLAlchemy Core."""
