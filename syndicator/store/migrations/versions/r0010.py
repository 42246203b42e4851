"""How likely the category of an article was when it was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"


def upgrade() -> None:
    op.add_column("articles", sa.Column("score", sa.SmallInteger()))
