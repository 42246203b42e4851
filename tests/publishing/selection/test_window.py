"""How many days and entries the newest feed document contains."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syndicator.core.model import Article, FeedKey, FeedSpec
from syndicator.publishing.selection.archive import select_head, select_indices
from tests.publishing.memory import MemoryIndex
from tests.publishing.test_builder import START, make_article

KEY = FeedKey("all", "all")
# the newest is number 7
ADDED = [make_article(n, added=START + timedelta(hours=10 * n)) for n in range(8)]


@pytest.mark.parametrize(
    ("limit", "hours", "most", "expected_numbers"),
    [
        (3, 0, 100, [7, 6, 5]),
        (3, 41, 100, [7, 6, 5, 4, 3]),
        (3, 10_000, 6, [7, 6, 5, 4, 3, 2]),
        (6, 1, 100, [7, 6, 5, 4, 3, 2]),
    ],
)
def test_the_newest_and_all_of_the_window_up_to_the_most(
    limit: int, hours: int, most: int, expected_numbers: list[int]
) -> None:
    """A feed has at least `limit` articles and all of the last `hours`, but no more than `most`.
    `expected_numbers` has their numbers: 7 is the newest, ten hours apart."""
    index = MemoryIndex(ADDED)
    spec = FeedSpec(
        key=KEY, name="", title="", first_slug="all", limit=limit, window_hours=hours, most=most
    )
    expected_ids = [ADDED[number].id for number in expected_numbers]

    assert select_head(spec, index, index.rows[KEY]).ids == expected_ids
    assert select_head(spec, index, None).ids == expected_ids  # a feed that was never built


def test_a_feed_without_articles_is_empty() -> None:
    """A feed that has no article and was never built has an empty head document, not an error."""
    spec = FeedSpec(key=KEY, name="", title="", first_slug="all")
    assert select_head(spec, MemoryIndex(), None).ids == []


def make_article_each_minute(
    count: int, source: str, *, ago: timedelta = timedelta(0), first: int = 0
) -> list[Article]:
    """Return articles of a source, one a minute, the newest `ago` before the end of the day."""
    end = START + timedelta(days=30) - ago
    articles = (
        make_article(first + n, source_key=source, added=end - timedelta(minutes=n))
        for n in range(count)
    )
    return list(articles)


def count_by_source(articles: list[Article], **changes: Any) -> Counter[str]:
    """Return the number of entries of each source in the head of everything."""
    index = MemoryIndex(articles)
    spec = replace(FeedSpec(key=KEY, name="", title="", first_slug="all", share=0.33), **changes)
    return Counter(
        index.article_store[article_id].source_key
        for article_id in select_head(spec, index, None).ids
    )


def test_a_daily_reader_gets_all_399_articles_of_a_day() -> None:
    """A feed contains all articles of the last day, also of a busy source, so that somebody who
    reads daily misses none."""
    busy_source_alone = make_article_each_minute(399, "busy")

    assert count_by_source(busy_source_alone) == {"busy": 399}

    busy = make_article_each_minute(390, "busy")
    quiet = make_article_each_minute(9, "quiet", first=1000, ago=timedelta(hours=2))

    assert count_by_source([*busy, *quiet]) == {"busy": 390, "quiet": 9}


def test_articles_older_than_a_day_fill_a_feed_up_to_200() -> None:
    """Articles from before the last day are added until the feed has 200 or `most`; `most_older`
    raises that limit."""
    last_day = make_article_each_minute(120, "busy")
    day_before = make_article_each_minute(120, "busy", ago=timedelta(hours=30), first=1000)
    articles = [*last_day, *day_before]

    assert count_by_source(articles) == {"busy": 200}
    assert count_by_source(articles, most=150) == {"busy": 150}
    assert count_by_source(articles, most_older=500) == {"busy": 240}


@pytest.mark.slow
def test_a_flood_has_its_share_and_the_others_all_they_have() -> None:
    """In a feed of 500, a source with 1,000 new articles gets a third (165); places that the others
    leave empty are filled with it. With a share of 1.0 it may fill the feed but for the news of
    others."""
    flood = make_article_each_minute(1000, "flood")
    news = make_article_each_minute(60, "quiet", first=2000, ago=timedelta(hours=3))
    older = [
        *make_article_each_minute(200, "a", first=3000, ago=timedelta(days=9)),
        *make_article_each_minute(200, "b", first=4000, ago=timedelta(days=9)),
    ]

    assert count_by_source([*flood, *news, *older]) == {
        "flood": 165,
        "quiet": 60,
        "a": 137,
        "b": 138,
    }
    assert count_by_source([*flood, *news]) == {"flood": 440, "quiet": 60}  # no place stays empty
    assert count_by_source([*flood, *news, *older], share=1.0) == {"flood": 440, "quiet": 60}
    assert count_by_source(flood) == {"flood": 500}


def test_beyond_a_day_a_source_with_its_share_gives_way_to_the_news_of_others_alone() -> None:
    """Older articles of a busy source give way to recent news of others (30), not to their old
    articles of nine days ago. The feed has 200 places, as 90 articles are of the last day; with a
    share of 1.0 nothing gives way."""
    busy = [
        *make_article_each_minute(90, "busy"),
        *make_article_each_minute(200, "busy", ago=timedelta(hours=26), first=1000),
    ]
    news = make_article_each_minute(30, "quiet", first=2000, ago=timedelta(hours=50))
    older = make_article_each_minute(400, "quiet", first=3000, ago=timedelta(days=9))

    assert count_by_source([*busy, *news, *older]) == {"busy": 170, "quiet": 30}
    assert count_by_source([*busy, *news, *older], share=1.0) == {"busy": 200}


def test_places_are_given_by_order_and_by_a_share_that_grows_for_all_sources() -> None:
    """Each letter is an article of that source, the newest first. Places go to the newest, `always`
    to so many; the limit of a source rises while places are left. The result has the indices of the
    chosen letters."""
    # two of each source
    assert select_indices("aaaabb", always=0, places=4, source_limit=2) == [0, 1, 4, 5]
    # the first three stay, though a has more than its limit
    assert select_indices("aaaab", always=3, places=4, source_limit=1) == [0, 1, 2, 4]
    # the limit rises from two to three
    assert select_indices("aaaaabbbb", always=0, places=6, source_limit=2) == [0, 1, 2, 5, 6, 7]
    # a alone fills all places
    assert select_indices("aaaa", always=0, places=3, source_limit=1) == [0, 1, 2]
    # more places than articles
    assert select_indices("abcabc", always=0, places=9, source_limit=1) == [0, 1, 2, 3, 4, 5]
