"""The interface Visits: record visits, entries and articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy import text as sql

from syndicator.core import ports
from syndicator.core.errors import StoreError
from syndicator.core.model import (
    BackOff,
    Cadence,
    Channel,
    Enclosure,
    Entry,
    EntryStatus,
    FeedKey,
    Origin,
    Outcome,
    Problem,
    Schedule,
    SourceState,
    Validators,
    VisitTimes,
)
from syndicator.core.ports import ArticleRecord, Blocks, Compared, EntryRow, Like
from syndicator.core.urls import alias
from syndicator.filing.records import VisitRecords
from syndicator.store import codec, schema
from syndicator.store.engine import Store
from tests.states import change_state
from tests.store.conftest import NOW, make_article, make_stamp, record_article, record_build

HOUR = timedelta(hours=1)


def make_entry(id: str, status: EntryStatus = "pending", **changes: object) -> EntryRow:
    row = EntryRow(
        source_key="src",
        entry_id=id,
        url=f"https://example.org/{id}",
        digest="d",
        status=status,
        first_seen=NOW,
    )
    return replace(row, **changes)


def list_stale(store: Store) -> set[FeedKey]:
    return {row.key for row in store.index.feeds() if row.stale}


def test_a_state_comes_back_as_it_was(store: Store) -> None:
    """The state of a source is read as it was saved last, also with invalid Unicode in it; an
    unknown source has none."""
    visits: VisitRecords = store.visits
    state = SourceState(
        key="a",
        url="https://a.example/",
        validators=Validators(etag='"x"'),
        backoff=BackOff(failures=3, detail="\ud800"),
        schedule=Schedule(next_due=NOW),
        cadence=Cadence(recent=(NOW, NOW - HOUR)),
    )

    visits.save_states([state])
    changed_state = replace(state, backoff=replace(state.backoff, failures=4))
    visits.save_states([changed_state])

    assert visits.states() == {"a": changed_state}
    assert visits.state("a") == changed_state
    assert visits.state("b") is None


def test_due_are_the_enabled_ones_in_order_of_lateness(store: Store) -> None:
    """Sources without a time for their next visit or with a past one are due: first those without,
    then the one that is overdue for longest. A disabled source and one with a future time are
    not."""
    changes_by_key = {
        "later": {"next_due": NOW + HOUR},
        "now": {"next_due": NOW},
        "late": {"next_due": NOW - HOUR},
        "never-visited": {},
        "off": {"next_due": NOW - HOUR, "disabled": "gone"},
    }
    store.visits.save_states(
        [
            change_state(SourceState(key=key, url="u"), **changes)
            for key, changes in changes_by_key.items()
        ]
    )

    assert [state.key for state in store.visits.list_due_states(NOW)] == [
        "never-visited",
        "late",
        "now",
    ]


def test_a_dropped_source_takes_its_entries_and_outcomes_along_but_no_article(store: Store) -> None:
    """Dropping a source deletes its entries and outcomes, not its articles."""
    record_article(store, 1)  # of the source src, as the entry
    store.visits.save_entries([make_entry("a"), make_entry("a", source_key="other")])
    state = SourceState(key="src", url="u")
    store.visits.end_visit(Outcome(key="src", at=NOW, status="new"), state)

    store.visits.drop_state("src")

    assert store.visits.states() == {}
    assert store.visits.entries("src", ["a"]) == {}
    assert store.visits.entries("other", ["a"]).keys() == {"a"}
    assert store.status.outcomes("src") == []
    assert store.visits.article(make_article(1).id) == make_article(1)


def test_entries_come_back_by_their_own_ids_however_odd(store: Store) -> None:
    """Entries with empty, long or invalid Unicode ids are found again by these ids, and only
    for their source."""
    odd_ids = ["", "\ud800", "a\0b", "é" * 3000, "é" * 3000 + "x", "tag:x,2026:1"]
    rows = [
        make_entry(
            entry_id,
            entry=Entry(id=entry_id, title="\udfff", enclosures=(Enclosure(url="e"),), updated=NOW),
        )
        for entry_id in odd_ids
    ]

    store.visits.save_entries(rows)

    assert store.visits.entries("src", [*odd_ids, "unknown"]) == {row.entry_id: row for row in rows}
    assert store.visits.entries("other", odd_ids) == {}


def test_the_text_of_a_feed_is_kept_only_while_its_entry_is_pending(store: Store) -> None:
    """The content of a feed entry is stored until its article is written, then deleted to save
    space."""
    announced = Entry(id="a", content="<p>long</p>")
    store.visits.save_entries([make_entry("a", entry=announced)])

    assert store.visits.entries("src", ["a"])["a"].entry == announced

    store.visits.save_entries([make_entry("a", "done", entry=announced, article_id="x")])

    assert store.visits.entries("src", ["a"])["a"] == make_entry("a", "done", article_id="x")


def test_pending_are_those_whose_time_has_come_oldest_first(store: Store) -> None:
    """Pending entries whose next try is due are listed by the time they were first seen; done and
    refused ones are not listed."""
    store.visits.save_entries(
        [
            make_entry("young"),
            make_entry("old", first_seen=NOW - HOUR),
            make_entry("waiting", next_try=NOW + HOUR),
            make_entry("again", next_try=NOW, first_seen=NOW - 2 * HOUR),
            make_entry("done", "done"),
            make_entry("refused", "refused"),
        ]
    )

    assert [row.entry_id for row in store.visits.pending("src", NOW)] == ["again", "old", "young"]
    assert store.visits.pending("other", NOW) == []


def test_pending_rows_are_counted_whenever_their_next_try_is(store: Store) -> None:
    """Pending entries are counted, also those whose next try is later."""
    store.visits.save_entries(
        [make_entry("now"), make_entry("later", next_try=NOW + HOUR), make_entry("done", "done")]
    )

    assert store.visits.count_pending("src") == 2
    assert store.visits.count_pending("other") == 0


def test_thousands_of_entries_at_once(store: Store) -> None:
    """1,501 entries, more than fit one SQL statement, are saved and read in one call each."""
    rows = [make_entry(str(number)) for number in range(1501)]
    store.visits.save_entries(rows)

    assert len(store.visits.entries("src", [row.entry_id for row in rows])) == 1501


def test_a_recorded_article_is_found_by_every_alias(store: Store) -> None:
    """An article is found by its address, an alias on its own site in any spelling, and the ids of
    its entries; not by an alias on another site, which could be a theft."""
    # the article is of https://example.org/1, its first entry is guid-1 of the source src
    article = make_article(1, aliases=("https://other.example.org/x?b=1", "https://evil.example/x"))

    store.visits.record(
        ArticleRecord(
            article=article,
            stamp=make_stamp(1),
            # another source has announced it, too
            entry=make_entry("9", "done", source_key="second", article_id=article.id),
        )
    )

    for key in (
        alias(article.url),
        alias("http://other.example.org/x/?b=1"),
        "guid:src:guid-1",
        "guid:second:9",
    ):
        assert store.visits.find(["unknown", key]) == article.id, key

    assert store.visits.find(["unknown", alias("https://evil.example/x")]) is None
    assert store.visits.find([]) is None
    assert store.visits.article(article.id) == article
    assert store.visits.stamp(article.id) == make_stamp(1)
    assert store.visits.stamps() == {article.id: make_stamp(1)}
    assert store.visits.article("unknown") is None
    assert store.visits.stamp("unknown") is None


def test_the_first_alias_asked_for_wins_and_an_alias_keeps_its_first_article(store: Store) -> None:
    """`find` returns the article of the first known alias; if a second article claims the address
    of the first, it stays with the first."""
    first_article = record_article(store, 1)
    second = record_article(store, 2)
    store.visits.record(
        ArticleRecord(article=replace(second, aliases=(first_article.url,)), stamp=make_stamp(2))
    )

    assert store.visits.find([alias(second.url), alias(first_article.url)]) == second.id
    assert store.visits.find([alias(first_article.url)]) == first_article.id


def test_a_row_keeps_all_but_the_body(store: Store) -> None:
    """The database stores every field of an article but its body, which is read from its file."""
    article = make_article(
        1,
        body="long",
        author="A",
        updated=NOW,
        language="de",
        partial=True,
        robots=("noarchive",),
        enclosure=Enclosure(url="e", length=3, duration="1:00"),
        origin=Origin(title="F", url="u", id="i", updated=NOW),
        revisions=("2026-11-24T12:00:00Z",),
        also=("https://b.example/",),
        keywords=("k",),
    )

    store.visits.record(ArticleRecord(article=article, stamp=make_stamp(1)))

    assert store.visits.article(article.id) == replace(article, body="")


def test_recording_ends_the_entry_keeps_the_html_and_marks_feeds_in_one(store: Store) -> None:
    """`record` saves article, entry and HTML, and marks all feeds of the article as stale, in one
    call."""
    article = make_article(1, tags=("AI",), category="Research")
    entry = make_entry("guid-1", "done", article_id=article.id)

    store.visits.record(
        ArticleRecord(article=article, stamp=make_stamp(1), entry=entry, html="<p>1</p>")
    )

    assert store.visits.entries("src", ["guid-1"]) == {"guid-1": entry}
    assert store.index.html([article.id]) == {article.id: "<p>1</p>"}
    assert list_stale(store) == {
        FeedKey("all", "all"),
        FeedKey("tag", "ai"),
        FeedKey("category", "research"),
        FeedKey("source", "src"),
    }


def test_html_stays_only_if_the_body_is_the_same(store: Store) -> None:
    """If an article is recorded again, its cached HTML stays if the caller says that the body is
    the same, and is deleted otherwise."""
    article = make_article(1)
    changed_article = replace(article, title="New")
    first_record = ArticleRecord(article=article, stamp=make_stamp(1), html="<p>1</p>")

    store.visits.record(first_record)
    store.visits.record(ArticleRecord(article=changed_article, stamp=make_stamp(2), same_body=True))

    assert store.index.html([article.id]) == {article.id: "<p>1</p>"}

    store.visits.record(first_record)
    store.visits.record(
        ArticleRecord(article=changed_article, stamp=make_stamp(2), same_body=False)
    )

    assert store.index.html([article.id]) == {}


def test_articles_written_together_are_as_if_written_one_by_one(store: Store) -> None:
    """Articles that are gathered (`gather`) and written in one transaction get the right feeds and
    counts, also a copy whose original is put on hold, and one that is written twice."""
    original = make_article(1, tags=("AI",))
    copy = make_article(2, tags=("AI", "Chips"), merged_into=make_article(1).id)
    other_article = make_article(3)
    for article in (original, copy, other_article):
        store.visits.record(ArticleRecord(article=article, stamp=make_stamp(1)))

    with store.visits.shared(gather=True):
        store.visits.record(
            ArticleRecord(article=replace(original, hold=True), stamp=make_stamp(2))
        )
        store.visits.record(
            ArticleRecord(article=replace(copy, tags=("Robots",)), stamp=make_stamp(2), score=0.5)
        )
        store.visits.record(
            ArticleRecord(article=replace(other_article, tags=("Old",)), stamp=make_stamp(2))
        )
        store.visits.record(
            ArticleRecord(article=replace(other_article, tags=("New",)), stamp=make_stamp(3))
        )  # the same article again
    robots = FeedKey("tag", "robots")
    new = FeedKey("tag", "new")

    assert store.index.list_feeds_of(original.id) == []
    assert robots in store.index.list_feeds_of(copy.id), (
        "shown in place of its original, which is on hold"
    )
    assert new in store.index.list_feeds_of(other_article.id)
    assert FeedKey("tag", "old") not in store.index.list_feeds_of(other_article.id)

    counts = {row.key: row.count for row in store.index.feeds()}

    assert counts[FeedKey("tag", "ai")] == 0
    assert counts[robots] == 1
    assert counts[new] == 1
    assert counts[FeedKey("tag", "old")] == 0


def test_the_feeds_that_an_article_leaves_become_stale_like_those_it_joins(store: Store) -> None:
    """Both the feeds that an article leaves and joins become stale."""
    article = make_article(1, tags=("AI",), category="Research")
    store.visits.record(ArticleRecord(article=article, stamp=make_stamp(1)))
    record_build(store, *(row.key for row in store.index.feeds()))  # none is stale

    store.visits.record(
        ArticleRecord(article=replace(article, tags=("Chips",), category=""), stamp=make_stamp(2))
    )

    left = {FeedKey("tag", "ai"), FeedKey("category", "research")}
    joined = {FeedKey("tag", "chips")}

    assert list_stale(store) == {FeedKey("all", "all"), FeedKey("source", "src")} | left | joined


def test_a_failing_record_leaves_nothing_behind(store: Store) -> None:
    """If one row of a record (article and entry) cannot be written, none is; the next record
    works."""
    # no database takes a dictionary as the id of an article
    bad_entry = make_entry("guid-1", "done", article_id={})

    with (
        pytest.warns(UserWarning, match="article_id"),
        pytest.raises(StoreError, match="cannot be used"),
    ):
        store.visits.record(
            ArticleRecord(article=make_article(1), stamp=make_stamp(1), entry=bad_entry)
        )

    assert store.visits.article(make_article(1).id) is None
    assert store.index.feeds() == []

    record_article(store, 1)  # and the next transaction works

    assert store.visits.article(make_article(1).id) == make_article(1)


def test_a_deleted_file_is_forgotten(store: Store) -> None:
    """An article that is forgotten is not found by id or address; its feeds count none and are
    stale."""
    article = record_article(store, 1)
    record_build(store, *(row.key for row in store.index.feeds()))  # no feed is stale

    store.visits.forget([article.id])

    assert store.visits.article(article.id) is None
    assert store.visits.find([alias(article.url)]) is None
    assert all(row.count == 0 and row.stale for row in store.index.feeds())


def test_a_withdrawn_article_is_gone_everywhere_and_known_under_every_alias(store: Store) -> None:
    """A withdrawn article is in no feed, but still known as withdrawn by its address and entry ids,
    so that no feed can bring it back. Listed with it are all feeds that showed it."""
    article = record_article(store, 1, tags=("AI",))  # from the entry guid-1 of the source src
    other_article = record_article(store, 2)

    assert not store.visits.look_up([alias(article.url)]).withdrawn

    # an entry of a second source led to it, too, and a saved query showed it
    store.visits.withdraw(article, ["guid:second:9"], [FeedKey("query", "q")], NOW)

    assert store.visits.look_up([alias(article.url)]).withdrawn
    assert store.visits.look_up(["x", "guid:second:9"]).withdrawn
    assert store.visits.look_up(["guid:src:guid-1"]).withdrawn
    assert not store.visits.look_up([alias(other_article.url)]).withdrawn
    assert not store.visits.look_up([]).withdrawn
    assert store.visits.article(article.id) is None

    (withdrawn,) = store.index.withdrawn()

    assert withdrawn.id == article.id
    assert withdrawn.at == NOW
    assert FeedKey("query", "q") in withdrawn.feeds
    assert FeedKey("tag", "ai") in withdrawn.feeds
    assert [row.count for row in store.index.feeds() if row.key.axis == "all"] == [1]


def test_a_withdrawn_article_that_is_recorded_again_is_shown_nowhere(store: Store) -> None:
    """A withdrawn article stays out of feeds, even if it is recorded again."""
    article = record_article(store, 1)
    store.visits.withdraw(article, (), (), NOW)

    record_article(store, 1)

    assert store.index.ids(FeedKey("all", "all"), limit=9, since=None, most=9) == []


def test_blocks_that_three_of_the_last_twenty_articles_share_repeat(store: Store) -> None:
    """A block is boilerplate of a host (here a.example) once three of its last twenty articles have
    it. An article that is read twice counts once."""
    for number in range(2):
        record_blocks(store, number, "promo", f"own{number}")
    record_blocks(store, 1, "promo", "promo", "own1")  # read again: still one article

    assert store.visits.find_boilerplate("a.example") == frozenset()

    record_blocks(store, 3, "promo")

    assert store.visits.find_boilerplate("a.example") == {"promo"}
    assert store.visits.find_boilerplate("b.example") == frozenset()

    # with 18 more articles without it, only two of the last twenty have it
    for number in range(10, 28):
        record_blocks(store, number, f"own{number}")

    assert store.visits.find_boilerplate("a.example") == frozenset()
    assert len(store.visits.blocks_by_article("a.example")) == 20


def record_blocks(store: Store, number: int, *digests: str) -> None:
    store.visits.record(
        ArticleRecord(
            article=make_article(number),
            stamp=make_stamp(number),
            blocks=Blocks(host="a.example", digests=digests),
        )
    )


def test_notes_are_pruned_by_age_and_then_by_length(store: Store) -> None:
    """Of the notes that begin with the prefix, those older than a day are deleted, then the
    longest until the rest has at most so many characters. Other notes stay."""

    def list_kept_notes() -> list[str]:
        return [
            name
            for name in ("robots a", "robots b", "robots c", "robot%", "x")
            if store.visits.note(name)
        ]

    store.visits.set_note("robots a", "old", NOW - timedelta(days=2))
    store.visits.set_note("robots b", "b" * 1000, NOW)
    store.visits.set_note("robots c", "c" * 100, NOW - timedelta(hours=1))
    store.visits.set_note("robot%", "another", NOW - timedelta(days=2))
    store.visits.set_note("x", "another", NOW - timedelta(days=2))
    # the old one of the prefix goes; the other two have 1,100 characters, fewer than 2,000
    store.visits.prune_notes("robots ", NOW - timedelta(days=1), 2000)

    assert list_kept_notes() == ["robots b", "robots c", "robot%", "x"]

    # 1,100 characters are more than 1,000
    store.visits.prune_notes("robots ", NOW - timedelta(days=1), 1000)

    assert list_kept_notes() == ["robots c", "robot%", "x"]


def test_notes(store: Store) -> None:
    """Notes are stored, replaced and deleted (None), also empty ones and ones with characters that
    databases refuse."""
    assert store.visits.note("robots:a") is None

    store.visits.set_note("robots:a", "User-agent: *\0\ud800", NOW)

    assert store.visits.note("robots:a") == "User-agent: *\0\ud800"

    store.visits.set_note("robots:a", "", NOW)

    assert store.visits.note("robots:a") == ""

    store.visits.set_note("robots:a", None, NOW)

    assert store.visits.note("robots:a") is None


def test_a_visit_ends_with_state_and_outcome(store: Store) -> None:
    """Ending a visit stores state and outcome; of 60 outcomes, an hour apart, the newest 50 are
    kept, and listed from the newest on."""
    state = SourceState(key="src", url="u", visits=VisitTimes(last_visit=NOW))
    for number in range(60):
        outcome = Outcome(
            key="src",
            at=NOW + number * HOUR,
            status="new",
            added=("x",),
            skipped=(Problem(what="w", reason="r"),),
            next_due=NOW,
        )
        store.visits.end_visit(outcome, state)

    assert store.visits.states() == {"src": state}

    kept_outcomes = store.status.outcomes("src", 100)

    assert kept_outcomes[0] == outcome  # the last one
    assert len(kept_outcomes) == 50
    assert [kept_outcome.at for kept_outcome in kept_outcomes] == sorted(
        (outcome.at for outcome in kept_outcomes), reverse=True
    )


@given(st.text(), st.text())
def test_keys_are_storable_and_tell_texts_apart(one: str, other: str) -> None:
    """A column key fits the 2,704 bytes of a PostgreSQL index entry, has no NUL character, and
    differs for different texts."""
    assert len(codec.make_column_key(one).encode()) < 2704
    assert "\0" not in codec.make_column_key(one)
    assert (codec.make_column_key(one) == codec.make_column_key(other)) == (one == other)


@given(
    st.builds(
        Entry,
        id=st.text(),
        title=st.text(),
        updated=st.datetimes().map(lambda moment: moment.replace(tzinfo=UTC)),
    )
)
def test_entries_survive_as_documents(given_entry: Entry) -> None:
    """Any entry of a feed is the same after its row is packed and unpacked."""
    row = make_entry("a", entry=given_entry)

    assert codec.unpack(ports.EntryRow, codec.pack(row)) == row


def test_a_document_of_a_newer_version_is_read() -> None:
    """A stored state with a field that this version does not know ("invented") is read without
    it."""
    assert codec.unpack_state('{"key":"a","url":"u","invented":1}', "") == SourceState(
        key="a", url="u"
    )


@pytest.mark.parametrize("status", ["pending", "refused", "skipped"])
def test_entries_that_are_not_done_are_found_by_an_index_of_their_own(
    file_store: Store, status: str
) -> None:
    """SQLite answers the query for the entries of a source that are not done by a small index of
    such entries (entries_open), since nearly all entries are done."""
    query = select(schema.entries.c.data).where(
        schema.entry_is(status), schema.entries.c.source == "s"
    )
    statement = query.compile(file_store._db.engine, compile_kwargs={"literal_binds": True})
    plan = file_store._db.rows(sql(f"EXPLAIN QUERY PLAN {statement}"))

    assert "INDEX entries_open (status=? AND source=?)" in str(plan)


def make_like(source: str, title: str, at: datetime, keys: Sequence[int], since: datetime) -> Like:
    return Like(source=source, title=title, published=at, found_by=keys, keys=keys, since=since)


def find_likely(store: Store, keys: Sequence[int], since: datetime) -> dict[str, bytes]:
    known = store.visits.look_up([], like=make_like("other", "", NOW, keys, since))
    return {article.id: data for article, data in known.likely}


def test_sketches_are_found_by_any_of_their_keys_while_they_are_remembered(store: Store) -> None:
    """The sketch of an article is found by any of its keys if it is new enough, keeps earlier keys
    when it is saved again, and is deleted with its article or with its age (`delete_before`).
    `find_likely` returns the sketches that have one of the keys and are newer than a time."""
    newest, older, old = (record_article(store, number).id for number in (1, 2, 3))
    long_ago = datetime.min.replace(year=1970, tzinfo=UTC)
    day = timedelta(days=1)
    store.visits.save_sketch(
        old, Compared(at=NOW - 9 * day, data=b"old", keys=[5], delete_before=long_ago)
    )
    store.visits.save_sketch(
        newest, Compared(at=NOW, data=b"one", keys=[1, 5, 2**32 - 1], delete_before=long_ago)
    )
    store.visits.save_sketch(
        older, Compared(at=NOW - 3 * day, data=b"two", keys=[2, 5], delete_before=long_ago)
    )

    assert find_likely(store, [5], NOW - 5 * day) == {newest: b"one", older: b"two"}
    assert find_likely(store, [2**32 - 1, 7], NOW - 5 * day) == {newest: b"one"}
    assert find_likely(store, [7], NOW - 5 * day) == find_likely(store, [], NOW) == {}

    # saved again: the sketch of `old` is deleted, as it is older than five days
    store.visits.save_sketch(
        newest, Compared(at=NOW, data=b"new", keys=[1, 9], delete_before=NOW - 5 * day)
    )

    # the keys 1, 5, 9 and 2**32 - 1: 1 was saved twice and is there once
    assert store._db.scalar(select(func.count()).where(schema.sketch_keys.c.id == newest)) == 4
    assert find_likely(store, [1, 5, 9], NOW - 99 * day) == {newest: b"new", older: b"two"}

    store.visits.forget([newest])

    assert find_likely(store, [1, 5, 9], NOW - 99 * day) == {older: b"two"}


def test_the_claims_of_an_article_are_stored_with_its_sketch(store: Store) -> None:
    """Two claims of an article are stored: since when it exists (`since`) and which address it
    names (`named`). If the sketch is saved again, the earlier time stays, but the address is the
    last one, here none."""
    article_id = record_article(store, 1).id

    assert store.visits.read_claims(article_id) == (None, None)

    first = Compared(
        at=NOW, data=b"one", keys=[1], delete_before=NOW, since=NOW - HOUR, named="a.example/x"
    )
    store.visits.save_sketch(article_id, first)

    assert store.visits.read_claims(article_id) == (NOW - timedelta(hours=1), "a.example/x")

    # saved again: it exists since a later time, and names no address
    store.visits.save_sketch(
        article_id, Compared(at=NOW, data=b"new", keys=[2], delete_before=NOW, since=NOW)
    )

    assert store.visits.read_claims(article_id) == (NOW - timedelta(hours=1), None)


def test_articles_of_a_source_are_found_by_title_and_by_their_keys_whatever_their_age(
    store: Store,
) -> None:
    """An earlier article of the same source is found by its title or by one of its keys, at any
    age; one of another source with the same title is not."""
    first_article, old_article, last_article = (
        record_article(store, number) for number in (1, 2, 3)
    )

    # the last one becomes an article of another source, with the title of the first
    article_of_other_source = replace(
        last_article, source_key="other", source_id="other", title=first_article.title
    )
    store.visits.record(
        ArticleRecord(
            article=article_of_other_source,
            stamp=store.visits.stamp(last_article.id) or pytest.fail(),
        )
    )

    # the old article has the keys 4 to 9, that of the other source has the key 4, too
    long_ago = NOW - timedelta(days=900)
    store.visits.save_sketch(
        old_article.id,
        Compared(at=long_ago, data=b"two", keys=[9, 8, 7, 6, 5, 4], delete_before=long_ago),
    )
    store.visits.save_sketch(
        last_article.id,
        Compared(at=NOW, data=b"other", keys=[4], delete_before=NOW - timedelta(days=14)),
    )

    def find_earlier_ids(title: str, *keys: int) -> list[str]:
        return [
            *store.visits.find_earlier(make_like(first_article.source_key, title, NOW, keys, NOW))
        ]

    assert find_earlier_ids(first_article.title) == [first_article.id]
    assert find_earlier_ids("unknown", 40, 4) == [old_article.id]
    assert find_earlier_ids("unknown", 9) == [old_article.id]
    assert find_earlier_ids("unknown", 40) == []
    assert find_earlier_ids("unknown") == []
    assert find_earlier_ids(first_article.title, 4, 5, 6, 7) == [first_article.id, old_article.id]
    assert find_likely(store, [4, 5, 6, 7], long_ago) == {last_article.id: b"other"}


def test_of_many_with_one_title_those_nearest_in_time_are_found(store: Store) -> None:
    """Of 30 articles with one title, a day apart, the ten nearest in time are found, the nearest
    first."""
    title = "Open thread of the day"
    articles = [
        replace(
            record_article(store, days_ago),
            title=title,
            published=NOW - timedelta(days=days_ago),
        )
        for days_ago in range(30)
    ]
    for article in articles:
        store.visits.record(
            ArticleRecord(article=article, stamp=store.visits.stamp(article.id) or pytest.fail())
        )

    # the nearest to that of twenty days ago
    earlier = store.visits.find_earlier(
        make_like(articles[0].source_key, title, NOW - timedelta(days=20), (), NOW)
    )

    assert len(earlier) == 10
    assert earlier[0] == articles[20].id

    # no article has this title
    assert not store.visits.find_earlier(
        make_like(articles[0].source_key, "Open thread of the night", NOW, (), NOW)
    )


def test_the_copies_of_an_article_are_known(store: Store) -> None:
    """A copy (`merged_into`) stays one when it is recorded again without `merged_into`, until a
    record says that the two were parted (`is_split`)."""
    original = record_article(store, 1)
    copy = record_article(store, 2)
    store.visits.record(
        ArticleRecord(
            article=replace(copy, merged_into=original.id),
            stamp=store.visits.stamp(copy.id) or pytest.fail(),
        )
    )

    assert store.visits.copies(original.id) == [copy.id]
    assert store.visits.copies(copy.id) == []

    store.visits.record(
        ArticleRecord(article=copy, stamp=store.visits.stamp(copy.id) or pytest.fail())
    )

    # a file that says nothing does not part the two
    assert store.visits.copies(original.id) == [copy.id]

    store.visits.record(
        ArticleRecord(
            article=copy, stamp=store.visits.stamp(copy.id) or pytest.fail(), is_split=True
        )
    )

    assert store.visits.copies(original.id) == []


def test_a_file_that_says_it_is_a_copy_is_one_whatever_comes_first(store: Store) -> None:
    """A copy recorded before its original is listed until the original is recorded, and again after
    the original was forgotten."""
    original = make_article(1)
    copy = make_article(2, merged_into=make_article(1).id)
    store.visits.record(ArticleRecord(article=copy, stamp=make_stamp(2)))

    assert store.index.merged() == {}
    assert [article.id for article in store.index.each()] == [copy.id]

    store.visits.record(ArticleRecord(article=original, stamp=make_stamp(1)))

    assert store.index.merged() == {copy.id: original.id}
    assert [article.id for article in store.index.each()] == [original.id]

    store.visits.forget([original.id])

    assert [article.id for article in store.index.each()] == [copy.id]


def test_states_of_earlier_versions_are_read(store: Store) -> None:
    """A state that an earlier version stored, without groups, is read into the present groups."""
    old = '{"key":"a","url":"https://a.example/","etag":"x","next_due":"2026-11-24T12:00:00+00:00","failures":2,"feed_id":"f"}'
    state = SourceState(
        key="a",
        url="https://a.example/",
        validators=Validators(etag="x"),
        schedule=Schedule(next_due=datetime(2026, 11, 24, 12, tzinfo=UTC)),
        backoff=BackOff(failures=2),
        channel=Channel(feed_id="f"),
    )

    assert codec.unpack_state(old, "") == state


def test_when_entries_were_first_seen_and_how_long_they_wait(store: Store) -> None:
    """For each entry of a source that was first seen since yesterday, also a done one, `(first
    seen, next try)` is listed. A done entry has no next try."""
    tomorrow = NOW + timedelta(days=1)
    store.visits.save_entries(
        [
            make_entry("at once"),
            make_entry("later", next_try=tomorrow),
            make_entry("done", "done", next_try=tomorrow),
            make_entry("old", first_seen=NOW - timedelta(days=9)),
            make_entry("at once", source_key="other"),
        ]
    )

    seen = store.visits.list_seen_since("src", NOW - timedelta(days=1))

    assert sorted(seen, key=str) == [(NOW, None), (NOW, None), (NOW, tomorrow)]
