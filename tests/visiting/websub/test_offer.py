"""Which hub and topic a feed or page offers."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from syndicator.core.model import ParsedFeed, Source
from syndicator.visiting.feeds.discovery import read_websub_links
from syndicator.visiting.feeds.parser import parse_feed
from syndicator.visiting.websub import find_offer, may_subscribe

URL = "https://site.example/feed"
CASES = tomllib.loads(Path(__file__).with_name("offers.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_offers(name: str) -> None:
    """Hub and topic of a feed come from the Link header, else from the feed; each case of
    offers.toml names both."""
    case: dict[str, Any] = CASES[name]
    feed = ParsedFeed(
        format="rss20", hubs=tuple(case.get("hubs", ())), self_url=case.get("self", "")
    )
    headers = {"link": case["link"]} if "link" in case else {}

    offer = find_offer(headers, feed, URL)

    # a case without hub and topic offers nothing
    assert (offer.hubs[0] if offer else "") == case.get("hub", "")
    assert (offer.topic if offer else "") == case.get("topic", "")


@pytest.mark.parametrize(
    "body",
    [
        (
            '<rss version="2.0"'
            ' xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>T</title><link>https://x.example/</link><atom:link'
            ' rel="hub" href="/hub"/><atom:link rel="self"'
            ' href="/own"/><item><title>One</title></item></channel></rss>'
        ),
        (
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><link rel="hub"'
            ' href="/hub"/><link rel="self"'
            ' href="/own"/><entry><id>1</id><title>One</title></entry></feed>'
        ),
        (
            '{"version": "https://jsonfeed.org/version/1.1", "title": "T", "feed_url":'
            ' "https://site.example/own", "hubs": [{"type": "WebSub", "url":'
            ' "https://site.example/hub"}], "items": []}'
        ),
    ],
    ids=["rss", "atom", "json"],
)
def test_each_form_of_feed_says_it(body: str) -> None:
    """RSS, Atom and JSON feeds can each name hub and topic, relative to their address."""
    offer = find_offer({}, parse_feed(body.encode(), URL), URL)

    assert offer
    assert offer.hubs == ("https://site.example/hub",)
    assert offer.topic == "https://site.example/own"


def test_the_head_of_a_page_says_it_and_its_text_does_not() -> None:
    """A page names its hub by <link rel="hub"> in its head only: its body or a comment may have
    been written by others."""
    head = (
        b'<html><head><base href="https://site.example/a/"><link rel="hub" href="hub"><link'
        b' href="b" rel=self></head>'
    )
    result = read_websub_links(head + b'<body><link rel="hub" href="/other">', URL, {})

    assert result.hubs == ("https://site.example/a/hub",)
    assert result.self_url == "https://site.example/a/b"
    assert read_websub_links(b'<html><body><p>Hi<link rel="hub" href="/other">', URL, {}).hubs == ()
    assert read_websub_links(b'<html><head><!-- <link rel="hub" href="/x"> -->', URL, {}).hubs == ()


def test_what_is_not_everybodys_is_told_no_hub() -> None:
    """A source with credentials, a secret in its address, or a private network is never announced
    to a hub, which would learn of it."""
    assert may_subscribe(Source(key="a", url=URL))
    assert not may_subscribe(Source(key="a", url=URL, headers_env={"Authorization": "TOKEN"}))
    assert not may_subscribe(Source(key="a", url=URL + "?t=${TOKEN_OF_MINE}"))
    assert not may_subscribe(Source(key="a", url="https://me:word@site.example/feed"))
    assert not may_subscribe(Source(key="a", url=URL, allow=("10.0.0.0/8",)))
