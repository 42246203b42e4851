"""The thumbnails of articles. Those of articles that are there wait to be made."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"

_BATCH = 1000


def upgrade() -> None:
    pictures = op.create_table(
        "pictures",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("next_try", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("pictures_due", "pictures", ["next_try"])
    connection = op.get_bind()
    blank = {"next_try": 0, "name": "", "width": 0, "height": 0, "tries": 0, "reason": "", "detail": ""}
    found = connection.execute(sa.text("SELECT id, added, data FROM articles WHERE data LIKE '%\"cover\"%'")).all()
    made = [
        {"id": id, "url": cover, "added": added, **blank}
        for id, added, data in found
        if (cover := json.loads(data).get("cover"))
    ]
    for start in range(0, len(made), _BATCH):
        connection.execute(sa.insert(pictures), made[start : start + _BATCH])
