"""Move a database of 0.1 or 0.2, or of any version between 0.2 and 0.3, to the tables of 0.3.

It replaces the revisions 0001 to 0010, so each step first checks if its column exists. New tables have the form of
today's `schema`: a later revision that changes one must expect either form."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from syndicator.core.urls import host
from syndicator.store import schema

revision = "0011"
down_revision: str | None = None
STARTS = tuple(f"{number:04}" for number in range(3, 11))  # revisions of databases that this file moves on

_BATCH = 1000
_KEYS_PER_TEXT = 6


def upgrade() -> None:
    present = set(sa.inspect(op.get_bind()).get_table_names())
    for table in schema.metadata.sorted_tables:
        table.create(op.get_bind(), checkfirst=True)
    _stale_marks()
    zero = sa.Column("told", sa.BigInteger(), nullable=False, server_default="0")
    _add("articles", sa.Column("score", sa.SmallInteger()), zero, sa.Column("behind", sa.String(26)))
    _add("sketches", sa.Column("since", sa.BigInteger()), sa.Column("named", sa.Text()))
    _indexes()
    if "pictures" not in present:
        _insert("pictures", _covers())
    _sources()
    _feeds()
    _sketch_keys()


def _columns(table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}


def _add(table: str, *columns: sa.Column[Any]) -> None:
    present = _columns(table)
    for column in columns:
        if column.name not in present:
            op.add_column(table, column)


def _drop(table: str, column: str) -> None:
    with op.batch_alter_table(table) as batch:  # SQLite before 3.35 drops no column
        batch.drop_column(column)


def _insert(table: str, rows: Iterator[dict[str, object]]) -> None:
    values = list(rows)
    for start in range(0, len(values), _BATCH):
        op.get_bind().execute(sa.insert(schema.metadata.tables[table]), values[start : start + _BATCH])


def _stale_marks() -> None:
    _add("stale_marks", sa.Column("more", sa.Integer(), nullable=False, server_default="0"))
    _add("stale_marks", *(sa.Column(name, sa.BigInteger()) for name in ("added", "published")))
    if "stale" in _columns("feeds"):
        op.execute("INSERT INTO stale_marks (axis, slug) SELECT axis, slug FROM feeds WHERE stale")
        _drop("feeds", "stale")


def _indexes() -> None:
    op.drop_index("entries_status", "entries")
    op.drop_index("articles_added", "articles", if_exists=True)
    op.drop_index("articles_files", "articles")
    op.create_index("articles_files", "articles", ["added", "id", "path", "mtime_ns", "size"])
    op.drop_index("articles_title", "articles", if_exists=True)
    op.create_index("articles_title", "articles", [sa.text("substr(title, 1, 12)")])
    for statement in schema.PARTIAL_INDEXES:
        op.execute(statement)


def _covers() -> Iterator[dict[str, object]]:
    """Insert a row of `pictures` for each article with a cover, so that its thumbnail is made."""
    blank = {"next_try": 0, "name": "", "width": 0, "height": 0, "tries": 0, "reason": "", "detail": ""}
    query = "SELECT id, added, data FROM articles WHERE data LIKE '%\"cover\"%'"
    for id, added, data in op.get_bind().execute(sa.text(query)).all():
        if cover := json.loads(data).get("cover"):
            yield {"id": id, "url": cover, "added": added, **blank}


def _sources() -> None:
    """Set the missing hosts of sources; move their states to a table of its own."""
    _add("sources", *(sa.Column(name, sa.Text(), nullable=False, server_default="") for name in ("host", "plan")))
    op.create_index("sources_host", "sources", ["host", "next_due"], if_not_exists=True)
    states = op.get_bind().execute(sa.text("SELECT key, data FROM sources WHERE host = ''")).all()
    if hosts := [{"key": key, "host": _host(json.loads(data))} for key, data in states]:
        op.get_bind().execute(sa.text("UPDATE sources SET host = :host WHERE key = :key"), hosts)
    op.execute("INSERT INTO source_states (key, data) SELECT key, data FROM sources")
    _drop("sources", "data")


def _host(state: dict[str, str]) -> str:
    return host(state.get("effective_url") or state.get("url") or "")


def _feeds() -> None:
    """Note which feeds are published, by each feed's list of files, a JSON document in its row."""
    _add(
        "feeds",
        sa.Column("wanted", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("made_with", sa.Text()),
    )
    connection = op.get_bind()
    update = sa.text("UPDATE feeds SET made_with = :made_with WHERE axis = :axis AND slug = :slug")
    for axis, slug, text in connection.execute(sa.text("SELECT axis, slug, files FROM feeds")).all():
        if files := json.loads(text):
            made_with = files.pop("#about", "") or ("0" if files.keys() - {"#owed"} else "")
            connection.execute(update, {"axis": axis, "slug": slug, "made_with": made_with})
    _drop("feeds", "files")


_APPENDED = {
    "aliases": "alias TEXT NOT NULL PRIMARY KEY, id VARCHAR(26) NOT NULL",
    "sketch_keys": "value BIGINT NOT NULL, id VARCHAR(26) NOT NULL",
}


def _sketch_keys() -> None:
    """Keep the lowest keys of each text. On SQLite, turn sorted tables into tables to which rows are appended."""
    keys = sa.table("sketch_keys", sa.column("value", sa.BigInteger), sa.column("id", sa.String))
    other = keys.alias("other")
    lowest = sa.select(other.c.value).where(other.c.id == keys.c.id).order_by(other.c.value).limit(_KEYS_PER_TEXT)
    op.get_bind().execute(sa.delete(keys).where(keys.c.value.not_in(lowest)))
    op.drop_index("sketch_keys_id", "sketch_keys")
    if op.get_bind().dialect.name == "sqlite":
        for name, columns in _APPENDED.items():
            op.rename_table(name, "sorted")
            op.execute(f"CREATE TABLE {name} ({columns})")
            op.execute(f"INSERT INTO {name} SELECT * FROM sorted")
            op.drop_table("sorted")
        op.create_index("aliases_id", "aliases", ["id"])
    else:
        op.drop_constraint("sketch_keys_pkey", "sketch_keys")
    op.create_index("sketch_keys_value", "sketch_keys", ["value"])
