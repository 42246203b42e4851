"""Add the table of articles that an earlier version published as one entry for each story."""

from alembic import op

from syndicator.store import schema

revision = "0012"
down_revision: str | None = "0011"


def upgrade() -> None:
    schema.folded.create(op.get_bind(), checkfirst=True)
