"""Find recent articles by six values of their texts, until now by 24; index less; add what webhooks need."""

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
    op.drop_index("sketch_keys_id", "sketch_keys")
    unread = sa.text("status <> 'done'")
    op.drop_index("entries_status", "entries")
    op.create_index(
        "entries_open", "entries", ["status", "source", "first_seen"], sqlite_where=unread, postgresql_where=unread
    )
    stamp = [sa.Column(name, sa.BigInteger(), nullable=False) for name in ("mtime_ns", "size")]
    digest = sa.Column("digest", sa.Text(), nullable=False)
    op.create_table("announced", sa.Column("id", sa.String(26), primary_key=True), *stamp, digest)
    texts = [sa.Column(name, sa.Text(), nullable=False) for name in ("receiver", "subject", "id", "body", "fault")]
    times = [sa.Column(name, sa.BigInteger(), nullable=False) for name in ("at", "next_try", "tries")]
    op.create_table("messages", sa.Column("n", sa.Integer(), primary_key=True), *texts, *times)
    op.create_index("messages_subject", "messages", ["receiver", "subject", "n"])
