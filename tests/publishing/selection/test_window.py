"""How far back a head feed goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicator.model import FeedKey, FeedSpec
from syndicator.publishing.selection.window import head_ids
from tests.publishing.memory import MemoryIndex
from tests.publishing.test_builder import START, article

KEY = FeedKey("all", "all")
ADDED = [article(n, added=START + timedelta(hours=10 * n)) for n in range(8)]  # the newest is number 7


@pytest.mark.parametrize(
    ("limit", "hours", "most", "shown"),
    [
        (3, 0, 100, [7, 6, 5]),
        (3, 41, 100, [7, 6, 5, 4, 3]),
        (3, 10_000, 6, [7, 6, 5, 4, 3, 2]),
        (6, 1, 100, [7, 6, 5, 4, 3, 2]),
    ],
)
def test_the_newest_and_all_of_the_window_up_to_the_most(limit: int, hours: int, most: int, shown: list[int]) -> None:
    index = MemoryIndex(ADDED)
    spec = FeedSpec(key=KEY, name="", title="", first_slug="all", limit=limit, window_hours=hours, most=most)
    wanted = [ADDED[number].id for number in shown]
    assert head_ids(spec, index, index.rows[KEY]) == wanted
    assert head_ids(spec, index, None) == wanted  # a feed that was never built


def test_a_feed_without_articles_is_empty() -> None:
    spec = FeedSpec(key=KEY, name="", title="", first_slug="all")
    assert head_ids(spec, MemoryIndex(), None) == []
