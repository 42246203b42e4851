"""Read posts from the open APIs of WordPress and Ghost if a site has no feed."""

from __future__ import annotations

import json

import pytest

from syndicator.core.errors import NotAFeed
from syndicator.visiting.feeds.discovery import discover
from syndicator.visiting.feeds.parser import parse_feed

URL = "https://a.example/"
WORDPRESS = '<link rel="https://api.w.org/" href="https://a.example/wp-json/">'
TERM = (
    '<link rel="alternate" type="application/json"'
    ' href="https://a.example/wp-json/wp/v2/categories/12">'
)
GHOST = (
    '<script defer src="/portal.js" data-key="0123456789abcdef0123456789" '
    'data-api="https://a.example/ghost/api/content/"></script>'
)
POSTS = "https://a.example/wp-json/wp/v2/posts?per_page=20&_embed=author%2Cwp%3Afeaturedmedia"


@pytest.mark.parametrize(
    ("head", "expected_url"),
    [
        (WORDPRESS, POSTS),
        (
            WORDPRESS.replace("wp-json/", "?rest_route=/"),
            POSTS.replace("wp-json/", "?rest_route=/").replace("?per", "&per"),
        ),
        (WORDPRESS + TERM, POSTS + "&categories=12"),
        (
            GHOST,
            "https://a.example/ghost/api/content/posts/?key=0123456789abcdef0123456789&limit=20&include=authors%2Ctags",
        ),
        (GHOST.replace("data-key", "data-x"), None),
        ("<p>https://api.w.org/</p>", None),
        (WORDPRESS + '<link rel="alternate" type="application/atom+xml" href="/feed.atom">', None),
    ],
)
def test_an_interface_that_a_page_names_is_tried_after_the_first_guess(
    head: str, expected_url: str | None
) -> None:
    """If a page declares no feed but names its WordPress or Ghost API, the address for its posts is
    the second candidate. `expected_url` is None if nothing is named."""
    page = f"<html><head><title>Notes</title>{head}</head></html>"

    feeds = discover(page.encode(), URL).feeds

    api_urls = [link.url for link in feeds if link.type == "api"]
    if expected_url is None:
        assert api_urls == []
    else:
        assert api_urls == [expected_url]
        assert feeds[1].type == "api"


def test_wordpress_tells_title_time_author_text_and_picture() -> None:
    """A post of the WordPress API becomes an entry with title, UTC time, author, id, text and
    absolute picture address."""
    post = {
        "guid": {"rendered": "https://a.example/?p=7"},
        "link": "https://a.example/2026/ferry/",
        "date_gmt": "2026-03-09T08:00:00",
        "modified_gmt": "2026-03-10T08:00:00",
        "title": {"rendered": "The ferry &#8211; late again"},
        "content": {"rendered": "<p>Text.</p>"},
        "excerpt": {"rendered": "<p>Short.</p>"},
        "_embedded": {
            "author": [{"name": "Ove"}],
            "wp:featuredmedia": [{"source_url": "/i/7.jpg"}],
        },
    }
    feed = parse_feed(json.dumps([post]).encode(), POSTS)
    (entry,) = feed.entries

    assert feed.format == "wordpress"
    assert entry.title == "The ferry – late again"
    assert entry.authors == ("Ove",)
    assert entry.published
    assert entry.published.isoformat() == "2026-03-09T08:00:00+00:00"
    assert entry.id == "https://a.example/?p=7"
    assert entry.image == "https://a.example/i/7.jpg"
    assert entry.content == "<p>Text.</p>"


def test_ghost_tells_title_time_tags_and_picture() -> None:
    """A post of the Ghost API becomes an entry with absolute address, tags, time and picture."""
    post = {
        "id": "6",
        "url": "/ferry/",
        "title": "The ferry",
        "html": "<p>Text.</p>",
        "feature_image": "/i.jpg",
    }
    post |= {
        "published_at": "2026-03-09T08:00:00.000+00:00",
        "tags": [{"name": "Sea"}],
        "authors": [{"name": "Ove"}],
    }
    url = "https://a.example/ghost/api/content/posts/?key=0123456789abcdef0123456789"
    feed = parse_feed(json.dumps({"posts": [post], "meta": {}}).encode(), url)
    (entry,) = feed.entries

    assert feed.format == "ghost"
    assert entry.url == "https://a.example/ferry/"
    assert entry.categories == ("Sea",)
    assert entry.published
    assert entry.image == "https://a.example/i.jpg"


@pytest.mark.parametrize("body", [b'[{"a": 1}]', b'{"posts": [{"url": "/a"}]}', b"[1, 2]", b"[]"])
def test_other_json_is_no_feed(body: bytes) -> None:
    """JSON that is neither a JSON Feed nor a list of posts of a known API is refused."""
    with pytest.raises(NotAFeed):
        parse_feed(body, "https://a.example/data.json")
