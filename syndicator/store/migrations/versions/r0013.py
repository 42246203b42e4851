"""Replace the fingerprints of feeds by one table of published files, which the next build fills."""

import sqlalchemy as sa
from alembic import op

from syndicator.store import schema

revision = "0013"
down_revision: str | None = "0012"


def upgrade() -> None:
    schema.files.create(op.get_bind(), checkfirst=True)
    columns = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("feeds")}
    if "published" not in columns:
        op.add_column("feeds", sa.Column("published", sa.Boolean()))
        op.execute("UPDATE feeds SET published = (made_with <> '') WHERE made_with IS NOT NULL")
    with op.batch_alter_table("feeds") as feeds:
        for name in sorted({"made_with", "owed"} & columns):
            feeds.drop_column(name)
    op.execute("DROP TABLE IF EXISTS products")
