"""When what waits is built."""

from __future__ import annotations

import pytest

from syndicator.publishing.selection.settling import LONG, MANY, Built, Waiting, is_due, is_rested

SETTLE = 180.0


@pytest.mark.parametrize(
    ("waiting", "now", "due"),
    [
        (Waiting(), 1000, False),
        (Waiting(since=0), 179, False),
        (Waiting(since=0), 180, True),
        (Waiting(since=0, articles=MANY - 1), 1, False),
        (Waiting(since=0, articles=MANY), 1, True),
        (Waiting(since=0, urgent=True), 0, True),
        (Waiting(urgent=True, articles=MANY), 1000, False),  # nothing is stale
    ],
)
def test_what_waits_is_built_when_it_is_urgent_many_or_old(waiting: Waiting, now: float, due: bool) -> None:
    assert is_due(waiting, SETTLE, now) == due


def test_without_a_pause_all_is_built_at_once() -> None:
    assert is_due(Waiting(since=5), 0, 5)


@pytest.mark.parametrize(
    ("entries", "after", "articles", "rested"),
    [
        (LONG, 0, 0, True),
        (4 * LONG, 4 * SETTLE - 1, 0, False),
        (4 * LONG, 4 * SETTLE, 0, True),
        (4 * LONG, 0, 2 * LONG - 1, False),
        (4 * LONG, 0, 2 * LONG, True),  # half of it may be pushed out by now
    ],
)
def test_a_long_feed_is_written_less_often(entries: int, after: float, articles: int, rested: bool) -> None:
    built = Built(at=1000, entries=entries, articles=7)
    assert is_rested(built, SETTLE, 1000 + after, 7 + articles) == rested


def test_a_feed_that_was_never_built_waits_for_no_rest() -> None:
    assert is_rested(None, SETTLE, 0, 0)


def test_without_a_pause_no_feed_rests() -> None:
    assert is_rested(Built(at=5, entries=200, articles=0), 0, 5, 0)
