"""One Alembic revision a file, oldest first; whoever adds the next raises `schema.HEAD`."""
