"""Several machines on one database: hosts, the sources that they follow, and marks that count what joined a feed."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from syndicator.core.urls import host

revision = "0007"
down_revision: str | None = "0006"

_BATCH = 1000


def upgrade() -> None:
    op.add_column("stale_marks", sa.Column("more", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sources", sa.Column("host", sa.Text(), nullable=False, server_default=""))
    op.create_index("sources_host", "sources", ["host", "next_due"])
    op.create_table(
        "hosts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("free_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("delay", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("held_until", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("away_until", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("why", sa.Text(), nullable=False, server_default=""),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("starts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("owner", sa.Text(), nullable=False, server_default=""),
        sa.Column("lease_until", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("hosts_due", "hosts", ["due"])
    op.create_table(
        "followed",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    _name_hosts()


def _name_hosts() -> None:
    connection = op.get_bind()
    table = sa.table("sources", sa.column("key", sa.Text), sa.column("host", sa.Text), sa.column("data", sa.Text))
    found = connection.execute(sa.select(table.c.key, table.c.data)).all()
    named = sa.update(table).where(table.c.key == sa.bindparam("k")).values(host=sa.bindparam("h"))
    rows = [{"k": key, "h": _host(data)} for key, data in found]
    for start in range(0, len(rows), _BATCH):
        connection.execute(named, rows[start : start + _BATCH])


def _host(data: str) -> str:
    state = json.loads(data)
    return host(state.get("effective_url") or state.get("url") or "")
