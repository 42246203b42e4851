"""Order the feeds of a page; recognise feeds of comments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syndicator.core.model import Entry, ParsedFeed
from syndicator.visiting.feeds.ranking import find_last_date, is_comments, rank_feeds

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SITE = "https://example.org/"


def make_feed(
    *titles: str, title: str = "", site: str = "", age: int = 0, fragment: str = ""
) -> ParsedFeed:
    entries = tuple(
        Entry(
            id=f"{one}",
            url=f"{SITE}{one}{fragment}",
            title=one,
            published=NOW - timedelta(days=age),
        )
        for one in titles
    )
    return ParsedFeed(format="rss20", title=title, site_url=site, entries=entries)


@pytest.mark.parametrize(
    ("url", "title", "feed"),
    [
        (f"{SITE}comments/feed/", "", make_feed("a")),
        (f"{SITE}a-post/comments/feed", "", make_feed("a")),
        (f"{SITE}comments.xml", "", make_feed("a")),
        (f"{SITE}?feed=comments-rss2", "", make_feed("a")),
        (f"{SITE}feeds/comments/default", "", make_feed("a")),
        (f"{SITE}x", "Notes » Comments Feed", make_feed("a")),
        (f"{SITE}x", "Hafen » Kommentar-Feed", make_feed("a")),
        (f"{SITE}x", "Port » Flux des commentaires", make_feed("a")),
        (f"{SITE}x", "", make_feed("a", title="Comments on: Rain")),
        (f"{SITE}x", "", make_feed("a", title="Comentarios en Puerto")),
        (f"{SITE}x", "", make_feed("By: Ove", "By: Nora", "Rain")),
        (f"{SITE}x", "", make_feed("1", "2", fragment="#comment-7")),
    ],
)
def test_comments(url: str, title: str, feed: ParsedFeed) -> None:
    """A feed of comments is recognised by its address, its title in several languages, or entries
    such as "By: Ove" or with the fragment of a comment."""
    assert is_comments(url, title, feed)


@pytest.mark.parametrize(
    ("url", "title", "feed"),
    [
        (f"{SITE}comment/rss", "Comment", make_feed("a", title="Comment and opinion")),
        (f"{SITE}tag/comments-on-trade/feed/", "", make_feed("a")),
        (f"{SITE}commentisfree/rss", "", make_feed("a", title="Comment is free")),
        (f"{SITE}feed", "How comments feed trolls", make_feed("By: Ove", "Rain", "Sheep")),
        (f"{SITE}feed", "", make_feed()),
    ],
)
def test_no_comments(url: str, title: str, feed: ParsedFeed) -> None:
    """A feed that only mentions comments, as in "Comment is free", is not taken for a feed of
    comments."""
    assert not is_comments(url, title, feed)


def test_the_best_is_first() -> None:
    """Of the feeds of a page, its own comes first, then one of a part of the site, then old, empty
    and comment feeds; one with the same entries is marked as `same_as`."""
    # address, title on the page, and the feed with its entries
    feeds = [
        ("comments", "", make_feed("By: A", title="Comments for Site", site=SITE)),
        ("empty", "", make_feed(site=SITE)),
        ("asleep", "", make_feed("old", site=SITE, age=800)),
        ("part", "", make_feed("b", site=f"{SITE}part/")),
        ("site", "", make_feed("c", site=SITE, title="Site")),
        ("again", "named so", make_feed("c", site=SITE)),
    ]
    ranked = rank_feeds(feeds, SITE)

    assert [feed.url for feed in ranked] == ["site", "again", "part", "asleep", "empty", "comments"]
    assert {feed.url: feed.same_as for feed in ranked if feed.same_as} == {"again": "site"}
    assert [feed.title for feed in ranked[:2]] == ["Site", "named so"]

    # for the address of the part, its feed is the best
    assert rank_feeds(feeds, f"{SITE}part/")[0].url == "part"
    # of two with the same entries, the first on the page
    assert rank_feeds(list(reversed(feeds)), SITE)[0].url == "again"


def test_the_feed_below_a_section_is_that_of_the_section() -> None:
    """For the address of a section (/boats/), the feed below it ranks first; for other addresses,
    the feed of the whole site does."""
    feeds = [
        (f"{SITE}feed/", "", make_feed("a", site=SITE)),
        (f"{SITE}boats/feed/", "", make_feed("b", site=SITE)),
    ]

    assert rank_feeds(feeds, f"{SITE}boats/")[0].url == f"{SITE}boats/feed/"
    assert rank_feeds(feeds, f"{SITE}boat")[0].url == f"{SITE}feed/"
    assert rank_feeds(feeds, SITE)[0].url == f"{SITE}feed/"


def test_the_date_of_a_feed_is_that_of_its_newest_entry() -> None:
    """The date of a feed is that of its newest entry; a feed without entries has none."""
    assert find_last_date(make_feed("a")) == NOW
    assert find_last_date(make_feed()) is None
