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
    ("pointed", "role", "best", "held"),
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
    pointed: str, role: Role, best: str, held: int
) -> None:
    """The best selector is short and holds on all five pages; `.newsletter` holds on four,
    because page 3 lacks that box."""
    result = suggest_selectors(PAGES, find_element_number(pointed), role)

    assert result[0].selector == best
    assert result[0].held == held
    assert len(result) <= 5
    assert result[0].samples[0]


def test_names_that_a_build_made_are_in_no_selector() -> None:
    """Class names that a build generates (`css-…`, `sc-…`) change, so no suggested selector uses
    them."""
    every = [
        one.selector
        for css in ("h1", ".entry-content", "aside p")
        for one in suggest_selectors(PAGES, find_element_number(css), "remove")
    ]
    assert every
    assert not [one for one in every if re.search(r"css-|sc-", one)]


def test_selectors_with_further_matches_come_later() -> None:
    """A selector that matches exactly one element on each page comes before one that also
    matches others, such as `p`."""
    result = suggest_selectors(PAGES, find_element_number("aside p"), "title")
    assert result[0].pages == (1, 1, 1, 1, 1)  # matches on each of the five pages
    assert result[0].selector != "p"


def test_a_number_that_is_no_element_has_no_selector() -> None:
    """A number beyond the page's elements, a negative one, or no page at all gives no selector."""
    assert (
        suggest_selectors(PAGES, 10_000, "title")
        == ()
        == suggest_selectors(PAGES, -1, "title")
        == suggest_selectors([], 0, "title")
    )


def test_the_shown_page_has_no_scripts_requests_or_links() -> None:
    """The copy that operators click on keeps text only: no script of the page, no address, no
    handler, under a strict policy."""
    copy, policy = make_pointable_copy(HOSTILE.encode(), URL, {})
    text = copy.decode().replace(SCRIPT, "").replace(STYLE, "")

    assert re.findall(r"<script|<style", text) == ["<style", "<script"]  # the tags of ours
    assert "evil.example" not in text
    assert not re.search(r"\son\w+=|javascript:|href|src=|srcdoc|action|http-equiv", text)
    assert not re.search(r"alert\((1|2|3|5|7|8|9|10|11)\)", text)
    assert "&lt;script&gt;alert(4)" in text
    assert "quiet" not in text
    assert set(re.findall(r"\s([a-z-]+)=", re.sub(r">[^<]*<", "><", text))) <= {
        "data-n",
        "class",
        "lang",
        "charset",
    }
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

    assert len(make_pointable_copy(deep, URL, {})[0]) < 100_000
    assert (
        make_pointable_copy(b"<html><body>" + b"<p>x</p>" * 50_000, URL, {})[0].count(b"<p ") < 6001
    )
    with pytest.raises(NotAnArticle):
        make_pointable_copy(b"%PDF-1.7", URL, {})
