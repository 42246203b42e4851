"""Recognise the kind of a document, and find the feeds of a page."""

from __future__ import annotations

import gzip

import pytest

from syndicator.visiting.feeds.discovery import discover, find_linked_feeds, find_linked_icons
from syndicator.visiting.feeds.known import Discovery, FeedLink
from tests.samples import Samples, read_sample

URL = "https://example.org/blog/"


def discover_in_page(head: str, body: str = "") -> Discovery:
    return discover(
        f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode(), URL
    )


def test_feed() -> None:
    """An address that answers with a feed is recognised as one, with its title."""
    body = b'<rss version="2.0"><channel><title>T &amp;amp; U</title></channel></rss>'
    assert discover(body, URL) == Discovery("feed", (FeedLink(URL, "T & U", "rss20"),), "T & U")


def test_page_with_alternates() -> None:
    """On a page, only <link rel=alternate> elements with a feed type and an HTTP address are its
    feeds, each once, relative to <base>; links in the text are then not looked at."""
    discovery = discover_in_page(
        "<title>Site &amp; more</title><base href='/base/'><link rel='alternate'"
        " type='application/atom+xml' title='All' href='atom.xml'><LINK REL=ALTERNATE"
        " TYPE='application/rss+xml; charset=utf-8' HREF='https://other.example/rss'><link"
        " rel='alternate' type='application/atom+xml' href='atom.xml' title='All'><link"
        " rel='alternate' hreflang='de' href='/de/'><link rel='alternate'"
        " type='application/json+oembed' href='/oembed'><link rel='alternate'"
        " type='application/feed+json' href='javascript:x'><link rel='stylesheet' href='/s.css'>",
        "<a href='/rss'>not looked at</a>",
    )
    assert discovery == Discovery(
        "page",
        (
            FeedLink("https://example.org/base/atom.xml", "All", "atom"),
            FeedLink("https://other.example/rss", "", "rss"),
        ),
        "Site & more",
    )


def test_page_with_links_that_look_like_feeds() -> None:
    """If a page declares no feed, links whose address looks like a feed are proposed; /feedback
    does not."""
    discovery = discover_in_page(
        "",
        "<a href='/feeds/all.atom.xml' title='x'>f</a><a href='/feedback'>no</a><a"
        " href='/blog/rss/'>r</a>",
    )
    assert [link.url for link in discovery.feeds] == [
        "https://example.org/feeds/all.atom.xml",
        "https://example.org/blog/rss/",
    ]
    assert {link.type for link in discovery.feeds} == {"link"}


def test_guesses() -> None:
    """If a page names no feed, common addresses are guessed, those below its own folder first."""
    discovery = discover_in_page("<title>x</title>")

    assert {link.type for link in discovery.feeds} == {"guess"}
    assert "https://example.org/feed" in [link.url for link in discovery.feeds]
    assert discovery.feeds[0].url.startswith("https://example.org/blog/")


def test_opml() -> None:
    """A subscription list is recognised, and its entities are not expanded."""
    body = (
        b'<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml'
        b' version="2.0"><head><title>My &amp; list</title></head><body><outline'
        b" text='folder'><outline type='rss' text='A &amp; B'"
        b" xmlUrl='https://a.example/?x=1&amp;y=2'"
        b' htmlUrl=\'https://a.example/\'/></outline><outline text="b" xmlUrl="feed.xml"/><outline'
        b' text="bad" xmlUrl="javascript:x"/></body></opml>'
    )
    assert discover(body, URL) == Discovery(
        "opml",
        (
            FeedLink("https://a.example/?x=1&y=2", "A & B", "opml"),
            FeedLink("https://example.org/blog/feed.xml", "b", "opml"),
        ),
        "My & list",
    )


@pytest.mark.parametrize("root", ["urlset", "sitemapindex"])
def test_sitemap(root: str) -> None:
    """A sitemap or an index of sitemaps is recognised as one, also if it is a gzip file."""
    inside = "<url><loc>https://example.org/1</loc></url>"
    body = (
        f'<?xml version="1.0"?><{root}'
        f' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inside}</{root}>'
    )

    assert discover(body.encode(), URL).kind == "sitemap"
    assert discover(gzip.compress(body.encode()), URL).kind == "sitemap"


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"plain", b"\x00" * 100, b"<" * 10_000, b"<!" * 10_000, b"<a " * 10_000]
)
def test_anything_is_at_worst_a_page(body: bytes) -> None:
    """Any content that is not a feed is treated as a page, without an error, however broken it
    is."""
    assert discover(body, URL).kind == "page"


