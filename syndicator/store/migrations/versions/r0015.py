"""Add the tables of searches. The terms of all articles are read in the background."""

import sqlalchemy as sa
from alembic import op

from syndicator.store import schema

revision = "0015"
down_revision: str | None = "0014"


def upgrade() -> None:
    connection = op.get_bind()
    for table in (schema.texts, schema.texts_due):
        table.create(connection, checkfirst=True)
    if not _has_tokens(connection):
        for statement in schema.TEXT_INDEX[connection.dialect.name]:
            op.execute(statement)
    op.execute("DELETE FROM fragments WHERE kind = 'words'")
    op.execute("INSERT INTO texts_due (id) SELECT id FROM articles ORDER BY added, id")


def _has_tokens(connection: sa.Connection) -> bool:
    return schema.TOKENS in sa.inspect(connection).get_table_names()
