"""Several writers at once: nothing is lost or counted twice, and there is no deadlock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import select, text

from syndicator.core.axes import ALL, TAG
from syndicator.core.errors import StoreError
from syndicator.core.model import FeedKey, Outcome, SourceState
from syndicator.core.ports import ArticleRecord, Progress
from syndicator.store import postgres as on_postgres
from syndicator.store import rows, schema
from syndicator.store.engine import Store, open_store
from syndicator.store.postgres import StoreAway, StoreConflict
from tests.postgres import Server
from tests.store.conftest import NOW, make_article, make_stamp, record_article

WRITERS = 4
EACH = 6  # articles of a writer
TAGS = ("AI", "Chips", "Law", "Markets")


def run_in_threads(
    database_url: str, work: Callable[[Store, int], object], writers: int = WRITERS
) -> None:
    """Does `work` in as many threads at once, each with a store of its own and its number."""
    ready = threading.Barrier(writers)

    def one(number: int) -> None:
        with open_store(database_url, articles_exist=False) as store:
            ready.wait()
            work(store, number)

    open_store(database_url, articles_exist=False).close()
    with ThreadPoolExecutor(writers) as threads:
        list(threads.map(one, range(writers)))


def test_articles_that_all_share_feeds_are_all_there_and_counted(any_database_url: str) -> None:
    """Writers that record articles in the same feeds at the same time, locking them in different
    orders, neither deadlock nor miscount."""

    def record_articles(store: Store, writer: int) -> None:
        tags = TAGS[writer:] + TAGS[:writer]  # each would lock the feeds in an order of his own
        for number in range(EACH):
            # each writer has articles of its own, in the same feeds
            record_article(store, 100 * writer + number, tags=tags, category=None)
            store.visits.end_visit(
                make_outcome(f"s{writer}"), SourceState(key=f"s{writer}", url="https://a.example/")
            )

    run_in_threads(any_database_url, record_articles)

    with open_store(any_database_url, articles_exist=False) as store:
        rows = {row.key: row for row in store.index.feeds()}

        assert len(store.index.ids(ALL, limit=999, since=None, most=999)) == WRITERS * EACH
        assert [rows[key].count for key in (ALL, FeedKey(TAG, "chips"))] == [WRITERS * EACH] * 2
        assert {row.count for row in store.index.plain_feeds(TAG)} == {WRITERS * EACH}


def test_one_article_that_all_record_is_one_in_each_feed(any_database_url: str) -> None:
    """Articles that all writers record at the same time count once each."""

    def record_same_articles(store: Store, writer: int) -> None:
        for number in range(15):
            record_article(store, number, title=f"by {writer}")

    run_in_threads(any_database_url, record_same_articles)  # four writers at once

    with open_store(any_database_url, articles_exist=False) as store:
        assert {row.key: row.count for row in store.index.feeds()}[ALL] == 15
        assert len(store.index.ids(ALL, limit=99, since=None, most=99)) == 15


def test_a_build_deletes_only_marks_that_it_read(any_database_url: str) -> None:
    """If another process records an article while a feed is built, the feed stays stale after the
    build."""
    with (
        open_store(any_database_url, articles_exist=False) as builder,
        open_store(any_database_url, articles_exist=False) as visitor,
    ):
        record_article(builder, 1)
        marks_at_start = builder.index.marks()[ALL]
        record_article(visitor, 2)
        builder.index.record_progress(Progress(marks=marks_at_start))

        assert {row.key for row in builder.index.feeds() if row.stale} >= {ALL}

        builder.index.record_progress(Progress(marks=builder.index.marks()[ALL]))

        assert not {row.key: row for row in builder.index.feeds()}[ALL].stale
        assert {row.key: row.count for row in builder.index.feeds()}[ALL] == 2


def test_a_mark_that_is_committed_late_is_not_lost(postgres: Server) -> None:
    """A stale mark that was numbered before the build and committed after it read the marks stays,
    though the build has seen a higher number."""
    url = postgres.schema()
    with (
        open_store(url, articles_exist=False) as builder,
        open_store(url, articles_exist=False) as slow,
    ):
        record_article(builder, 1)
        with slow._db.write() as connection:
            connection.execute(schema.stale_marks.insert(), {"axis": ALL.axis, "slug": ALL.slug})
            record_article(builder, 2)  # sets a mark with a higher number
            marks_at_start = builder.index.marks()[ALL]
        # the mark of `slow` is committed, and the build ends
        builder.index.record_progress(Progress(marks=marks_at_start))

        row = {row.key: row for row in builder.index.feeds()}[ALL]

        assert row.stale
        assert row.mark < max(marks_at_start)


def test_two_that_file_articles_do_not_wait_for_each_other(postgres: Server) -> None:
    """Two processes can record articles of the same feeds at the same time: neither changes a row
    that the other changes."""
    url = postgres.schema()
    with (
        open_store(url, articles_exist=False) as first_store,
        open_store(url, articles_exist=False) as second,
    ):
        record_article(first_store, 1)
        with first_store._db.write() as connection:
            rows.save_articles(
                connection,
                [ArticleRecord(article=make_article(2, digest="d"), stamp=make_stamp(2))],
            )
            # while that transaction is open: it shares all feeds of article 2
            record_article(second, 3, digest="d")  # would wait for ten seconds and fail

        assert len(first_store.index.ids(ALL, limit=9, since=None, most=9)) == 3


def make_outcome(key: str) -> Outcome:
    return Outcome(key=key, at=NOW, status="unchanged")


@pytest.fixture
def store_pair(postgres: Server) -> Iterator[tuple[Store, Store]]:
    url = postgres.schema()
    with (
        open_store(url, articles_exist=False) as first_store,
        open_store(url, articles_exist=False) as other_store,
    ):
        first_store.visits.save_states(
            [SourceState(key=key, url="https://a.example/") for key in "ab"]
        )
        yield first_store, other_store


def test_a_deadlock_is_tried_again(store_pair: tuple[Store, Store]) -> None:
    """If two transactions lock the same rows in opposite orders, PostgreSQL ends one of them, which
    is then tried once more. One locks the sources a and b, the other b and a."""
    ready = threading.Barrier(2)

    class Crossing:
        def __init__(self, store: Store, keys: str) -> None:
            self.store = store
            self.keys = keys
            self.tries = 0

        def cross(self) -> None:
            self.tries += 1
            with self.store._db.write() as connection:
                for key in self.keys:
                    locked = (
                        select(schema.sources.c.key)
                        .where(schema.sources.c.key == key)
                        .with_for_update()
                    )
                    connection.execute(locked)
                    if self.tries == 1 and key == self.keys[0]:
                        ready.wait(10)  # until both have locked their first row

    crossings = [
        Crossing(store, keys) for store, keys in zip(store_pair, ("ab", "ba"), strict=True)
    ]
    for crossing in crossings:
        on_postgres.make_retrying(crossing)  # its methods are tried again after a conflict
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda one: one.cross(), crossings))

    assert sorted(crossing.tries for crossing in crossings) == [1, 2]


def test_a_conflict_that_never_ends_is_raised(store_pair: tuple[Store, Store]) -> None:
    """A PostgreSQL operation that conflicts with other writers each time is tried eight times, then
    StoreConflict is raised."""

    class Hopeless:
        tries = 0

        def work(self) -> None:
            self.tries += 1
            raise StoreConflict("again")

    hopeless = Hopeless()
    on_postgres.make_retrying(hopeless)  # its methods are tried again after a conflict

    with pytest.raises(StoreConflict):
        hopeless.work()
    assert hopeless.tries == 8


def test_a_connection_that_was_ended_is_made_again(
    store_pair: tuple[Store, Store], postgres: Server
) -> None:
    """If the server ends our connection, the next call fails with StoreAway and the one after it
    connects again."""
    first_store, _ = store_pair

    assert first_store.visits.state("a")

    # the server ends all connections but this one
    with closing(postgres.connect()) as boss:
        boss.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )

    with pytest.raises(StoreAway, match="cannot be reached"):
        first_store.visits.state("a")
    assert first_store.visits.state("a")
    assert record_article(first_store, 1)


def test_connections_have_limits_in_time_and_read_what_is_committed(
    store_pair: tuple[Store, Store],
) -> None:
    """PostgreSQL connections limit statements, locks and idle transactions, so that a stuck program
    blocks nobody for long, and read committed rows only."""

    def read_setting(name: str) -> Any:
        return store_pair[0]._db.scalar(text(f"SHOW {name}"))

    assert read_setting("statement_timeout") == "2min"
    assert read_setting("lock_timeout") == "10s"
    assert read_setting("idle_in_transaction_session_timeout") == "5s"
    assert read_setting("transaction_isolation") == "read committed"


def test_a_lock_that_is_held_for_long_is_an_error_with_a_cure(
    store_pair: tuple[Store, Store],
) -> None:
    """If another program holds the lock of a row for longer than `lock_timeout`, the write fails
    and says so."""
    first_store, other_store = store_pair
    with first_store._db.write() as connection:
        connection.execute(text("UPDATE sources SET url = 'x'"))  # locks the rows

        # another program, which waits for 50 milliseconds
        with (
            pytest.raises(StoreError, match="another program holds it"),
            other_store._db.write() as second,
        ):
            second.execute(text("SET LOCAL lock_timeout = '50ms'"))
            second.execute(text("UPDATE sources SET url = 'y'"))


def test_visits_that_share_commits_in_a_file_are_seen_at_once_here(
    store_pair: tuple[Store, Store],
) -> None:
    """In PostgreSQL, `shared` commits each write at once instead of gathering them, since locks
    kept over several writes could deadlock: another process sees article and state inside the
    block. The callback, which makes article files durable, is called before each of both."""
    first_store, other_store = store_pair
    callbacks: list[str] = []
    with first_store.visits.shared(lambda: callbacks.append("called")):
        article = record_article(first_store, 1)
        first_store.visits.end_visit(
            make_outcome("a"), SourceState(key="a", url="https://b.example/")
        )

        assert other_store.visits.article(article.id)
        assert callbacks == ["called", "called"]

        state = other_store.visits.state("a")

        assert state
        assert state.url == "https://b.example/"


def test_filing_an_article_does_not_undo_a_merge_by_another_process(
    store_pair: tuple[Store, Store],
) -> None:
    """If one process merges a copy while another records it, the record waits for the merge and
    keeps it."""
    first_store, other_store = store_pair
    copy = record_article(first_store, 1)
    original = record_article(first_store, 2)
    count_waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with ThreadPoolExecutor(1) as threads:
        # the first process merges the copy; before it commits, the other one records the copy
        with first_store._db.write() as connection:
            on_postgres.lock_until_commit(connection, copy.id)
            merged = schema.articles.update().where(schema.articles.c.id == copy.id)
            connection.execute(merged.values(merged_into=original.id))
            filed = threads.submit(record_article, other_store, 1, title="meanwhile")
            while not connection.execute(count_waiting).scalar():
                assert not filed.done()
        filed.result()

    assert first_store.index.merged() == {copy.id: original.id}