@pytest.mark.parametrize(
    ("header", "charset_in_page", "encoded_as"),
    [
        ("text/html; charset=iso-8859-1", "", "iso-8859-1"),
        ("text/html", "iso-8859-1", "iso-8859-1"),
        ("text/html; charset=no", "", "utf-8"),
    ],
)
def test_charset(header: str, charset_in_page: str, encoded_as: str) -> None:
    """The character encoding of a page comes from the header, else from <meta>; an unknown one is
    guessed."""
    page = f"<html><meta charset='{charset_in_page}'><title>café</title>"

    discovery = discover(page.encode(encoded_as), URL, {"content-type": header})

    assert discovery.title == "café"


def test_pages_of_the_samples_name_their_feeds(samples: Samples) -> None:
    """Of real pages, nine of ten have a title, and at least a fifth declare their feed, so that it
    is neither guessed nor found by its link."""
    pages = [discover(read_sample(path), URL) for path in samples.pages(every=40)]

    assert {page.kind for page in pages} == {"page"}

    titled = [page for page in pages if page.title]
    assert len(titled) >= 0.9 * len(pages)

    declaring = [
        page for page in pages if page.feeds and page.feeds[0].type not in ("guess", "link")
    ]
    assert len(declaring) >= len(pages) // 5


def test_a_page_that_says_it_is_an_article() -> None:
    """A page whose og:type is "article" is one, so that it is not followed as a source."""
    assert discover_in_page("<meta content='article' property='og:type'>").article
    assert not discover_in_page("<meta property='og:type' content='website'>").article


FEED = '<link rel="alternate" type="application/atom+xml" href="/feed">'


@pytest.mark.parametrize(
    ("page", "linked"),
    [
        (f"<html><head>{FEED}</head><body></body></html>", True),
        (f"<!doctype html><meta charset=utf-8><title>x</title>{FEED}<p>text", True),
        (f"<html><head><script>var a = '<div>';</script>{FEED}</head>", True),
        (f"<html><head></head><body>{FEED}</body></html>", False),  # where others may write
        (f"<title>x</title><p>a comment</p>{FEED}", False),
        (f"<head><script>var comments = '{FEED}';</script></head>", False),
        (f"<head><!-- {FEED} --></head>", False),
        ('<head><link rel="stylesheet" type="application/atom+xml" href="/feed"></head>', False),
        ("", False),
    ],
)
def test_the_feeds_that_a_page_names_as_its_own(page: str, linked: bool) -> None:
    """Only a <link> in the head of a page names its feed: one in the body, a script or a comment
    may have been written by somebody else."""
    result = find_linked_feeds(
        page.encode(), "https://a.example/x", {"content-type": "text/html; charset=utf-8"}
    )
    assert result == (("https://a.example/feed",) if linked else ())


@pytest.mark.parametrize(
    ("links", "icons"),
    [
        ("<link rel=icon href=/a.png>", ["a.png"]),
        ("<link rel='shortcut icon' href=a.ico>", ["a.ico"]),
        (
            "<link rel=icon href=s.png sizes=32x32><link rel=icon href=l.png sizes='192x192'>"
            "<link rel=icon href=m.png sizes='16x16 96x96'>",
            ["m.png", "l.png", "s.png"],
        ),
        ("<link rel=icon href=a.png><link rel=apple-touch-icon href=b.png>", ["b.png", "a.png"]),
        ("<base href=/b/><link rel=icon href=a.png>", ["b/a.png"]),
        ("<link rel=icon href=a.svg><link rel=icon href=b type=image/svg+xml>", []),
        ("<link rel=mask-icon href=a.png><link rel=stylesheet href=a.css>", []),
        ("<link rel=icon href='data:image/png;base64,AAAA'>", []),
        ("<p>text<link rel=icon href=a.png>", []),  # where others may write
        ("".join(f"<link rel=icon href={n}.png>" for n in range(9)), ["0.png", "1.png", "2.png"]),
    ],
)
def test_the_icons_that_a_page_names(links: str, icons: list[str]) -> None:
    """Icons in the head of a page are listed by how near their size is to what we need, three at
    most. SVG, data addresses and links in the body are ignored."""
    result = find_linked_icons(links.encode(), "https://a.example/", {})
    assert list(result) == [f"https://a.example/{icon}" for icon in icons]


def test_many_open_scripts_take_no_time() -> None:
    """A page with 200,000 unclosed <script> tags is searched for feeds quickly, not in quadratic
    time; the link inside them does not count."""
    assert find_linked_feeds(b"<script" * 200_000 + FEED.encode(), "https://a.example/x") == ()
