"""A pushed feed is used itself or only triggers a poll."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.core.model import Rules, Schedule, Source, SourceState, VisitTimes
from syndicator.filing.visit import is_signal, make_due_after_signal

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
FEED = Source(key="a", url="https://a.example/feed")
READ = SourceState(
    key="a",
    url=FEED.url,
    visits=VisitTimes(last_success=NOW, last_visit=NOW - MINUTE),
    schedule=Schedule(next_due=NOW + 9 * HOUR),
)


@pytest.mark.parametrize(
    ("source", "state", "hub", "signal"),
    [
        (FEED, READ, "https://hub.example/", False),
        # whoever overhears it could forge what TLS protects otherwise
        (FEED, READ, "http://hub.example/", True),
        (FEED, READ, "http://127.0.0.1/", False),
        (replace(FEED, url="http://a.example/feed"), READ, "http://hub.example/", False),
        (replace(FEED, kind="page"), READ, "https://hub.example/", True),
        (replace(FEED, kind="list"), READ, "https://hub.example/", True),
        (replace(FEED, rules=Rules(links=("a",))), READ, "https://hub.example/", True),
        (
            FEED,
            replace(READ, visits=replace(READ.visits, last_success=None)),
            "https://hub.example/",
            True,
        ),
    ],
)
def test_what_is_read_of_a_push_and_what_is_a_signal(
    source: Source, state: SourceState, hub: str, signal: bool
) -> None:
    """A pushed body is read only if it is a feed that we visited before, and if its hub is as
    safe as the feed's address; else (`signal`) the push only makes the source due."""
    assert is_signal(source, state, hub) is signal


def test_a_signal_makes_a_source_due_soon_and_no_server_asked_that_wants_rest() -> None:
    """A push makes the source due five minutes after its last visit, not later than planned, and
    not at all while it fails."""
    visited_an_hour_ago = replace(READ, visits=replace(READ.visits, last_visit=NOW - HOUR))
    due_in_a_minute = replace(READ, schedule=replace(READ.schedule, next_due=NOW + MINUTE))
    failing = replace(READ, backoff=replace(READ.backoff, failures=1))
    with_waiting_entries = replace(
        READ, schedule=replace(READ.schedule, next_due=NOW, feed_due=NOW + 9 * HOUR, waiting=3)
    )

    # `READ` was visited a minute ago, and the pause between visits is five minutes
    assert make_due_after_signal(READ, NOW).schedule.next_due == NOW + 4 * MINUTE
    assert make_due_after_signal(visited_an_hour_ago, NOW).schedule.next_due == NOW
    assert make_due_after_signal(due_in_a_minute, NOW).schedule.next_due == NOW + MINUTE
    assert make_due_after_signal(failing, NOW).schedule.next_due == READ.schedule.next_due

    schedule = make_due_after_signal(with_waiting_entries, NOW).schedule

    assert schedule.next_due == NOW
    assert schedule.feed_due == NOW + 4 * MINUTE
