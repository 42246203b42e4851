"""How far back a head feed goes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syndicator.core.model import Article, FeedKey, FeedSpec
from syndicator.publishing.selection.archive import select_head, select_indices
from tests.publishing.memory import MemoryIndex
from tests.publishing.test_builder import START, article

KEY = FeedKey("all", "all")
# the newest is number 7
ADDED = [article(n, added=START + timedelta(hours=10 * n)) for n in range(8)]


@pytest.mark.parametrize(
    ("limit", "hours", "most", "shown"),
    [
        (3, 0, 100, [7, 6, 5]),
        (3, 41, 100, [7, 6, 5, 4, 3]),
        (3, 10_000, 6, [7, 6, 5, 4, 3, 2]),
        (6, 1, 100, [7, 6, 5, 4, 3, 2]),
    ],
)
def test_the_newest_and_all_of_the_window_up_to_the_most(
    limit: int, hours: int, most: int, shown: list[int]
) -> None:
    index = MemoryIndex(ADDED)
    spec = FeedSpec(
        key=KEY, name="", title="", first_slug="all", limit=limit, window_hours=hours, most=most
    )
    wanted = [ADDED[number].id for number in shown]
    assert select_head(spec, index, index.rows[KEY]).ids == wanted
    assert select_head(spec, index, None).ids == wanted  # a feed that was never built


def test_a_feed_without_articles_is_empty() -> None:
    spec = FeedSpec(key=KEY, name="", title="", first_slug="all")
    assert select_head(spec, MemoryIndex(), None).ids == []


def minutes(
    count: int, source: str, *, ago: timedelta = timedelta(0), first: int = 0
) -> list[Article]:
    """Articles of a source, one a minute, the newest `ago` before the end of the day."""
    end = START + timedelta(days=30) - ago
    made = (
        article(first + n, source_key=source, added=end - timedelta(minutes=n))
        for n in range(count)
    )
    return list(made)


def shown(articles: list[Article], **changes: Any) -> Counter[str]:
    """How many entries each source has in the head of everything."""
    index = MemoryIndex(articles)
    spec = replace(FeedSpec(key=KEY, name="", title="", first_slug="all", share=0.33), **changes)
    return Counter(index.article_store[id].source_key for id in select_head(spec, index, None).ids)


def test_who_asks_daily_gets_all_of_a_day_of_399_articles() -> None:
    assert shown(minutes(399, "busy")) == {"busy": 399}
    quiet = minutes(9, "quiet", first=1000, ago=timedelta(hours=2))
    assert shown([*minutes(390, "busy"), *quiet]) == {"busy": 390, "quiet": 9}


def test_what_is_older_than_a_day_fills_a_feed_up_to_200() -> None:
    days = [*minutes(120, "busy"), *minutes(120, "busy", ago=timedelta(hours=30), first=1000)]
    assert shown(days) == {"busy": 200}
    assert shown(days, most=150) == {"busy": 150}
    assert shown(days, most_older=500) == {"busy": 240}


@pytest.mark.slow
def test_a_flood_has_its_share_and_the_others_all_they_have() -> None:
    flood = minutes(1000, "flood")
    news = minutes(60, "quiet", first=2000, ago=timedelta(hours=3))
    older = minutes(200, "a", first=3000, ago=timedelta(days=9)) + minutes(
        200, "b", first=4000, ago=timedelta(days=9)
    )
    assert shown([*flood, *news, *older]) == {"flood": 165, "quiet": 60, "a": 137, "b": 138}
    assert shown([*flood, *news]) == {"flood": 440, "quiet": 60}  # no place stays empty
    assert shown([*flood, *news, *older], share=1.0) == {"flood": 440, "quiet": 60}
    assert shown(flood) == {"flood": 500}


def test_beyond_a_day_a_source_with_its_share_gives_way_to_the_news_of_others_alone() -> None:
    busy = [*minutes(90, "busy"), *minutes(200, "busy", ago=timedelta(hours=26), first=1000)]
    news = minutes(30, "quiet", first=2000, ago=timedelta(hours=50))
    older = minutes(400, "quiet", first=3000, ago=timedelta(days=9))
    assert shown([*busy, *news, *older]) == {"busy": 170, "quiet": 30}
    assert shown([*busy, *news, *older], share=1.0) == {"busy": 200}


def test_places_go_by_order_and_by_share_which_grows_alike_for_all() -> None:
    assert select_indices("aaaabb", always=0, places=4, source_limit=2) == [0, 1, 4, 5]
    assert select_indices("aaaab", always=3, places=4, source_limit=1) == [0, 1, 2, 4]
    assert select_indices("aaaaabbbb", always=0, places=6, source_limit=2) == [0, 1, 2, 5, 6, 7]
    assert select_indices("aaaa", always=0, places=3, source_limit=1) == [0, 1, 2]
    assert select_indices("abcabc", always=0, places=9, source_limit=1) == [0, 1, 2, 3, 4, 5]
