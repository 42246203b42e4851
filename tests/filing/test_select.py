"""Choose which announced entries are read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.model import Entry
from syndicator.core.ports import EntryRow
from syndicator.filing.entry.select import (
    SplitRows,
    find_late_entries,
    list_due_rows,
    select_entries,
    sort_for_reading,
    split_late_rows,
)

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def make_entry(number: int, **fields: object) -> Entry:
    """Return entry "e<number>", published so many hours ago."""
    entry = Entry(
        id=f"e{number}",
        url=f"https://example.org/{number}",
        title=f"Story {number}",
        published=NOW - timedelta(hours=number),
    )
    return replace(entry, **fields)  # type: ignore[arg-type]


def test_a_first_visit_takes_the_newest_and_remembers_the_others_as_skipped() -> None:
    """Of 30 entries a first visit reads the newest 20 (`backfill`) and records the other 10 as
    skipped, so that they are not new later. The greater its number, the older an entry is."""
    announced = [make_entry(n) for n in range(30)]
    no_rows: dict[str, EntryRow] = {}
    chosen = select_entries("s", announced, no_rows, first=True, backfill=20, now=NOW)
    by_status = {
        status: [row.entry_id for row in chosen if row.status == status]
        for status in ("pending", "skipped")
    }

    assert by_status["pending"] == [f"e{n}" for n in range(20)]
    assert by_status["skipped"] == [f"e{n}" for n in range(20, 30)]
    assert {row.reason for row in chosen if row.status == "skipped"} == {"backfill"}


def test_a_later_visit_takes_all_that_is_unseen() -> None:
    """A later visit reads all entries without a row: 39 of 40, although `backfill`, which only
    counts at a first visit, is 20."""
    # the first visit saw e0 alone
    rows_by_entry_id = {
        row.entry_id: row
        for row in select_entries("s", [make_entry(0)], {}, first=True, backfill=20, now=NOW)
    }
    announced = [make_entry(n) for n in range(40)]
    chosen = select_entries("s", announced, rows_by_entry_id, first=False, backfill=20, now=NOW)

    assert len([row for row in chosen if row.status == "pending"]) == 39


def test_of_a_repeated_id_the_first_in_the_feed_counts() -> None:
    """If a feed has an id twice, its first entry is read."""
    same_id_twice = [make_entry(1, title="first"), make_entry(1, title="second")]
    chosen = select_entries("s", same_id_twice, {}, first=True, backfill=20, now=NOW)

    assert [row.entry.title for row in chosen if row.entry] == ["first"]


def test_an_entry_from_the_future_is_not_newer_than_now() -> None:
    """A date in the future counts as now, so that it does not push an entry of just now (e0) out of
    a backfill of one."""
    future = make_entry(1, published=NOW + timedelta(days=3650))
    just_now = make_entry(0)
    chosen = select_entries("s", [future, just_now], {}, first=True, backfill=1, now=NOW)

    assert [row.entry_id for row in chosen if row.status == "pending"] == ["e0"]


def test_a_changed_entry_is_read_again_at_most_daily_and_for_a_week() -> None:
    """An entry that changed after it was read is chosen again after a day or six, and is not after
    an hour or after more than a week."""
    # it was read now
    row = replace(
        select_entries("s", [make_entry(1)], {}, first=True, backfill=20, now=NOW)[0],
        status="done",
        article_id="a",
        read_at=NOW,
        entry=None,
    )
    changed = make_entry(1, title="Story 1, corrected")
    is_chosen_after = {
        timedelta(hours=1): False,
        timedelta(days=1): True,
        timedelta(days=6): True,
        timedelta(days=8): False,
    }
    for time_since, is_chosen in is_chosen_after.items():
        chosen = select_entries(
            "s", [changed], {"e1": row}, first=False, backfill=20, now=NOW + time_since
        )
        assert len(chosen) == int(is_chosen), time_since


def test_an_unchanged_entry_is_left_alone() -> None:
    """An entry with the same content is not read again, also after two days."""
    row = replace(
        select_entries("s", [make_entry(1)], {}, first=True, backfill=20, now=NOW)[0],
        status="done",
        read_at=NOW,
    )
    two_days_later = NOW + timedelta(days=2)
    chosen = select_entries(
        "s", [make_entry(1)], {"e1": row}, first=False, backfill=20, now=two_days_later
    )
    assert chosen == ()


@given(
    st.lists(st.integers(0, 50), max_size=60),
    st.integers(0, 30),
    st.booleans(),
    st.sets(st.integers(0, 50)),
)
def test_every_unseen_entry_gets_exactly_one_row(
    announced: list[int], backfill: int, first: bool, seen: set[int]
) -> None:
    """For any entries, each unknown one gets exactly one row, and a first visit leaves at most
    `backfill` of them pending."""
    rows_by_entry_id = {
        row.entry_id: row
        for row in select_entries(
            "s", [make_entry(n) for n in seen], {}, first=False, backfill=0, now=NOW
        )
    }
    chosen = select_entries(
        "s",
        [make_entry(n) for n in announced],
        rows_by_entry_id,
        first=first,
        backfill=backfill,
        now=NOW,
    )

    unseen_ids = {f"e{n}" for n in announced} - rows_by_entry_id.keys()

    assert sorted(row.entry_id for row in chosen) == sorted(unseen_ids)

    if first:
        pending = [row for row in chosen if row.status == "pending"]
        assert len(pending) <= backfill


def test_what_waited_and_what_is_new_is_read_newest_announcement_first_and_each_once() -> None:
    """Entry e1 waited since yesterday after two tries; now it is announced anew with another title,
    together with a new one, e2. Both are due, e2 first and e1 once, with its tries and its new
    title. Neither a row whose next try is later nor a skipped one is due."""
    old = replace(
        select_entries(
            "s", [make_entry(1)], {}, first=True, backfill=20, now=NOW - timedelta(days=1)
        )[0],
        tries=2,
    )
    later = replace(old, entry_id="later", next_try=NOW + timedelta(hours=1))
    rows_by_entry_id = {row.entry_id: row for row in (old, later)}
    chosen = select_entries(
        "s",
        [make_entry(1, title="New title"), make_entry(2)],
        rows_by_entry_id,
        first=False,
        backfill=20,
        now=NOW,
    )
    due = list_due_rows([old], chosen, NOW)

    assert [row.entry_id for row in due] == ["e2", "e1"]
    assert due[1].entry is not None
    assert due[1].entry.title == "New title"
    assert due[1].tries == 2
    assert list_due_rows([later], [], NOW) == []

    # at a first visit with a backfill of 0 all are skipped
    skipped = select_entries(
        "s", [make_entry(3), make_entry(4)], {}, first=True, backfill=0, now=NOW
    )

    assert list_due_rows([], skipped, NOW) == []


def test_news_goes_before_what_came_with_a_first_visit_which_goes_in_the_order_of_publication() -> (
    None
):
    """News (e2, e1) is read first, then what came with the first visit (e5, e4, e3), each in the
    order of publication: entry eN was published N hours ago. With a limit the newest of these
    are read. Rows whose entry is
    not stored are read in the order of their ids."""
    first_entries = select_entries(
        "s",
        [make_entry(n) for n in (5, 3, 4)],
        {},
        first=True,
        backfill=20,
        now=NOW - timedelta(days=1),
    )
    news = select_entries(
        "s", [make_entry(1), make_entry(2)], {}, first=False, backfill=20, now=NOW
    )

    assert [row.entry_id for row in sort_for_reading([*first_entries, *news], NOW)] == [
        "e2",
        "e1",
        "e5",
        "e4",
        "e3",
    ]

    limited_to_1 = sort_for_reading([*first_entries, *news], NOW, 1)
    limited_to_4 = sort_for_reading([*first_entries, *news], NOW, 4)

    assert [row.entry_id for row in limited_to_1] == ["e1"]
    assert [row.entry_id for row in limited_to_4] == ["e2", "e1", "e4", "e3"]

    undated = [replace(row, entry=None) for row in first_entries]

    assert [row.entry_id for row in sort_for_reading(undated, NOW)] == ["e3", "e4", "e5"]


SITES = frozenset({"example.org"})


def count_late_entries(
    entries: list[Entry], last_visit: datetime | None = NOW, known: frozenset[str] = frozenset()
) -> int:
    return len(find_late_entries(entries, known, last_visit, SITES))


def test_most_of_a_feed_that_is_new_and_says_it_was_there_is_late() -> None:
    """Entries older than the last visit, which did not have them, are late if there are at least
    five and they are most of the new ones."""
    # the last visit was at NOW; five entries are older and five newer
    old = [make_entry(n) for n in range(1, 6)]
    news = [make_entry(100 + n, published=NOW + timedelta(hours=1)) for n in range(5)]
    a_day_ago = NOW - timedelta(days=1)

    assert count_late_entries(old) == 5
    assert count_late_entries(old[:4]) == 0  # a few come late everywhere
    assert count_late_entries(old, last_visit=None) == 0  # a first visit
    assert count_late_entries(old, last_visit=a_day_ago) == 0  # they are newer than it

    # five of nine are most, five of ten are not, even if the other five are known
    assert count_late_entries([*old, *news[:4]]) == 5
    assert count_late_entries([*old, *news]) == 0
    assert count_late_entries([*old, *news], known=frozenset(entry.id for entry in news)) == 0

    undated = [replace(entry, published=None) for entry in old]
    dated_by_change = [replace(entry, published=None, updated=entry.published) for entry in old]
    without_a_time = [replace(entry, published=NOW.replace(hour=0)) for entry in old]

    assert count_late_entries(undated) == 0
    assert count_late_entries(dated_by_change) == 5
    assert count_late_entries(without_a_time) == 0

    on_other_sites = [
        replace(entry, url=f"https://other{n}.example/") for n, entry in enumerate(old)
    ]
    without_address = [replace(entry, url="") for entry in old]

    assert count_late_entries(on_other_sites) == 0  # the feed is a list of links
    assert count_late_entries(without_address) == 5
    assert count_late_entries([*old, *old[:2]]) == 5  # repeated entries count once


def test_what_is_late_waits_until_it_is_announced_once_more() -> None:
    """Entries e1 to e5 are late, e6 is not. Whether their host moved is asked first; then the late
    ones wait for the next visit: e1, which the feed announces once more, is read, and e2 to e5 are
    skipped."""
    entries = [make_entry(n) for n in range(1, 7)]
    ids = {"e1", "e2", "e3", "e4", "e5"}
    fresh = select_entries("s", entries, {}, first=False, backfill=20, now=NOW, late=ids)

    assert {row.entry_id for row in fresh if row.reason == "late"} == ids

    # not asked yet: each is read
    assert split_late_rows(fresh, None) == SplitRows(to_read=list(fresh), changed=[])

    # asked: the late ones have a time of reading
    asked = [replace(row, read_at=NOW) if row.reason else row for row in fresh]

    assert [row.entry_id for row in split_late_rows(asked, None).to_read] == ["e6"]

    # the next visit: the feed announces two of them
    split = split_late_rows(asked, {"e1", "e6"})

    assert sorted((row.entry_id, row.reason, row.status) for row in split.to_read) == [
        ("e1", None, "pending"),
        ("e6", None, "pending"),
    ]

    skipped_ids = {
        row.entry_id
        for row in split.changed
        if (row.status, row.reason) == ("skipped", "announced-once")
    }

    assert skipped_ids == {"e2", "e3", "e4", "e5"}


def test_muted_entries_take_no_place_of_the_backfill_and_are_pending_once_they_are_not_muted() -> (
    None
):
    """Muted entries (e0 and e2) are skipped and do not count in a backfill of 2, which is e1 and
    e3. A later visit chooses e0 if it is no longer muted, and not before."""
    chosen = select_entries(
        "s",
        [make_entry(n) for n in range(4)],
        {},
        first=True,
        backfill=2,
        now=NOW,
        muted=["e0", "e2"],
    )

    assert [row.entry_id for row in chosen if row.status == "pending"] == ["e1", "e3"]

    rows_by_entry_id = {row.entry_id: row for row in chosen}

    assert rows_by_entry_id["e0"].status == "skipped"
    assert rows_by_entry_id["e0"].reason == "muted"

    still_muted = select_entries(
        "s", [make_entry(0)], rows_by_entry_id, first=False, backfill=2, now=NOW, muted=["e0"]
    )

    assert still_muted == ()

    (no_longer_muted,) = select_entries(
        "s", [make_entry(0)], rows_by_entry_id, first=False, backfill=2, now=NOW
    )

    assert no_longer_muted.entry_id == "e0"
    assert no_longer_muted.status == "pending"
    assert no_longer_muted.reason is None
