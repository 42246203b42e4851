"""Store all tables in a database (SQLite or PostgreSQL), on SQLAlchemy Core."""
