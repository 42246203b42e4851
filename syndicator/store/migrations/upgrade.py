"""Upgrade a database of an older version to the tables of this version, by Alembic.
Import it only when needed: Alembic loads slowly."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError

from syndicator.core.errors import StoreError
from syndicator.store import postgres, schema
from syndicator.store.database import Database
from syndicator.store.migrations.versions.r0011 import STARTS


def upgrade(database: Database) -> None:
    """Run the missing migrations of `database` in one transaction. Raises StoreError if Alembic
    does not know its revision, since another version of Syndicator made it."""
    config = Config()
    migrations_folder = str(Path(__file__).parent)
    config.set_main_option("script_location", migrations_folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.write() as connection:
        postgres.lift_timeouts(connection)
        postgres.lock_until_commit(connection, "migrations")
        config.attributes["connection"] = connection
        # these revisions have no scripts any more: without a revision, Alembic runs all scripts
        connection.execute(
            schema.revision.delete().where(schema.revision.c.version_num.in_(STARTS))
        )
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(
                f"the database {database.name} was made by another version of Syndicator ({error});"
                " use that version, or move the file away and run `syndicator reindex`"
            ) from error
