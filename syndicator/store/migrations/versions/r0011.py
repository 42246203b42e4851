"""Recent articles are found by six values of their texts, until now by 24; one index has what two had."""

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
