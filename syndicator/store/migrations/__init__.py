"""Upgrade the database by Alembic: its environment, and one file for each revision."""
