"""Sketches of texts, by which copies of a story are found; copies are found by their original."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    op.create_table(
        "sketches",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sketches_at", "sketches", ["at"])
    op.create_table(
        "sketch_keys",
        sa.Column("value", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("value", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("sketch_keys_id", "sketch_keys", ["id"])
    op.create_index("articles_merged", "articles", ["merged_into"])
