"""Several writes in one commit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.core.axes import ALL
from syndicator.core.errors import StoreError
from syndicator.core.model import Outcome, SourceState
from syndicator.core.ports import ArticleRecord, EntryRow, FileStamp
from syndicator.store.engine import Store, open_store
from tests.states import change_state
from tests.store.conftest import NOW, make_article, make_stamp, record_article


@pytest.fixture
def store(file_store: Store) -> Store:
    """With several writers each write is a transaction of its own: test_writers.py."""
    return file_store


def make_state(key: str) -> SourceState:
    return SourceState(key=key, url=f"https://{key}.example/")


def read_committed(database_url: str) -> set[str]:
    """Return the keys of the sources that another process sees."""
    with open_store(database_url, articles_exist=False) as other_store:
        return {*other_store.visits.states()}


def test_others_see_the_writes_of_a_group_after_its_commit(store: Store, database_url: str) -> None:
    """Writes of a group are visible to the group at once, and to other programs after `commit` or
    the end of the block."""
    with store.visits.shared():
        store.visits.save_states([make_state("a")])
        store.visits.set_note("robots https://a.example", "x", NOW)

        assert store.visits.state("a") == make_state("a")
        assert store.visits.note("robots https://a.example") == "x"
        assert read_committed(database_url) == set()

        store.visits.commit()

        assert read_committed(database_url) == {"a"}

        store.visits.save_states([make_state("b")])
    assert read_committed(database_url) == {"a", "b"}


def test_publishing_sees_no_article_before_it_is_durable(store: Store) -> None:
    """The index shows an article only after the commit of the group."""
    with store.visits.shared():
        article = record_article(store, 1)

        assert store.visits.article(article.id)
        assert store.index.ids(ALL, limit=9, since=None, most=9) == []
        assert store.index.newest_mark() == 0

        store.visits.commit()

        assert store.index.ids(ALL, limit=9, since=None, most=9) == [article.id]


def test_first_is_called_before_each_commit_of_writes(store: Store, database_url: str) -> None:
    """The callback, which makes article files durable, runs before each commit that has writes, and
    not before an empty one. It records what was committed before."""
    asked: list[set[str]] = []
    with store.visits.shared(lambda: asked.append(read_committed(database_url))):
        store.visits.commit()

        assert asked == []

        store.visits.save_states([make_state("a")])
        store.visits.save_states([make_state("b")])
        store.visits.commit()
        store.visits.save_states([make_state("c")])

    assert asked == [set(), {"a", "b"}]


def test_rows_whose_files_could_not_be_made_durable_are_not_written(
    store: Store, database_url: str
) -> None:
    """If making the article files durable fails, the rows of that group are rolled back; later
    writes work. `fail_with_full_disk` stands for a full disk."""

    def fail_with_full_disk() -> None:
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"), store.visits.shared(fail_with_full_disk):
        store.visits.save_states([make_state("a")])
        store.visits.commit()
    assert read_committed(database_url) == set()
    assert store.visits.states() == {}

    store.visits.save_states([make_state("b")])

    assert read_committed(database_url) == {"b"}


def test_a_write_that_fails_undoes_itself_alone(store: Store, database_url: str) -> None:
    """A failing write in a group does not undo the others."""
    broken = EntryRow(
        source_key="src", entry_id="x", url="", digest="", status=None, first_seen=NOW
    )  # type: ignore[arg-type]
    with store.visits.shared():
        record_article(store, 1)

        with pytest.raises(StoreError):
            store.visits.record(
                ArticleRecord(article=make_article(2), stamp=make_stamp(2), entry=broken)
            )
        assert store.visits.article(make_article(2).id) is None

        record_article(store, 3)
    with open_store(database_url, articles_exist=True) as other_store:
        assert {*other_store.visits.stamps()} == {make_article(1).id, make_article(3).id}


def test_an_exception_that_ends_a_run_loses_no_earlier_write(
    store: Store, database_url: str
) -> None:
    """If an exception ends a group of shared commits, what was written before it is committed."""
    with pytest.raises(KeyError), store.visits.shared():
        store.visits.end_visit(Outcome(key="a", at=NOW, status="unchanged"), make_state("a"))
        raise KeyError
    assert read_committed(database_url) == {"a"}


def test_a_write_of_another_part_comes_after_the_writes_of_the_group(
    store: Store, database_url: str
) -> None:
    """A write that is not part of the group, here marking feeds stale, commits the group first, so
    that the order of writes is kept."""
    with store.visits.shared():
        record_article(store, 1)
        store.index.mark_stale([ALL])

        assert store.index.ids(ALL, limit=9, since=None, most=9) == [make_article(1).id]

        with open_store(database_url, articles_exist=True) as other_store:
            assert other_store.index.newest_mark() == store.index.newest_mark() > 0


def test_tables_that_are_read_whole_include_the_writes_of_the_group(store: Store) -> None:
    """Reading all states or all file stamps includes rows that the current group has written but
    not committed."""
    with store.visits.shared():
        store.visits.save_states([make_state("a")])

        assert [state.key for state in store.visits.each_state()] == ["a"]

        article = record_article(store, 1)

        assert store.visits.stamps()[article.id] == FileStamp(
            path=make_stamp(1).path, mtime_ns=1_000_000_001, size=100
        )


def test_ended_visits_are_written_together_and_visible_at_once(
    store: Store, database_url: str
) -> None:
    """In a group, ended visits are visible at once but committed together; a dropped state (b)
    takes its outcomes with it."""

    def end_visit(key: str, **changes: object) -> None:
        store.visits.end_visit(
            Outcome(key=key, at=NOW, status="unchanged"), change_state(make_state(key), **changes)
        )

    with store.visits.shared():
        end_visit("a")
        end_visit("b")
        end_visit("a", failures=1)

        assert store.visits.states() == {
            "a": change_state(make_state("a"), failures=1),
            "b": make_state("b"),
        }
        assert read_committed(database_url) == set()

        store.visits.drop_state("b")
        end_visit("c")

    assert read_committed(database_url) == {"a", "c"}
    assert [len(store.status.outcomes(key)) for key in "abc"] == [2, 0, 1]


def test_a_visit_that_ends_later_overwrites_a_saved_state(store: Store) -> None:
    """A state that is saved after its visit has ended is the one that is stored, in the order of
    the calls."""
    with store.visits.shared():
        store.visits.end_visit(Outcome(key="a", at=NOW, status="unchanged"), make_state("a"))
        store.visits.save_states([replace(make_state("a"), terms="later")])
    assert store.visits.state("a") == replace(make_state("a"), terms="later")


def test_entries_that_come_to_wait_within_a_group_are_counted(store: Store) -> None:
    """The count of pending entries of a source includes changes that the current group has not
    committed."""

    def make_pending_row(source: str) -> EntryRow:
        return EntryRow(
            source_key=source, entry_id="1", url="", digest="", status="pending", first_seen=NOW
        )

    store.visits.save_entries([make_pending_row("before")])
    with store.visits.shared():
        assert [store.visits.count_pending(key) for key in ("before", "now")] == [1, 0]

        store.visits.save_entries([make_pending_row("now")])

        assert store.visits.count_pending("now") == 1

        store.visits.save_entries([replace(make_pending_row("now"), status="done")])

        assert store.visits.count_pending("now") == 0
