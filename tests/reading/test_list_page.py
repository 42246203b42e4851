"""Pages that list articles."""

from __future__ import annotations

import pytest

from syndicator.core import urls
from syndicator.core.errors import NotAFeed
from syndicator.core.model import Entry
from syndicator.reading.lists.learn import read_list

URL = "https://a.example/news"
PAGE = b"""<html lang=de><head><title> All  news </title></head><body><nav><a href=/about>About</a></nav>
<div class=card><a href="/1?utm_source=x#top"><img src=1.jpg></a><h2><a href=/1>The first story</a></h2></div>
<div class=card data-to=/2><a href="https://a.example/2"><h2>The <i>second</i></h2></a></div>
<div class=card><h2>No link</h2></div><a class=more href=/news#more>More</a><a class=js href="javascript:x()">J</a>
<a class=bad href="http://a.example:99999/">B</a><a class=far href="//b.example/3">Elsewhere</a></body></html>"""  # noqa: E501


def read_links(*links: str) -> list[tuple[str, str]]:
    return [(entry.url, entry.title) for entry in read_list(PAGE, URL, {}, links).entries]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (
            ".card a",
            [("https://a.example/1", "The first story"), ("https://a.example/2", "The second")],
        ),
        (
            ".card",
            [("https://a.example/1", "The first story"), ("https://a.example/2", "The second")],
        ),
        ("h2", [("https://a.example/1", "The first story"), ("https://a.example/2", "The second")]),
        (".card@data-to", [("https://a.example/2", "The second")]),
        (".far", [("https://b.example/3", "Elsewhere")]),
    ],
)
def test_a_selector_leads_to_each_link_once(selector: str, expected: list[tuple[str, str]]) -> None:
    """A selector may match links, their boxes, their headings or an attribute; each address is
    one entry, with its best text."""
    assert read_links(selector) == expected


def test_a_list_is_a_feed_with_the_title_of_its_page() -> None:
    """A list page is read as a feed with the page's title and language; its third entry is the
    link to another site."""
    feed = read_list(PAGE, URL, {}, ["h2", ".far"])

    assert feed.format == "list"
    assert feed.title == "All news"
    assert feed.site_url == URL
    assert feed.language == "de"
    assert feed.entries[2] == Entry(
        id="https://b.example/3", url="https://b.example/3", title="Elsewhere"
    )


@pytest.mark.parametrize("selector", [".none", ".js", ".bad", ".more", "h2.none"])
def test_a_selector_without_a_usable_link_is_an_error(selector: str) -> None:
    """A selector that matches nothing, or no web address other than this page, fails and is
    named in the error."""
    with pytest.raises(NotAFeed) as raised:
        read_list(PAGE, URL, {}, [selector])
    assert raised.value.reason == "no-links"
    assert selector in raised.value.detail


def test_of_a_page_with_very_many_links_the_first_thousand_are_entries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 1,200 links the first 1,000 become entries; a later duplicate of an entry (`/7`) may
    still give it a longer title."""
    links = "".join(f'<a class=l href="/{number}">Story {number}</a>' for number in range(1_200))
    duplicate = "<a class=l href='/7'>Story 7 at length</a>"
    normalised: list[str] = []
    canonical = urls.canonical

    def record_and_normalise(url: str) -> str:
        normalised.append(url)
        return canonical(url)

    monkeypatch.setattr(urls, "canonical", record_and_normalise)
    feed = read_list(f"<body>{links}{duplicate}".encode(), URL, {}, [".l"])
    titles = [entry.title for entry in feed.entries]

    assert titles[7] == "Story 7 at length"
    assert titles[:7] == [f"Story {number}" for number in range(7)]
    assert titles[8:] == [f"Story {number}" for number in range(8, 1_000)]
    # addresses of further links are not normalised: for 45,000 links that took longer than a
    # worker may run
    assert len(normalised) < 2_100
