"""The data of `status`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.core.errors import StoreError
from syndicator.core.model import FeedKey, Outcome, Problem, SourceState
from syndicator.core.ports import EntryRow
from syndicator.store.engine import Store, open_store, open_store_read_only
from syndicator.store.status import Counts, Waiting
from tests.store.conftest import NOW, record_article, record_build


def test_the_summary_of_nothing(store: Store) -> None:
    """A new store has empty counts and no problems."""
    status = store.status

    assert status.counts() == Counts()
    assert status.refused() == ()
    assert status.list_invalid_feeds() == ()
    assert status.list_for_operator() == ()
    assert status.list_floods() == ()
    assert status.outcomes("src") == []
    assert status.check() == []


def test_the_summary_counts_and_names(store: Store) -> None:
    """The summary for `status` counts articles, feeds, pending and refused entries, and names the
    refused entry and the invalid feed. The last run was now, the article came an hour before."""
    record_article(store, 1)  # an hour old
    pending = EntryRow(
        source_key="src",
        entry_id="a",
        url="https://example.org/a",
        digest="",
        status="pending",
        first_seen=NOW,
    )
    refused = EntryRow(
        source_key="src",
        entry_id="b",
        url="",
        digest="",
        status="refused",
        first_seen=NOW,
        reason="http-404",
        detail="d",
    )
    store.visits.save_entries([pending, refused])
    store.index.record_invalid(FeedKey("tag", "ai"), "lost an id")
    state = SourceState(key="src", url="u")
    for hours in (1, 0):  # two visits, the last one now
        store.visits.end_visit(
            Outcome(key="src", at=NOW - timedelta(hours=hours), status="unchanged"), state
        )

    record_build(store, FeedKey("all", "all"), marks_read=())  # the only feed with a file
    counts = Counts(
        articles=1,
        feeds=1,  # tags and categories below the least number have rows and no files
        pending=1,
        refused=1,
        last_run=NOW,
        last_article=NOW - timedelta(hours=1),
    )

    assert store.status.counts() == counts
    assert list(store.visits.each_state()) == [state]
    assert store.status.refused() == (Problem(what="b", reason="http-404", detail="d"),)
    assert store.status.list_invalid_feeds() == (
        Problem(what="tag/ai", reason="held", detail="lost an id"),
    )
    assert [outcome.at for outcome in store.status.outcomes("src", 1)] == [NOW]


def make_entry(id: str, reason: str, *, hours_ago: int, source: str = "src") -> EntryRow:
    """Return an entry that waits for `reason` since `hours_ago` and is tried again a day later."""
    at = NOW - timedelta(hours=hours_ago)
    return EntryRow(
        source_key=source,
        entry_id=id,
        url=f"https://example.org/{id}",
        digest="",
        status="pending",
        first_seen=at,
        reason=reason,
        detail=f"of {id}",
        next_try=at + timedelta(days=1),
    )


def test_waiting_entries_are_counted_by_source_and_reason(store: Store) -> None:
    """Entries that need the operator are counted by source and reason, with an example; those of a
    flood are counted separately, and those that will retry (dns) not at all."""
    rows = [
        make_entry("a", "bad-rules", hours_ago=3),
        make_entry("b", "bad-rules", hours_ago=1),
        make_entry("c", "bad-rules", hours_ago=2, source="other"),
        make_entry("d", "dns", hours_ago=1),
        make_entry("e", "flood", hours_ago=5),
        make_entry("f", "flood", hours_ago=4),
    ]
    store.visits.save_entries(rows)

    # the example is the newest entry (b of a and b); the times are those of the oldest
    assert store.status.list_for_operator() == (
        Waiting(
            source="other",
            reason="bad-rules",
            count=1,
            since=NOW - timedelta(hours=2),
            next_try=NOW + timedelta(hours=22),
            detail="of c",
            example="https://example.org/c",
        ),
        Waiting(
            source="src",
            reason="bad-rules",
            count=2,
            since=NOW - timedelta(hours=3),
            next_try=NOW + timedelta(hours=21),
            detail="of b",
            example="https://example.org/b",
        ),
    )

    (flood,) = store.status.list_floods()

    assert flood.source == "src"
    assert flood.count == 2
    assert flood.since == NOW - timedelta(hours=5)


def test_looking_makes_no_file_and_sees_the_last_commit(database_url: str, tmp_path: Path) -> None:
    """A read-only store sees what others write, cannot write, and touches no file itself. Of a
    missing database it makes none: there is no store, or an error if articles exist."""
    assert open_store_read_only(database_url, articles_exist=False) is None
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StoreError, match="reindex"):
        open_store_read_only(database_url, articles_exist=True)

    with open_store(database_url, articles_exist=False) as store:
        record_article(store, 1)
        with open_read_only_store(database_url) as looked:  # while another process writes
            assert looked.status.counts().articles == 1

            record_article(store, 2)

            assert looked.status.counts().articles == 2
            with pytest.raises(StoreError, match="cannot be written"):
                record_article(looked, 3)

    # without another process: no file gets another time
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "state").iterdir()}
    with open_read_only_store(database_url) as looked:
        assert looked.status.counts().articles == 2
        assert {
            path.name: path.stat().st_mtime_ns for path in (tmp_path / "state").iterdir()
        } == before


def open_read_only_store(database_url: str) -> Store:
    store = open_store_read_only(database_url, articles_exist=True)
    assert store is not None
    return store


@pytest.mark.parametrize(
    ("version", "cure"), [("0001", "the next run upgrades it"), ("9999", "use that version")]
)
def test_a_database_of_another_version_is_not_read(
    database_url: str, version: str, cure: str
) -> None:
    """`status` does not read a database of an older or newer version, and its error says what to
    do."""
    with open_store(database_url, articles_exist=False):
        pass
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (version,))
        database.commit()

    with pytest.raises(StoreError, match=cure):
        open_store_read_only(database_url, articles_exist=True)
