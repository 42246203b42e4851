"""What is to be built, as marks that no build takes back by mistake; and which sources carry an article."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    op.create_table(
        "stale_marks",
        sa.Column("n", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("axis", sa.String(length=10), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sqlite_autoincrement=True,
    )
    op.create_index("stale_marks_feed", "stale_marks", ["axis", "slug", "n"])
    op.execute(sa.text("INSERT INTO stale_marks (axis, slug) SELECT axis, slug FROM feeds WHERE stale"))
    with op.batch_alter_table("feeds") as feeds:  # what SQLite cannot do to a table before 3.35
        feeds.drop_column("stale")
        feeds.add_column(sa.Column("wanted", sa.Boolean(), nullable=False, server_default="0"))
    op.create_table(
        "carriers",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", "source"),
        sqlite_with_rowid=False,
    )
    op.create_index("articles_title", "articles", ["title"])
    op.create_index("articles_added", "articles", ["added"])
    op.add_column("sketches", sa.Column("since", sa.BigInteger(), nullable=True))
    op.add_column("sketches", sa.Column("named", sa.Text(), nullable=True))
