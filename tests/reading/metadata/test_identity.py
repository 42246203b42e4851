"""Canonical and other addresses of a page, its site's name, rules for robots."""

from __future__ import annotations

import pytest

from syndicator.reading.html.document import parse
from syndicator.reading.metadata import identity

URL = "https://www.paper.example/news/ferry?utm_source=x"
URL_WITHOUT_TRACKING = "https://www.paper.example/news/ferry"


def read_identity(html: str, url: str = URL) -> identity.Identity:
    return identity.read_identity(parse(f"<html>{html}<p>x</html>".encode(), url))


def make_canonical_link(href: str) -> str:
    return f'<link rel="canonical" href="{href}">'


def test_without_a_canonical_the_url_is_the_key() -> None:
    """Without a canonical link the page's own address, without tracking parameters, identifies
    it."""
    found = read_identity("", url="https://www.paper.example/news/ferry?utm_source=x")
    assert found == identity.Identity("https://www.paper.example/news/ferry")


@pytest.mark.parametrize(
    "href",
    ["/news/ferry-2", "//www.paper.example/news/ferry-2", "https://paper.example/news/ferry-2#top"],
)
def test_a_canonical_of_the_same_site_counts(href: str) -> None:
    """A canonical link within the site identifies the page; its own address, `/news/ferry`,
    becomes an alias."""
    found = read_identity(make_canonical_link(href))

    assert found.canonical.endswith("paper.example/news/ferry-2")
    assert "https://www.paper.example/news/ferry" in found.aliases
    assert found.duplicate_of is None


@pytest.mark.parametrize(
    "href",
    [
        "/",
        "https://www.paper.example",
        "https://paper.example/",
        "javascript:x",
        "",
        "https://[bad",
    ],
)
def test_the_root_or_nonsense_never_counts(href: str) -> None:
    """A canonical link to the front page or to no web address is ignored."""
    assert read_identity(make_canonical_link(href)).canonical == URL_WITHOUT_TRACKING


def test_another_host_is_a_hint_only() -> None:
    """A canonical link to another host only marks the page as a duplicate; to another host's
    front page it means nothing."""
    to_other_host = make_canonical_link("https://agency.example/wire/ferry?fbclid=1")
    to_its_front_page = make_canonical_link("https://agency.example/")

    found = read_identity(to_other_host, url="https://www.paper.example/news/ferry")

    assert found.canonical == "https://www.paper.example/news/ferry"
    assert found.duplicate_of == "https://agency.example/wire/ferry"
    assert read_identity(to_its_front_page).duplicate_of is None


def test_another_host_of_the_same_domain_is_a_hint_only() -> None:
    """A canonical link to a sibling host (`www`, from `m`) does not change the page's address,
    and only marks it as a duplicate."""
    canonical_link = make_canonical_link("https://www.example.com/ferry")
    found = read_identity(canonical_link, url="https://m.example.com/ferry")

    assert found.canonical == "https://m.example.com/ferry"
    assert found.duplicate_of == "https://www.example.com/ferry"


@pytest.mark.parametrize(
    ("own", "neighbour"),
    [
        ("https://alice.substack.com/p/ferry", "https://bob.substack.com/p/ferry"),
        ("https://cs.university.example/~alice/ferry", "https://cs.university.example/~bob/ferry"),
        ("https://medium.com/@alice/ferry", "https://medium.com/@bob/ferry"),
        ("https://paper.example/ferry", "https://agency.example/ferry"),
    ],
)
def test_a_canonical_on_another_site_is_a_duplicate_only(own: str, neighbour: str) -> None:
    """Two authors on one host are two sites. A page whose canonical link or `og:url` is that of
    the neighbour is a duplicate without an alias; AMP and print links to there mean nothing."""
    canonical = make_canonical_link(neighbour)
    og_url = f'<meta property="og:url" content="{neighbour}">'
    amp = f'<link rel="amphtml" href="{neighbour}">'
    print_link = f'<a href="{neighbour}?print=1">Print</a>'

    for html in (canonical, og_url):
        assert read_identity(html, own) == identity.Identity(own, duplicate_of=neighbour)
    for html in (amp, print_link):
        assert read_identity(html, own) == identity.Identity(own)


def test_og_url_when_there_is_no_canonical() -> None:
    """If the canonical link is missing, `og:url` identifies the page."""
    found = read_identity('<meta property="og:url" content="/news/2024/ferry">')
    assert found.canonical == "https://www.paper.example/news/2024/ferry"


def test_base_is_honoured() -> None:
    """A relative canonical link is resolved against `<base>`."""
    base = '<base href="https://www.paper.example/en/">'
    found = read_identity(base + make_canonical_link("ferry"))

    assert found.canonical == "https://www.paper.example/en/ferry"


def test_alternates() -> None:
    """The AMP or print version of a page (here `/news/ferry`) is its alternate; an address that
    only contains "print" is not."""
    amp = read_identity('<link rel="amphtml" href="/amp/ferry">')
    print_version = read_identity('<a href="?print=1">Print</a>')
    other = read_identity('<a href="/blueprint/">x</a>')

    assert amp.alternate == "https://www.paper.example/amp/ferry"
    assert print_version.alternate == "https://www.paper.example/news/ferry?print=1"
    assert other.alternate is None


def test_a_front_page_is_identified_by_its_address() -> None:
    """The address of a front page identifies it, as that of any other page does."""
    front_page = read_identity("", url="https://www.paper.example/")
    assert front_page.canonical == "https://www.paper.example/"


@pytest.mark.parametrize(
    ("html", "header", "wanted"),
    [
        ("", "", ()),
        ('<meta name="ROBOTS" content="NOINDEX, nofollow">', "", ("noindex",)),
        ('<meta name="robots" content="none">', "", ("noindex",)),
        (
            '<meta name="googlebot" content="max-snippet:-1,nosnippet">',
            "",
            ("max-snippet:-1", "nosnippet"),
        ),
        ("", "noarchive, max-snippet: 20", ("noarchive", "max-snippet:20")),
        ("", "googlebot: nosnippet", ("nosnippet",)),
        ('<meta name="robots" content="max-image-preview:large">', "all", ()),
    ],
)
def test_robots(html: str, header: str, wanted: tuple[str, ...]) -> None:
    """Rules for robots are read from metas and from the X-Robots-Tag header."""
    page = parse(f"{html}<p>x".encode(), URL, {"X-Robots-Tag": header})
    assert identity.read_robots(page) == wanted


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ('<meta property="og:site_name" content="Paper">', "Paper"),
        (
            (
                "<script"
                ' type="application/ld+json">{"@type":"Article","publisher":{"name":"Paper"}}</script>'  # noqa: E501
            ),
            "Paper",
        ),
        ('<script type="application/ld+json">{"@type":"WebSite","name":"Paper"}</script>', "Paper"),
        ('<meta name="application-name" content="Paper">', "Paper"),
        ('<meta property="og:site_name" content="https://paper.example">', ""),
        ("", ""),
    ],
)
def test_sitename(html: str, wanted: str) -> None:
    """The site's name is read from the head in each of these forms; an address is no name."""
    assert identity.read_sitename(parse(f"{html}<p>x".encode(), URL)) == wanted
