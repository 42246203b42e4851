"""Smaller tables of the database, a module each."""
