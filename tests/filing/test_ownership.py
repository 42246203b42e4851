"""Decide who owns an article and which settings of a source apply to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from syndicator.core.model import Enclosure, Entry, Rules, Source
from syndicator.filing.ownership import (
    Rights,
    filter_by_site,
    limit_entry,
    limit_settings,
    make_rights,
)

OURS = "https://www.paper.example/feed"
NEIGHBOURS = [  # (feed, address, is it the feed's own site?)
    (OURS, "https://paper.example/news/1", True),
    (OURS, "http://paper.example:8080/news/1", True),
    (OURS, "http://news.paper.example/news/1", False),
    # another port, another server
    ("http://127.0.0.1:8001/feed", "http://127.0.0.1:8002/1", False),
    (OURS, "https://bank.example/1", False),
    ("https://feeds.bbc.co.uk/news.rss", "https://www.bbc.co.uk/news/1", False),
    ("https://alice.substack.com/feed", "https://alice.substack.com/p/1", True),
    ("https://alice.substack.com/feed", "https://bob.substack.com/p/1", False),
    ("https://medium.com/feed/@alice", "https://medium.com/@alice/1", True),
    ("https://medium.com/feed/@alice", "https://medium.com/@bob/1", False),
    ("https://alice.github.io/feed.xml", "https://bob.github.io/1", False),
    ("https://uni.edu/~alice/rss.xml", "https://uni.edu/~bob/1", False),
    ("https://uni.edu/~alice/rss.xml", "https://uni.edu/~alice/1", True),
    ("https://uni.edu/rss.xml", "https://uni.edu/~alice/1", False),
    (OURS, "", False),
    (OURS, "nonsense", False),
]
PLACES = [  # (address, what the operator wrote, is it there?)
    ("https://example.org/1", "example.org", True),
    ("https://www.example.org/1", "example.org", True),
    ("https://example.org/1", "www.example.org", True),
    ("https://news.example.org/1", "example.org", True),
    ("https://example.org/1", "news.example.org", False),
    ("https://badexample.org/1", "example.org", False),
    ("https://example.org:8443/1", "example.org", True),
    ("https://example.org/1", "EXAMPLE.org", True),
    ("https://github.com/alice/x", "github.com/alice", True),
    ("https://github.com/alice", "github.com/alice/", True),
    ("https://github.com/alicette", "github.com/alice", False),
    ("https://github.com/bob", "github.com/alice", False),
    ("https://github.com/bob", "github.com", True),
    ("https://medium.com/@alice/1", "alice.medium.com", True),  # as urls.site names it
    ("http://127.0.0.1:8001/1", "127.0.0.1:8001", True),
    ("http://127.0.0.1:8002/1", "127.0.0.1:8001", False),
    ("nonsense", "example.org", False),
]


def make_source(url: str = OURS, **fields: object) -> Source:
    return replace(Source(key="paper", url=url), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(("feed", "address", "own"), NEIGHBOURS)
def test_a_source_owns_its_site(feed: str, address: str, own: bool) -> None:
    """A source owns an address (`own`) if that is on its feed's site: the same host and port and,
    on hosts that authors share, the same author's part."""
    rights = make_rights(make_source(feed))
    assert rights.owns(address) is own


@pytest.mark.parametrize(("address", "place", "is_covered"), PLACES)
def test_places(address: str, place: str, is_covered: bool) -> None:
    """A source for which the operator writes `speaks_for = ["<place>"]` owns the address if that is
    at the place (`is_covered`): a host with its subdomains, or a path on it."""
    rights = make_rights(make_source("https://mine.example/", speaks_for=(place,)))
    assert rights.owns(address) is is_covered


@pytest.mark.parametrize(
    ("fields", "confirmed", "owns"),
    [
        ({}, {}, False),
        ({"speaks_for": ("bank.example",)}, {}, True),
        ({"speaks_for": ("other.example",)}, {}, False),
        ({}, {"sites": ("bank.example",)}, True),
        ({}, {"before": ("bank.example",)}, True),
        ({"speaks_for": ()}, {"before": ("bank.example",)}, False),  # the operator answered: nobody
        ({"speaks_for": ("other.example",)}, {"before": ("bank.example",)}, False),
        ({"speaks_for": ()}, {"sites": ("bank.example",)}, True),
        ({}, {"before": ("github.com",)}, False),
        ({}, {"before": ("example",)}, False),
    ],
)
def test_rights(fields: dict[str, object], confirmed: dict[str, object], owns: bool) -> None:
    """The source of paper.example owns the bank's address (`owns`) if the operator lets it speak
    for that host, or if the host was confirmed: by its pages (`sites`), or, unless the operator
    says for whom it speaks, by an earlier version (`before`). It always owns its own site."""
    rights = make_rights(make_source(**fields), **confirmed)  # type: ignore[arg-type]

    assert rights.owns("https://bank.example/1") is owns
    assert rights.owns("https://paper.example/1")


def test_an_announcement_by_another_is_an_address() -> None:
    """The source of paper.example announces an entry. If its page is on the bank's site, only id
    and address of the entry are kept; if the page is on the paper's own site, everything is."""
    entry = Entry(
        id="e1",
        url="https://bank.example/1",
        title="Ours",
        authors=("A",),
        content="<p>x</p>",
        summary="s",
        published=datetime(2026, 1, 1, tzinfo=UTC),
        categories=("c",),
        image="i",
        language="en",
        enclosures=(Enclosure(url="https://evil.example/a.mp3"),),
    )
    rights = make_rights(make_source())

    assert limit_entry(entry, rights, entry.url) == Entry(id="e1", url="https://bank.example/1")
    assert limit_entry(entry, rights, "https://paper.example/1") is entry


def test_terms_hold_on_the_sources_own_site() -> None:
    """All settings of the source of paper.example apply to pages of its own site. To a page of the
    bank only its title, `llm` and a stricter `content` ("link") do; the rest is as by default."""
    full = make_source(
        category="AI",
        tags=("x",),
        content="full",
        language="de",
        licence="CC0",
        robots="ignore",
        title="Paper",
        allow=("10.0.0.0/8",),
        headers_env={"A": "B"},
        cookies="cookies/paper.txt",
        rules=Rules(content="feed", select=("p",)),
        llm=False,
    )
    rights = make_rights(full)

    assert limit_settings(full, rights, "https://paper.example/1") is full
    assert limit_settings(full, rights, "https://bank.example/1") == make_source(
        title="Paper", llm=False
    )

    short = replace(full, content="link")

    assert limit_settings(short, rights, "https://bank.example/1").content == "link"


def test_addresses_of_one_site() -> None:
    """`filter_by_site` keeps the addresses that are on the site of the given one."""
    urls = (
        "https://bank.example/amp/1",
        "https://evil.example/1",
        "https://www.bank.example/2",
        "nonsense",
    )

    assert filter_by_site("https://bank.example/1", urls) == (
        "https://bank.example/amp/1",
        "https://www.bank.example/2",
    )


def test_nobody_owns_no_address() -> None:
    """An entry without an address belongs to no source."""
    no_address = ""

    assert not Rights(sites=frozenset()).owns(no_address)
