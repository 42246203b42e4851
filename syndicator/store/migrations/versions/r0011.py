"""Find recent articles by six values of their texts, until now by 24; make one index of two; add webhooks, stories."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"

_KEPT = 6


def upgrade() -> None:
    keys = sa.table("sketch_keys", sa.column("value", sa.BigInteger), sa.column("id", sa.String))
    other = keys.alias("other")
    lowest = sa.select(other.c.value).where(other.c.id == keys.c.id).order_by(other.c.value).limit(_KEPT)
    op.drop_index("articles_added", "articles")
    op.drop_index("articles_files", "articles")
    op.create_index("articles_files", "articles", ["added", "id", "path", "mtime_ns", "size"])
    op.get_bind().execute(sa.delete(keys).where(keys.c.value.not_in(lowest)))
    stamp = [sa.Column(name, sa.BigInteger(), nullable=False) for name in ("mtime_ns", "size")]
    digest = sa.Column("digest", sa.Text(), nullable=False)
    op.create_table("announced", sa.Column("id", sa.String(26), primary_key=True), *stamp, digest)
    texts = [sa.Column(name, sa.Text(), nullable=False) for name in ("receiver", "subject", "id", "body", "fault")]
    times = [sa.Column(name, sa.BigInteger(), nullable=False) for name in ("at", "next_try", "tries")]
    op.create_table("messages", sa.Column("n", sa.Integer(), primary_key=True), *texts, *times)
    op.create_index("messages_subject", "messages", ["receiver", "subject", "n"])
    article = sa.Column("article", sa.String(26), nullable=False)
    times = [sa.Column(name, sa.BigInteger(), nullable=False) for name in ("mtime_ns", "size", "added", "at")]
    texts = [sa.Column(name, sa.Text(), nullable=False) for name in ("language", "outlet")]
    data = sa.Column("data", sa.LargeBinary(), nullable=False)
    op.create_table("story_sketches", sa.Column("article", sa.String(26), primary_key=True), *times, *texts, data)
    op.create_index("story_sketches_added", "story_sketches", ["added"])
    keys_of = [sa.Column(name, sa.BigInteger(), primary_key=True, autoincrement=False) for name in ("key", "place")]
    at = sa.Column("at", sa.BigInteger(), nullable=False)
    op.create_table("story_keys", *keys_of, at, article, sqlite_with_rowid=False)
    op.create_index("story_keys_at", "story_keys", ["key", "at", "article"])
    names = [sa.Column(name, sa.Text(), nullable=False) for name in ("story", "outlet")]
    final: sa.Column[bool] = sa.Column("final", sa.Boolean(), nullable=False)
    op.create_table("story_members", sa.Column("article", sa.Text(), primary_key=True), *names, final)
    op.create_index("story_members_story", "story_members", ["story"])
