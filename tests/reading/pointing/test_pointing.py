"""A copy of a page to point at (no script of it runs), and selectors for what was pointed at."""

from __future__ import annotations

import re

import pytest

from syndicator.core.errors import NotAnArticle
from syndicator.reading.html.document import parse
from syndicator.reading.pointing import (
    POLICY,
    SCRIPT,
    STYLE,
    Role,
    make_pointable_copy,
    suggest_selectors,
)

URL = "https://a.example/1"
HOSTILE = """<html><head><script>alert(1)</script><base href="https://evil.example/"><meta http-equiv="refresh"
content="0;url=https://evil.example/"><link rel="stylesheet" href="https://evil.example/x.css"></head>
<body onload="alert(2)" style="background:url(https://evil.example/b)"><p class="t"
onclick="alert(3)">One &lt;script&gt;alert(4)
&lt;/script&gt; <a href="javascript:alert(5)" data-n="0">link</a></p><img src="https://evil.example/p.png"
alt="&quot;><script>alert(6)</script>">
<iframe srcdoc="<script>alert(7)</script>"></iframe><svg><script>alert(8)</script></svg><form action="https://evil.example/">
<input name="x" value="y"><button formaction="https://evil.example/">go</button></form><object data="https://evil.example/"></object>
<x-y onfocus=alert(9) tabindex=0 autofocus>odd</x-y><math><mi xlink:href="javascript:alert(10)">m</mi></math>
<template><script>alert(11)</script></template><noscript><p>quiet</p></noscript><style>*{background:url(https://evil.example)}</style></body></html>"""  # noqa: E501


def make_page(number: int, *, box: bool = True) -> bytes:
    """An article of a site whose build names some classes anew each time."""
    extra = '<div class="newsletter"><p>Subscribe now.</p></div>' if box else ""
    return (
        f'<html><body><div class="css-{number}x9k2"><header><h1 class="headline">Title'
        f' {number}</h1><span class="byline"><a rel="author">Ann {number}</a></span><time'
        f' datetime="2026-11-0{number}">then</time></header><div class="entry-content'
        f' sc-a{number}b"><p>First of {number}.</p>{extra}<p>Second of {number}.</p></div><aside'
        ' class="more"><p>Other things.</p></aside></div></body></html>'
    ).encode()


PAGES = [
    (make_page(number, box=number != 3), f"{URL}{number}", {"content-type": "text/html"})
    for number in range(1, 6)
]


def find_element_number(css: str) -> int:
    """The number of the first element of a selector on the first page."""
    from syndicator.configuration.page_rules import select_elements

    tree = parse(*PAGES[0]).tree
    return list(tree.iter()).index(select_elements(tree, css)[0])


@pytest.mark.parametrize(
    ("pointed_to", "role", "best", "pages_with_match"),
    [
        ("h1", "title", "h1", 5),
        ("a", "author", "a", 5),
        ("time", "date", "time@datetime", 5),
        # a paragraph means the text that it is in
        (".entry-content p", "select", ".entry-content", 5),
        (".entry-content", "select", ".entry-content", 5),
        (".newsletter", "remove", ".newsletter", 4),
    ],
)
def test_the_shortest_selector_that_matches_on_most_pages_comes_first(
    pointed_to: str, role: Role, best: str, pages_with_match: int
) -> None:
    """For the element that is pointed to on page 1, the first of at most five suggestions is
    short and holds on all five pages; `.newsletter` on four, because page 3 lacks that box. It
    shows samples of what it matches."""
    first, *others = suggest_selectors(PAGES, find_element_number(pointed_to), role)

    assert first.selector == best
    assert first.held == pages_with_match
    assert len(others) <= 4
    assert first.samples[0]


def test_names_that_a_build_made_are_in_no_selector() -> None:
    """Class names that a build generates (`css-…`, `sc-…`) change, so no suggested selector uses
    them."""
    selectors = [
        suggestion.selector
        for pointed_to in ("h1", ".entry-content", "aside p")
        for suggestion in suggest_selectors(PAGES, find_element_number(pointed_to), "remove")
    ]
    assert selectors
    assert [each for each in selectors if re.search(r"css-|sc-", each)] == []


def test_selectors_with_further_matches_come_later() -> None:
    """A selector that matches exactly one element on each of the five pages comes before one
    that also matches others, such as `p`."""
    first, *_ = suggest_selectors(PAGES, find_element_number("aside p"), "title")
    matches_by_page = first.pages

    assert matches_by_page == (1, 1, 1, 1, 1)
    assert first.selector != "p"


def test_a_number_that_is_no_element_has_no_selector() -> None:
    """A number beyond the page's elements, a negative one, or no page at all gives no selector."""
    assert suggest_selectors(PAGES, 10_000, "title") == ()
    assert suggest_selectors(PAGES, -1, "title") == ()
    assert suggest_selectors([], 0, "title") == ()


def test_the_shown_page_has_no_scripts_requests_or_links() -> None:
    """The copy of a hostile page that operators click on has its text only: no script of the
    page, no address, no handler and few attributes. A strict policy comes with it."""
    copy, policy = make_pointable_copy(HOSTILE.encode(), URL, {})
    # the content of our own script and style is left out
    html = copy.decode().replace(SCRIPT, "").replace(STYLE, "")

    # one tag of each, ours
    assert re.findall(r"<script|<style", html) == ["<style", "<script"]
    assert "evil.example" not in html
    assert not re.search(r"\son\w+=|javascript:|href|src=|srcdoc|action|http-equiv", html)
    # of the page's calls of alert only the fourth stays, which is text
    assert not re.search(r"alert\((1|2|3|5|7|8|9|10|11)\)", html)
    assert "&lt;script&gt;alert(4)" in html
    # the text of <noscript>
    assert "quiet" not in html

    tags_only = re.sub(r">[^<]*<", "><", html)
    attributes = set(re.findall(r"\s([a-z-]+)=", tags_only))

    assert attributes <= {"data-n", "class", "lang", "charset"}

    assert "sandbox allow-scripts;" in policy
    assert "allow-same-origin" not in policy
    assert "connect-src 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy == POLICY


def test_a_number_names_the_same_element_in_page_and_selector() -> None:
    """The `data-n` of an element in the copy is its number in the parsed page, so that a click
    finds it."""
    copy, _ = make_pointable_copy(*PAGES[0])
    (number,) = re.findall(r'<h1 data-n="(\d+)">Title 1', copy.decode())
    assert int(number) == find_element_number("h1")


def test_a_deep_and_a_long_page_are_shown_in_part() -> None:
    """Copies are limited to some depth and 6,000 elements; what is no page is refused."""
    deep = b"<html><body>" + b"<div>" * 20_000 + b"text" + b"</div>" * 20_000

    long = b"<html><body>" + b"<p>x</p>" * 50_000
    copy_of_deep, _ = make_pointable_copy(deep, URL, {})
    copy_of_long, _ = make_pointable_copy(long, URL, {})

    assert len(copy_of_deep) < 100_000
    assert copy_of_long.count(b"<p ") <= 6000
    with pytest.raises(NotAnArticle):
        make_pointable_copy(b"%PDF-1.7", URL, {})
