"""What receivers of webhooks know of articles, and the messages that wait for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"


def upgrade() -> None:
    stamp = [sa.Column(name, sa.BigInteger(), nullable=False) for name in ("mtime_ns", "size")]
    digest = sa.Column("digest", sa.Text(), nullable=False)
    op.create_table("announced", sa.Column("id", sa.String(26), primary_key=True), *stamp, digest)
    texts = [sa.Column(name, sa.Text(), nullable=False) for name in ("receiver", "subject", "id", "body", "fault")]
    times = [sa.Column(name, sa.BigInteger(), nullable=False) for name in ("at", "next_try", "tries")]
    op.create_table("messages", sa.Column("n", sa.Integer(), primary_key=True), *texts, *times)
    op.create_index("messages_subject", "messages", ["receiver", "subject", "n"])
