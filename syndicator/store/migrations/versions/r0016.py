"""Remember in the row of each feed when several machines built it last."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision: str | None = "0015"


def upgrade() -> None:
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("feeds")}
    new = [
        sa.Column("built_at", sa.BigInteger()),
        sa.Column("shown", sa.Integer()),
        sa.Column("built_count", sa.Integer()),
    ]
    for column in new:
        if column.name not in there:
            op.add_column("feeds", column)
