"""List the workers; drop columns of hosts that nothing reads."""

import sqlalchemy as sa
from alembic import op

from syndicator.store import schema

revision = "0014"
down_revision: str | None = "0013"


def upgrade() -> None:
    schema.workers.create(op.get_bind(), checkfirst=True)
    op.execute("DROP INDEX IF EXISTS hosts_due")
    columns = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("hosts")}
    with op.batch_alter_table("hosts") as hosts:
        for name in sorted({"due", "lease_until"} & columns):
            hosts.drop_column(name)
