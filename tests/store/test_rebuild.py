"""Rebuild the rows from the article files."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.core.model import Article, BackOff, FeedKey, Outcome, SourceState
from syndicator.core.ports import EntryRow, FeedRow, FileStamp, Withdrawn
from syndicator.core.urls import alias
from syndicator.publishing import paths
from syndicator.store.engine import Store, open_store
from tests.store.conftest import NOW, make_article, make_stamp, record_article, record_build

ALL = FeedKey("all", "all")
AI = FeedKey("tag", "ai")


def make_article_files(*numbers: int) -> list[tuple[Article, FileStamp]]:
    return [(replace(make_article(number), body="text"), make_stamp(number)) for number in numbers]


def list_ids(store: Store, key: FeedKey = ALL) -> list[str]:
    return store.index.ids(key, limit=99, since=None, most=99)


def read_feeds(store: Store) -> list[FeedRow]:
    """Return the rows of feeds; those with a mark have the same mark."""
    return [replace(row, mark=min(row.mark, 1)) for row in store.index.feeds()]


def make_entry(number: int, status: str = "pending") -> EntryRow:
    return EntryRow(
        source_key="src",
        entry_id=f"guid-{number}",
        url="",
        digest="d",
        status="pending" if status == "pending" else "refused",
        first_seen=NOW,
    )


def test_a_rebuilt_store_has_the_same_content_as_before(database_url: str, store: Store) -> None:
    """A new database that is filled from the article files, in any order, has the same feeds,
    order, file stamps and aliases as the old one."""
    for number in range(5):
        record_article(store, number)  # of the address https://example.org/NUMBER
    before = (read_feeds(store), list_ids(store), store.visits.stamps(), list(store.index.each()))

    with open_store(
        database_url.replace("syndicator.db", "other.db"), articles_exist=True, create=True
    ) as other_store:
        assert other_store.reindex(make_article_files(3, 1, 4, 0, 2)) == 5
        assert (
            read_feeds(other_store),
            list_ids(other_store),
            other_store.visits.stamps(),
            list(other_store.index.each()),
        ) == before
        assert other_store.visits.find([alias("https://www.example.org/3/")]) == make_article(3).id
        assert other_store.visits.find(["guid:src:guid-3"]) == make_article(3).id


def test_rows_without_a_file_go_and_every_feed_becomes_stale(store: Store) -> None:
    """A reindex deletes articles whose file is gone (number 2), updates the counts and marks all
    feeds stale."""
    record_article(store, 1)
    record_article(store, 2, tags=("Old",))
    record_build(store, *(row.key for row in store.index.feeds()))  # no feed is stale

    assert store.reindex(make_article_files(1)) == 1

    assert store.visits.article(make_article(2).id) is None
    assert store.visits.find(["guid:src:guid-2"]) is None

    counts = {row.key: row.count for row in store.index.feeds()}

    assert counts[FeedKey("tag", "old")] == 0
    assert counts[ALL] == 1

    # all feeds are stale, and their files are still known
    for row in store.index.feeds():
        assert row.stale
        assert store.index.targets([row.key]) == {paths.get_stem(row.key): "fingerprint"}


def test_states_outcomes_and_the_names_of_feeds_stay(store: Store) -> None:
    """A reindex keeps the states and outcomes of sources, and the stored names of feeds, none of
    which is in the article files."""
    record_article(store, 1)
    state = SourceState(key="src", url="u", backoff=BackOff(failures=2))
    store.visits.end_visit(Outcome(key="src", at=NOW, status="failed"), state)
    store.index.save_feed(FeedRow(key=AI, name="A.I.", first_slug="ki"))

    store.reindex(make_article_files(1, 2))

    assert store.visits.states() == {"src": state}
    assert len(store.status.outcomes("src")) == 1

    kept_row = next(row for row in store.index.feeds() if row.key == AI)

    assert kept_row.name == "A.I."
    assert kept_row.first_slug == "ki"
    assert kept_row.count == 2  # of both files


def test_entries_of_articles_in_the_store_are_done_and_others_stay(store: Store) -> None:
    """A reindex marks the feed entry of an existing article (1) as done, so that it is not read
    again; other entries stay as they are."""
    store.visits.save_entries([make_entry(1), make_entry(2), make_entry(3, "refused")])

    store.reindex(make_article_files(1))

    kept_entries = store.visits.entries("src", ["guid-1", "guid-2", "guid-3"])

    assert kept_entries["guid-1"] == replace(
        make_entry(1), status="done", article_id=make_article(1).id
    )
    assert kept_entries["guid-2"] == make_entry(2)
    assert kept_entries["guid-3"] == make_entry(3, "refused")
    assert [row.entry_id for row in store.visits.pending("src", NOW)] == ["guid-2"]


def test_withdrawn_articles_stay_withdrawn_after_a_rebuild(store: Store) -> None:
    """A reindex does not bring back articles that are withdrawn in the database (1) or in the list
    of the article store (2), though their files exist."""
    withdrawn_in_database, withdrawn_in_list, kept_article = (
        record_article(store, number) for number in (1, 2, 3)
    )
    store.visits.withdraw(withdrawn_in_database, (), (), NOW)

    # the list of the article store names the second one
    listed_withdrawal = Withdrawn(
        id=withdrawn_in_list.id,
        at=NOW,
        feeds=(AI,),
        url=withdrawn_in_list.url,
        aliases=(alias(withdrawn_in_list.url),),
    )

    assert store.reindex(make_article_files(1, 2, 3), [listed_withdrawal]) == 1

    assert list_ids(store) == [kept_article.id]
    assert store.visits.look_up([alias(withdrawn_in_database.url)]).withdrawn
    assert store.visits.look_up([alias(withdrawn_in_list.url)]).withdrawn
    assert {entry.id: entry.url for entry in store.index.withdrawn()} == {
        withdrawn_in_database.id: withdrawn_in_database.url,
        withdrawn_in_list.id: withdrawn_in_list.url,
    }


def test_copies_stay_copies_unless_their_original_is_gone(store: Store) -> None:
    """A reindex keeps an article merged into another, unless the file of that other is gone: 2
    stays a copy of 1, 4 is published as 3 is gone."""
    original, copy, lost_original, copy_of_lost = (
        record_article(store, number) for number in (1, 2, 3, 4)
    )
    store.index.merge(copy.id, original.id)
    store.index.merge(copy_of_lost.id, lost_original.id)

    store.reindex(make_article_files(1, 2, 4))

    assert store.index.merged() == {copy.id: original.id}
    assert list_ids(store) == [original.id, copy_of_lost.id]
    assert list_ids(store, FeedKey("source", "src")) == [original.id, copy.id, copy_of_lost.id]
    assert next(row.count for row in store.index.feeds() if row.key == ALL) == 2


def test_of_two_files_with_one_id_the_first_counts(store: Store) -> None:
    """If two files have the same article id, a reindex uses the first one it gets."""
    copy = FileStamp(path="2026/11/zz-copy.md", mtime_ns=1, size=1)

    assert store.reindex([*make_article_files(1), (make_article(1, title="Copy"), copy)]) == 1

    assert store.visits.stamp(make_article(1).id) == make_stamp(1)


def test_a_failing_rebuild_changes_nothing(store: Store) -> None:
    """If reading the files fails half-way, the reindex is rolled back and the database stays as it
    was."""
    record_article(store, 1)

    def yield_one_then_fail() -> object:
        yield make_article_files(2)[0]
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        store.reindex(yield_one_then_fail())

    assert list_ids(store) == [make_article(1).id]


def test_files_say_which_are_copies_and_which_were_split(store: Store) -> None:
    """A reindex follows `merged_into` and `split_from` in the files: 2 becomes a copy of 1, and 3
    no longer is one."""
    original, new_copy, split_article = (record_article(store, number) for number in (1, 2, 3))

    # in the database 3 is a copy of 1
    store.index.merge(split_article.id, original.id)
    files = [
        (make_article(1), make_stamp(1)),
        (make_article(2, merged_into=original.id), make_stamp(2)),
        (make_article(3, split_from=(original.id,)), make_stamp(3)),
    ]

    store.reindex(files)

    assert store.index.merged() == {new_copy.id: original.id}
    assert list_ids(store) == [original.id, split_article.id]
