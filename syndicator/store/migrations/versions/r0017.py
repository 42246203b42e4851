"""Add the table of icons of sources. They are looked for as soon as pictures are fetched."""

from alembic import op

from syndicator.store import schema

revision = "0017"
down_revision: str | None = "0016"


def upgrade() -> None:
    schema.icons.create(op.get_bind(), checkfirst=True)
