"""Several writes in one commit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.core.axes import ALL
from syndicator.core.errors import StoreError
from syndicator.core.model import Outcome, SourceState
from syndicator.core.ports import ArticleRecord, EntryRow
from syndicator.store.engine import Store, open_store
from tests.states import change_state
from tests.store.conftest import NOW, make_article, make_stamp, record_article


@pytest.fixture
def store(file_store: Store) -> Store:
    """With several writers each write is a transaction of its own: test_writers.py."""
    return file_store


def make_state(key: str) -> SourceState:
    return SourceState(key=key, url=f"https://{key}.example/")


def read_committed_keys(database_url: str) -> set[str]:
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
        assert read_committed_keys(database_url) == set()

        store.visits.commit()

        assert read_committed_keys(database_url) == {"a"}

        store.visits.save_states([make_state("b")])
    assert read_committed_keys(database_url) == {"a", "b"}


def test_publishing_sees_no_article_before_it_is_durable(store: Store) -> None:
    """The index shows an article only after the commit of the group."""
    with store.visits.shared():
        article = record_article(store, 1)

        assert store.visits.article(article.id)  # the group sees it

        # the index has neither the article nor a mark of a stale feed
        assert store.index.ids(ALL, limit=9, since=None, most=9) == []
        assert store.index.newest_mark() == 0

        store.visits.commit()

        assert store.index.ids(ALL, limit=9, since=None, most=9) == [article.id]


def test_first_is_called_before_each_commit_of_writes(store: Store, database_url: str) -> None:
    """The callback, which makes article files durable, runs before each commit that has writes, and
    not before an empty one. Here it notes the keys that were committed before."""
    committed_before: list[set[str]] = []
    with store.visits.shared(lambda: committed_before.append(read_committed_keys(database_url))):
        store.visits.commit()  # nothing was written

        assert committed_before == []

        store.visits.save_states([make_state("a")])
        store.visits.save_states([make_state("b")])
        store.visits.commit()
        store.visits.save_states([make_state("c")])

    # called twice: by `commit`, and at the end of the block
    assert committed_before == [set(), {"a", "b"}]


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
    assert read_committed_keys(database_url) == set()
    assert store.visits.states() == {}

    store.visits.save_states([make_state("b")])

    assert read_committed_keys(database_url) == {"b"}


def test_a_write_that_fails_undoes_itself_alone(store: Store, database_url: str) -> None:
    """A failing write in a group, here of an entry without a status, does not undo the others: of
    three articles the first and the last are stored."""
    broken_entry = EntryRow(
        source_key="src", entry_id="x", url="", digest="", status=None, first_seen=NOW
    )  # type: ignore[arg-type]
    with store.visits.shared():
        record_article(store, 1)

        with pytest.raises(StoreError):
            store.visits.record(
                ArticleRecord(article=make_article(2), stamp=make_stamp(2), entry=broken_entry)
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
        raise KeyError  # ends the block
    assert read_committed_keys(database_url) == {"a"}


def test_a_write_of_another_part_comes_after_the_writes_of_the_group(
    store: Store, database_url: str
) -> None:
    """A write that is not part of the group, here marking feeds stale, commits the group first, so
    that the order of writes is kept."""
    with store.visits.shared():
        record_article(store, 1)
        store.index.mark_stale([ALL])

        # the article is committed, and another process sees the mark
        assert store.index.ids(ALL, limit=9, since=None, most=9) == [make_article(1).id]

        with open_store(database_url, articles_exist=True) as other_store:
            newest_mark = store.index.newest_mark()
            assert newest_mark > 0
            assert other_store.index.newest_mark() == newest_mark


def test_tables_that_are_read_whole_include_the_writes_of_the_group(store: Store) -> None:
    """Reading the states of all sources or the file stamps of all articles includes rows that the
    current group has written but not committed."""
    with store.visits.shared():
        store.visits.save_states([make_state("a")])

        assert [state.key for state in store.visits.each_state()] == ["a"]

        article = record_article(store, 1)

        assert store.visits.stamps()[article.id] == make_stamp(1)


def test_ended_visits_are_written_together_and_visible_at_once(
    store: Store, database_url: str
) -> None:
    """In a group, ended visits (two of a, one of b, one of c) are visible at once but committed
    together; a dropped state (b) takes its outcomes with it."""

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
        assert read_committed_keys(database_url) == set()  # others see none of them yet

        store.visits.drop_state("b")
        end_visit("c")

    assert read_committed_keys(database_url) == {"a", "c"}
    assert len(store.status.outcomes("a")) == 2
    assert len(store.status.outcomes("b")) == 0
    assert len(store.status.outcomes("c")) == 1


def test_a_state_that_is_saved_after_the_end_of_its_visit_is_stored(store: Store) -> None:
    """In a group, a state that is saved after its visit has ended overwrites the state of the
    visit."""
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

    # the entry of the source "before" is committed, that of "now" is written in the group
    store.visits.save_entries([make_pending_row("before")])
    with store.visits.shared():
        assert store.visits.count_pending("before") == 1
        assert store.visits.count_pending("now") == 0

        store.visits.save_entries([make_pending_row("now")])

        assert store.visits.count_pending("now") == 1

        store.visits.save_entries([replace(make_pending_row("now"), status="done")])

        assert store.visits.count_pending("now") == 0
