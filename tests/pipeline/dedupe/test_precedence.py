"""Which of several copies stands: cases as data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from syndicator.model import Article
from syndicator.pipeline.dedupe.precedence import REACH, believed, precedence

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RANKS = {"first": 0, "second": 1}


@pytest.mark.parametrize(
    ("published", "added", "after", "since"),
    [
        pytest.param(NOON - HOUR, NOON, NOON - 2 * HOUR, NOON - HOUR, id="between two visits a claim is believed"),
        pytest.param(NOON - 9 * HOUR, NOON, NOON - 2 * HOUR, NOON - 2 * HOUR, id="it was not there at the last visit"),
        pytest.param(NOON - 9 * HOUR, NOON, None, NOON - 9 * HOUR, id="a first visit takes a day's claim"),
        pytest.param(NOON - 9 * REACH, NOON, None, NOON - REACH, id="and no more than a day's"),
        pytest.param(
            NOON - 9 * REACH,
            NOON + HOUR / 4,
            NOON - 5 * REACH,
            NOON - REACH,
            id="nor does a source asked weekly",
        ),
        pytest.param(None, NOON, NOON - HOUR, NOON, id="without a date it is of when we saw it"),
        pytest.param(NOON + HOUR, NOON, NOON - HOUR, NOON, id="nothing is later than when we saw it"),
        pytest.param(NOON - HOUR, NOON, NOON + HOUR, NOON, id="a clock that was set back"),
    ],
)
def test_a_claim_reaches_back_to_the_visit_before_and_a_day_at_most(
    published: datetime | None, added: datetime, after: datetime | None, since: datetime
) -> None:
    assert believed(published, added, after) == since


def article(id: str, source: str = "", minutes: int = 0) -> Article:
    return Article(
        id=id, url=f"https://{id}.example/", title=id, source_key=source, added=NOON + timedelta(minutes=minutes)
    )


def test_the_order_is_total_whatever_comes_first() -> None:
    in_order = [
        precedence(article("z", "second", 9), NOON - HOUR, RANKS, copied=False),  # earliest of those that name nobody
        precedence(article("y", "first", 9), NOON, RANKS, copied=False),  # then by rank
        precedence(article("x", "second", 8), NOON, RANKS, copied=False),
        precedence(article("w", "removed", 1), NOON, RANKS, copied=False),  # a source that is listed no more
        precedence(article("u", "removed", 2), NOON, RANKS, copied=False),  # then what we filed first
        precedence(article("v", "removed", 2), NOON, RANKS, copied=False),  # then by id
        precedence(article("a", "first", 0), NOON - 9 * HOUR, RANKS, copied=True),  # what calls itself a copy is one
    ]
    for shuffled in permutations(in_order, 4):
        assert sorted(shuffled) == [one for one in in_order if one in shuffled]
    assert list(reversed(in_order)) == sorted(in_order, reverse=True)
