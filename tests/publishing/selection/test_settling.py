"""When what waits is built."""

from __future__ import annotations

import pytest

from syndicator.publishing.selection.settling import MANY, Waiting, is_due

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
