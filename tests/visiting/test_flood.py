"""A source that suddenly announces ten times as many entries."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from syndicator.core.model import Entry
from syndicator.core.ports import EntryRow
from syndicator.filing.entry.select import select_entries
from syndicator.visiting import cadence

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST_VISIT = NOW - 60 * DAY


def make_new_rows(count: int, now: datetime = NOW) -> tuple[EntryRow, ...]:
    """Return so many new entries, e0 (the newest), e1 …"""
    entries = [
        Entry(
            id=f"e{n}",
            url=f"https://a.example/{n}",
            title="T",
            published=now - timedelta(minutes=n),
        )
        for n in range(count)
    ]
    return select_entries("a", entries, {}, first=False, backfill=20, now=now)


def make_arrivals(*counts: int) -> cadence.Arrivals:
    """So many entries on each day before today, yesterday first."""
    return [
        (NOW - (ago + 1.5) * DAY, None) for ago, count in enumerate(counts) for _ in range(count)
    ]


def count_tries(rows: tuple[EntryRow, ...]) -> Counter[int]:
    """Return how many rows are read in how many days."""
    return Counter((row.next_try - NOW).days if row.next_try else 0 for row in rows)


def test_fifty_a_day_are_let_through_of_any_source_and_the_rest_day_by_day() -> None:
    """Of 120 new entries of a source that had none, the newest 50 are read today, 50 tomorrow and
    20 the day after. Those that wait are pending for the reason "flood"."""
    rows = cadence.delay_flood(make_new_rows(120), [], FIRST_VISIT, NOW)

    # days until they are read, and how many
    assert count_tries(rows) == {0: 50, 1: 50, 2: 20}
    assert [row.entry_id for row in rows if row.next_try is None] == [f"e{n}" for n in range(50)]
    assert {row.reason for row in rows if row.next_try} == {"flood"}
    assert {row.status for row in rows} == {"pending"}
    assert len(rows) == 120


def test_a_big_day_of_a_busy_source_is_no_flood() -> None:
    """A source with usually 40 entries a day may bring ten times as many, 400, at once; of 900 the
    rest is read on the next days."""
    arrived_before = make_arrivals(*[40] * 20)  # 40 on each of the last 20 days

    rows_of_390 = cadence.delay_flood(make_new_rows(390), arrived_before, FIRST_VISIT, NOW)
    rows_of_900 = cadence.delay_flood(make_new_rows(900), arrived_before, FIRST_VISIT, NOW)

    # days until they are read, and how many
    assert count_tries(rows_of_390) == {0: 390}
    assert count_tries(rows_of_900) == {0: 400, 1: 400, 2: 100}


def test_one_flood_makes_no_habit() -> None:
    """A single flood of 2,000 entries yesterday does not raise the daily number: of 120 new entries
    50 are read today."""
    # 2,000 yesterday, three on each of the 19 days before
    arrived_before = make_arrivals(2000, *[3] * 19)

    rows = cadence.delay_flood(make_new_rows(120), arrived_before, FIRST_VISIT, NOW)

    read_today = count_tries(rows)[0]
    assert read_today == 50


def test_what_came_today_and_what_waits_counts() -> None:
    """Entries that were read today (45) and that wait for tomorrow (60) use up the daily number of
    50: of ten new ones five are read today, five in two days."""
    # when an entry came, and until when it waits
    two_hours_ago = NOW - timedelta(hours=2)
    read_today = [(two_hours_ago, None)] * 45
    waiting = [(two_hours_ago, NOW + DAY)] * 60

    rows = cadence.delay_flood(make_new_rows(10), [*read_today, *waiting], FIRST_VISIT, NOW)

    # days until they are read, and how many
    assert count_tries(rows) == {0: 5, 2: 5}


def test_what_the_first_visit_found_is_no_habit_and_no_flood() -> None:
    """The 300 entries of the first visit, three hours ago, do not use up the number of today: 45
    new ones are all read at once."""
    first_visit = NOW - timedelta(hours=3)
    arrived_at_first_visit = [(first_visit, None)] * 300

    rows = cadence.delay_flood(make_new_rows(45), arrived_at_first_visit, first_visit, NOW)

    # all of them in 0 days
    assert count_tries(rows) == {0: 45}


def test_the_operator_is_told_while_entries_wait() -> None:
    """If entries wait for days because of a flood, the operator gets a message; waits of some hours
    are not mentioned."""
    # when an entry came, and until when it waits
    waiting_for_a_day = (NOW - DAY, NOW + DAY)
    waiting_for_hours = (NOW - DAY, NOW + timedelta(hours=4))
    not_waiting = (NOW - DAY, None)

    message = cadence.describe_delay([waiting_for_a_day] * 7, FIRST_VISIT, NOW)
    assert message.startswith("7 entries wait, 50 a day are read")

    assert cadence.describe_delay([not_waiting, waiting_for_hours], FIRST_VISIT, NOW) == ""
