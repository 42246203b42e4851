"""Move a database to another kind and back: every row, id and feed stays."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from syndicator.core.axes import ALL
from syndicator.core.errors import StoreError
from syndicator.core.model import Outcome, Schedule, SourceState
from syndicator.core.ports import ArticleRecord, Blocks, Compared
from syndicator.fleet.worker import copy_all_rows
from syndicator.store import schema
from syndicator.store.database import Database
from syndicator.store.engine import open_store
from tests.postgres import Server
from tests.store.conftest import NOW, make_article, make_stamp, record_article


def read_content(database_url: str) -> Mapping[str, list[Any]]:
    """Every row of every table but hosts. Of texts that are due the ids: all are, after a move, in
    an order of their own."""
    apart = (schema.hosts, schema.texts_due)
    database = Database(database_url, 10)
    try:
        tables = [table for table in schema.metadata.sorted_tables if table not in apart]
        rows = {table.name: sorted(map(repr, database.rows(select(table)))) for table in tables}
        due = sorted({*map(repr, database.rows(select(schema.texts_due.c.id)))})
        return {**rows, schema.texts_due.name: due}
    finally:
        database.close()


def fill_store(database_url: str) -> None:
    with open_store(database_url, articles_exist=False) as store:
        for number in range(7):
            record_article(
                store,
                number,
                title=f"Täglich {number} 🦀",
                cover=f"https://example.org/{number}.png",
            )
            state = SourceState(
                key=f"s{number}", url="https://a.example/", schedule=Schedule(next_due=NOW)
            )
            for _ in range(3):  # more than there are tries of a write that conflicts
                store.visits.end_visit(Outcome(key=f"s{number}", at=NOW, status="unchanged"), state)
        store.visits.record(
            ArticleRecord(
                article=make_article(0),
                stamp=make_stamp(0),
                blocks=Blocks(host="a.example", digests=["x"]),
            )
        )
        store.visits.save_sketch(
            "a" * 26, Compared(at=NOW, data=b"\x00\xff", keys=[1, 2, -3], delete_before=NOW)
        )
        store.visits.set_note("n", "text", NOW)
        store.index.merge(sorted(store.visits.stamps())[0], sorted(store.visits.stamps())[1])


def test_every_row_moves_there_and_back(database_url: str, postgres: Server) -> None:
    """Moving a database from SQLite to PostgreSQL and back keeps every row, and leaves the original
    untouched."""
    fill_store(database_url)
    before = read_content(database_url)
    postgres_url = postgres.schema()
    sqlite_url = f"{database_url}.back"

    # number of rows by table
    moved = copy_all_rows(database_url, postgres_url)

    assert read_content(postgres_url) == before
    assert read_content(database_url) == before
    assert moved["articles"] == 7

    # and back: as many rows of each table
    assert copy_all_rows(postgres_url, sqlite_url) == moved
    assert read_content(sqlite_url) == before


def test_a_moved_database_continues_as_before(database_url: str, postgres: Server) -> None:
    """A database that was moved to PostgreSQL, and one that was moved back, take new articles and
    count them correctly. At first there are seven articles, one of them a copy that does not count,
    and three visits of the source s0."""
    fill_store(database_url)
    postgres_url = postgres.schema()
    sqlite_url = f"{database_url}.back"
    copy_all_rows(database_url, postgres_url)
    with open_store(postgres_url, articles_exist=True) as store:
        store.visits.record(
            ArticleRecord(
                article=make_article(8),
                stamp=make_stamp(8),
                blocks=Blocks(host="a.example", digests=["x"]),
            )
        )
        state = SourceState(key="s0", url="https://a.example/")
        store.visits.end_visit(Outcome(key="s0", at=NOW, status="unchanged"), state)

        assert {row.key: row.count for row in store.index.feeds()}[ALL] == 7  # one more than six
        assert len(store.status.outcomes("s0")) == 4
    copy_all_rows(postgres_url, sqlite_url)
    with open_store(sqlite_url, articles_exist=True) as store:
        assert {row.key: row.count for row in store.index.feeds()}[ALL] == 7

        record_article(store, 9)

        assert {row.key: row.count for row in store.index.feeds()}[ALL] == 8


def test_nothing_is_moved_into_a_database_that_is_in_use(
    database_url: str, postgres: Server
) -> None:
    """A move into a database that already has rows is refused, and that database stays as it
    was."""
    fill_store(database_url)
    postgres_url = postgres.schema()
    fill_store(postgres_url)
    before = read_content(postgres_url)

    with pytest.raises(StoreError, match="is not new: it has rows in"):
        copy_all_rows(database_url, postgres_url)
    assert read_content(postgres_url) == before


@pytest.mark.slow
def test_feeds_are_the_same_bytes_on_either_database(tmp_path: Path, postgres: Server) -> None:
    """An instance moved from SQLite to Postgres builds every feed byte for byte as before."""
    from syndicator.app.container import open_app
    from syndicator.runs.build import build_feeds
    from syndicator.upkeep.reconcile import update_from_files
    from tests.bench import shelf

    shelf.configure(tmp_path, 6)
    shelf.fill(tmp_path, 60, 6)
    config = tmp_path / "config"
    target_url = postgres.schema()

    def build_and_hash(**environ: str) -> Mapping[str, str]:
        with open_app(config, environ=environ) as app:
            update_from_files(app.archive, app.configuration)
            asyncio.run(build_feeds(app, include_all=True))
            url = app.configuration.settings.store_url
        found = (tmp_path / "feeds" / "public").rglob("*")
        results = {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in found
            if path.is_file()
        }
        results["url"] = url
        return results

    first_hashes = dict(build_and_hash())
    url = first_hashes.pop("url")
    copy_all_rows(url, target_url)

    # all published files are deleted and built from the other database
    for path in first_hashes:
        Path(path).unlink()
    second_hashes = dict(build_and_hash(SYNDICATOR_STORE__URL=target_url))

    assert second_hashes.pop("url") == target_url
    assert second_hashes == first_hashes
