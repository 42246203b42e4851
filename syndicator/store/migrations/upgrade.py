"""Moves a database of an older version to this one's tables. The only importer of Alembic, which is slow to
import."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError

from syndicator.core.errors import StoreError
from syndicator.store import postgres
from syndicator.store.database import Database


def upgrade(database: Database, revision: str = "head") -> None:
    """Runs the missing migrations, all in one transaction. Raises StoreError when a newer version made the database."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.write() as connection:
        postgres.unlimited(connection)
        postgres.alone(connection, "migrations")
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise StoreError(
                f"the database {database.name} was made by another version of Syndicator ({error}); use that version, "
                "or move the file away and run `syndicator reindex`"
            ) from error
