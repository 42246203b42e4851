"""Feeds of pages on known services, such as GitHub or YouTube."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.visiting.feeds.discovery import discover
from syndicator.visiting.feeds.known import FeedLink, find_known_feeds

CHANNEL = "abcdefghijklmnopqrstuv"
FILMS = f"https://www.youtube.com/feeds/videos.xml?playlist_id=UULF{CHANNEL}"
ALL = f"https://www.youtube.com/feeds/videos.xml?channel_id=UC{CHANNEL}"


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        (f"https://www.youtube.com/channel/UC{CHANNEL}", FILMS),
        (f"https://m.youtube.com/channel/UC{CHANNEL}/videos?view=0", FILMS),
        ("https://www.youtube.com/@name", None),  # its page names the feed
        ("https://www.youtube.com/watch?v=abc", None),
        (
            "https://www.youtube.com/playlist?si=x&list=PLabcdefghijk",
            "https://www.youtube.com/feeds/videos.xml?playlist_id=PLabcdefghijk",
        ),
        ("https://github.com/some/project.git", "https://github.com/some/project/releases.atom"),
        (
            "https://github.com/some/project/releases",
            "https://github.com/some/project/releases.atom",
        ),
        ("https://github.com/some/project/issues", None),
        ("https://github.com/some", None),
        ("https://old.reddit.com/r/python/", "https://www.reddit.com/r/python/.rss"),
        ("https://social.example/@ann", "https://social.example/@ann.rss"),
        ("https://social.example/@ann/1234", None),
        ("https://medium.com/@ann", "https://medium.com/feed/@ann"),
        ("https://bsky.app/profile/ann.example", "https://bsky.app/profile/ann.example/rss"),
        (FILMS, None),
    ],
)
def test_feeds(page: str, feed: str | None) -> None:
    """For known services (YouTube, GitHub, Reddit, Mastodon …) the feed of a page follows from its
    address; None: there is none for that address."""
    assert [link.url for link in find_known_feeds(page)] == ([feed] if feed else [])


@given(st.text(max_size=600))
def test_any_address(url: str) -> None:
    """Any text as an address gives only HTTP addresses of known feeds, without an error."""
    for address in (url, f"https://github.com/{url}"):
        assert all(
            link.url.startswith(("http://", "https://")) for link in find_known_feeds(address)
        )


def test_a_better_feed_goes_before_the_one_that_a_page_names() -> None:
    """For a YouTube channel the feed of its films, without shorts (FILMS), comes before the feed
    that the page names (ALL), which it replaces."""
    head = f'<link rel="alternate" type="application/rss+xml" title="Name" href="{ALL}">'
    feeds = discover(
        f"<html><head>{head}</head></html>".encode(), "https://www.youtube.com/@name"
    ).feeds
    assert feeds == (FeedLink(FILMS, "", "known", instead_of=ALL), FeedLink(ALL, "Name", "rss"))


def test_what_is_known_goes_before_what_is_guessed() -> None:
    """On a Mastodon page, which names no feed, the known address of its feed comes first, then
    guessed ones."""
    first, *rest = discover(b"<html><title>Ann</title>", "https://social.example/@ann").feeds

    # address, title and how it was found
    assert first == FeedLink("https://social.example/@ann.rss", "", "known")
    assert {link.type for link in rest} == {"guess"}
