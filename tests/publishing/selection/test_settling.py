"""The time at which waiting changes are built."""

from __future__ import annotations

import pytest

from syndicator.core.ports import Built
from syndicator.publishing.selection.pace import (
    FEW,
    HOUR,
    LONG,
    MANY,
    Waiting,
    compute_wait_factor,
    find_next_build_time,
    may_build_again,
)

SETTLE = 180.0


@pytest.mark.parametrize(
    ("waiting", "build_at"),
    [
        (Waiting(), None),
        (Waiting(since=5), 185),
        (Waiting(since=5, articles=MANY - 1), 185),
        (Waiting(since=5, articles=MANY), 5),
        (Waiting(since=5, urgent=True), 5),
        (Waiting(urgent=True, articles=MANY), None),  # nothing is stale
    ],
)
def test_waiting_changes_are_built_if_urgent_many_or_old(
    waiting: Waiting, build_at: float | None
) -> None:
    """Changes since second 5 are built SETTLE (180) seconds later, or at once if one is urgent or
    MANY articles wait. None: there is nothing to build."""
    assert find_next_build_time(waiting, SETTLE) == build_at


def test_without_a_pause_all_is_built_at_once() -> None:
    """If the configured pause is 0, a change is built at the second when it came."""
    assert find_next_build_time(Waiting(since=5), 0) == 5


@pytest.mark.parametrize(
    ("entries", "seconds_later", "new_articles", "may_build"),
    [
        (LONG, 0, 0, True),
        (4 * LONG, 4 * SETTLE - 1, 0, False),
        (4 * LONG, 4 * SETTLE, 0, True),
        (4 * LONG, 0, 2 * LONG - 1, False),
        (4 * LONG, 0, 2 * LONG, True),  # half of it may be pushed out by now
    ],
)
def test_a_long_feed_is_written_less_often(
    entries: int, seconds_later: float, new_articles: int, may_build: bool
) -> None:
    """A feed four times as long as LONG is written again after 4 × SETTLE seconds, or earlier once
    new articles make up half of it. It was built at second 1000, when 7 articles had come."""
    built = Built(at=1000, entries=entries, articles=7)
    now = 1000 + seconds_later

    assert may_build_again(built, SETTLE, now, lambda: 7 + new_articles) == may_build


def test_a_feed_that_was_never_built_waits_for_no_rest() -> None:
    """A feed that was never built is built at once."""
    assert may_build_again(None, SETTLE, 0, lambda: 0)


def test_without_a_pause_no_feed_rests() -> None:
    """If the configured pause is 0, a long feed (200 entries) may be built twice in the same
    second."""
    assert may_build_again(Built(at=5, entries=200, articles=0), 0, 5, lambda: 0)


@pytest.mark.parametrize(
    ("configured_pause", "crowd", "pause"),
    [(180, 1, 720), (180, 3, 2160), (180, 9, HOUR), (1200, 9, 4800)],
)
def test_the_more_long_feeds_there_are_the_longer_each_rests(
    configured_pause: float, crowd: float, pause: float
) -> None:
    """The pause of a long feed (in seconds, four times the configured one for a feed of 4 × LONG
    entries) is multiplied by the number of long feeds (`crowd`), up to an hour or to four times the
    configured pause."""
    built = Built(at=0, entries=4 * LONG, articles=0)

    assert not may_build_again(built, configured_pause, pause - 1, lambda: 0, crowd)
    assert may_build_again(built, configured_pause, pause, lambda: 0, crowd)


def test_long_feeds_alone_make_a_crowd() -> None:
    """The crowd, by which pauses are multiplied, is the number of long feeds divided by FEW, at
    least 1."""
    long = Built(at=0, entries=LONG + 1, articles=0)
    short = Built(at=0, entries=LONG, articles=0)

    assert compute_wait_factor([short] * 9 * FEW) == 1
    assert compute_wait_factor([long] * FEW) == 1
    assert compute_wait_factor([*[long] * 3 * FEW, short]) == 3
