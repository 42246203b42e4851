"""Choose which of several copies of an article is published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from syndicator.core.model import Article
from syndicator.filing.dedupe import (
    LONGEST_BACKDATING,
    Precedence,
    build_precedence,
    estimate_start,
)

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RANKS = {"first": 0, "second": 1}


@pytest.mark.parametrize(
    ("published", "added", "after", "since"),
    [
        pytest.param(
            NOON - HOUR,
            NOON,
            NOON - 2 * HOUR,
            NOON - HOUR,
            id="between two visits a claim is believed",
        ),
        pytest.param(
            NOON - 9 * HOUR,
            NOON,
            NOON - 2 * HOUR,
            NOON - 2 * HOUR,
            id="it was not there at the last visit",
        ),
        pytest.param(
            NOON - 9 * HOUR, NOON, None, NOON - 9 * HOUR, id="a first visit takes a day's claim"
        ),
        pytest.param(
            NOON - 6 * LONGEST_BACKDATING,
            NOON,
            None,
            NOON - LONGEST_BACKDATING,
            id="and no more than a day's",
        ),
        pytest.param(
            NOON - 9 * LONGEST_BACKDATING,
            NOON,
            None,
            NOON + HOUR,
            id="a claim of more than a week is none",
        ),
        pytest.param(
            NOON - 6 * LONGEST_BACKDATING,
            NOON + HOUR / 4,
            NOON - 5 * LONGEST_BACKDATING,
            NOON - LONGEST_BACKDATING,
            id="nor does a source asked weekly",
        ),
        pytest.param(
            None, NOON, NOON - HOUR, NOON + 2 * HOUR, id="without a date it is of after we saw it"
        ),
        pytest.param(
            NOON + HOUR, NOON, NOON - HOUR, NOON, id="nothing is later than when we saw it"
        ),
        pytest.param(NOON - HOUR, NOON, NOON + HOUR, NOON, id="a clock that was set back"),
    ],
)
def test_a_claim_reaches_back_to_the_visit_before_and_a_day_at_most(
    published: datetime | None, added: datetime, after: datetime | None, since: datetime
) -> None:
    """An article counts from its published date, but at most from the source's previous visit
    (`after`) or a day before filing: no outlet can claim to be first."""
    assert estimate_start(published, added, after) == since


def make_article(id: str, source: str = "", minutes: int = 0) -> Article:
    return Article(
        id=id,
        url=f"https://{id}.example/",
        title=id,
        source_key=source,
        added=NOON + timedelta(minutes=minutes),
    )


def make_precedence(
    name: str, source: str, minutes: int, since: datetime = NOON, **marks: bool
) -> Precedence:
    return build_precedence(
        make_article(name, source, minutes),
        since,
        RANKS,
        **{"neighbour": False, "copied": False, **marks},
    )


def test_the_order_is_total_whatever_comes_first() -> None:
    """Copies are sorted by the rules that the comments name, one after the other; any four in
    any order come out in this one."""
    in_order = [
        # the earliest is first
        make_precedence("z", "second", 9, NOON - HOUR),
        # of equally early ones the source with the better rank
        make_precedence("y", "first", 9),
        make_precedence("x", "second", 8),
        # then articles of sources that are no longer listed, by the time of filing
        make_precedence("w", "removed", 1),
        make_precedence("u", "removed", 2),
        # and of those filed at the same time by id
        make_precedence("v", "removed", 2),
        # then an article that says that it is a copy, however early
        make_precedence("a", "first", 0, NOON - 9 * HOUR, copied=True),
        # last an article that its own site did not announce
        make_precedence("b", "first", 0, NOON - 9 * HOUR, neighbour=True),
    ]
    for four_of_them in permutations(in_order, 4):
        assert sorted(four_of_them) == [each for each in in_order if each in four_of_them]
    assert sorted(in_order, reverse=True) == list(reversed(in_order))
