"""Find recent articles by six values of their texts, until now by 24; index less; add what webhooks and stories need;
keep a row a published file, until now a document a feed; append rows that were sorted by their values."""

from __future__ import annotations

import json

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
    states = [sa.Column("key", sa.Text(), primary_key=True), sa.Column("data", sa.Text(), nullable=False)]
    op.create_table("source_states", *states)
    op.execute("INSERT INTO source_states (key, data) SELECT key, data FROM sources")
    with op.batch_alter_table("sources") as sources:
        sources.add_column(sa.Column("plan", sa.Text(), nullable=False, server_default=""))
        sources.drop_column("data")
    _stories()
    _products()
    _appended()


def _stories() -> None:
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
    op.add_column("articles", sa.Column("told", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("articles", sa.Column("behind", sa.String(26)))
    behind = sa.text("behind IS NOT NULL")
    op.create_index("articles_behind", "articles", ["id"], sqlite_where=behind, postgresql_where=behind)


def _products() -> None:
    products = op.create_table(
        "products",
        sa.Column("axis", sa.String(10), primary_key=True),
        *(sa.Column(name, sa.Text(), primary_key=True) for name in ("slug", "name")),
        sa.Column("made_of", sa.Text(), nullable=False),
        sqlite_with_rowid=False,
    )
    days = [sa.Column(name, sa.Integer(), primary_key=name == "day", nullable=False) for name in ("day", "count")]
    named = [sa.Column(name, sa.Text(), primary_key=True) for name in ("slug", "kind")]
    of = sa.Column("made_of", sa.Text(), nullable=False)
    op.create_table(
        "sums", sa.Column("axis", sa.String(10), primary_key=True), *named, *days, of, sqlite_with_rowid=False
    )
    for name in ("added", "published"):
        op.add_column("stale_marks", sa.Column(name, sa.BigInteger()))
    with op.batch_alter_table("feeds") as feeds:
        feeds.add_column(sa.Column("made_with", sa.Text()))
        feeds.add_column(sa.Column("owed", sa.Boolean(), nullable=False, server_default="0"))
    known = sa.table("feeds", *map(sa.column, ("axis", "slug", "files", "made_with", "owed")))
    connection = op.get_bind()
    for axis, slug, text in connection.execute(sa.select(known.c.axis, known.c.slug, known.c.files)).all():
        if files := json.loads(text):
            made_with, owed = files.pop("#about", ""), files.pop("#owed", None) is not None
            files, key = _of_inputs(files), {"axis": axis, "slug": slug}
            values = {"made_with": made_with or ("0" if files else ""), "owed": owed}
            connection.execute(sa.update(known).filter_by(**key).values(**values))
            op.bulk_insert(products, [_row(key, name, made_of) for name, made_of in files.items()])
    with op.batch_alter_table("feeds") as feeds:
        feeds.drop_column("files")


_TABLES = {
    "aliases": "alias TEXT NOT NULL PRIMARY KEY, id VARCHAR(26) NOT NULL",
    "sketch_keys": "value BIGINT NOT NULL, id VARCHAR(26) NOT NULL",
}


def _appended() -> None:
    """PostgreSQL appends rows anyway."""
    if op.get_bind().dialect.name == "sqlite":
        for name, columns in _TABLES.items():
            op.rename_table(name, "sorted")
            op.execute(f"CREATE TABLE {name} ({columns})")
            op.execute(f"INSERT INTO {name} SELECT * FROM sorted")
            op.drop_table("sorted")
        op.create_index("aliases_id", "aliases", ["id"])
    else:
        op.drop_constraint("sketch_keys_pkey", "sketch_keys")
    op.create_index("sketch_keys_value", "sketch_keys", ["value"])
    op.drop_index("articles_title", "articles")
    op.create_index("articles_title", "articles", [sa.text("substr(title, 1, 12)")])


def _row(feed: dict[str, str], name: str, made_of: str) -> dict[str, str]:
    """The row of a file; of what is of no feed, the feed of everything had it under names like #search/2026."""
    kind, _, rest = name.partition("/") if name.startswith("#") else ("", "", name)
    return (feed if not kind else {"axis": "", "slug": kind[1:]}) | {"name": rest, "made_of": made_of}


def _of_inputs(files: dict[str, str]) -> dict[str, str]:
    """The files of a feed, each archive document with the digest of its inputs, which had a name with # of its own."""
    for name in [name for name in files if name.endswith(".atom#") and name[:-1] in files]:
        atom, made_of = name[:-1], files.pop(name)
        files |= dict.fromkeys({atom, atom[:-4] + "json"} & files.keys(), made_of)
    return files
