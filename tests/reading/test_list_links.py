"""The links of a page that lead to its articles are found by what repeats."""

from __future__ import annotations

import pytest

from syndicator.reading.list_links import proposed_links
from syndicator.reading.list_page import read_list

URL = "https://a.example/news/"
NAV = (
    "<header><a href='/about-us-all'>Everything about us all</a></header><nav><ul><li><a href='/shop-now'>Our shop is "
    "open all day</a><li><a href='/jobs-here'>Work with us in this town</a><li><a href='/events-x'>Events that you "
    "should see</a></ul></nav>"
)
FOOT = "<footer><ul><li><a href='/imprint-x'>Who is behind all of this</a></ul></footer>"
NAMES = ("The ferry that came late", "A sheep on the pier again", "Rain for the third week", "Tickets are dearer now")


def links(body: str) -> tuple[str, list[str]]:
    page = f"<html><head><title>News</title></head><body>{NAV}{body}{FOOT}</body></html>".encode()
    selector = proposed_links(page, URL)
    return selector, [entry.url.rpartition("/")[2] for entry in read_list(page, URL, {}, [selector]).entries]


def cards(form: str) -> str:
    return "".join(form.format(n=n, name=name) for n, name in enumerate(NAMES))


ARTICLES = ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("body", "selector"),
    [
        # a blog: each entry has classes of its own beside those of its kind
        (
            "<main>"
            + cards(
                "<article class='post-{n}7 post section-{n}'><header><h2 class='title'><a href='/p/{n}'>{name}</a></h2>"
                "<a href='/author/ove'>Ove Lindqvist Andersson</a></header><p>Text.</p></article>"
            )
            + "</main>",
            "article.post > header > h2.title > a",
        ),
        # rows of cards, the whole card a link, beside a box of what is read most
        (
            "<div class='grid'>"
            + cards("<div class='row'><a class='card' href='/p/{n}'><img src='x'><h3>{name}</h3><p>Text</p></a></div>")
            + "</div><div class='most'><ol><li><a href='/p/0'>The ferry that came late</a></ol></div>",
            "div > div.row > a.card",
        ),
        # a bare list
        (
            "<h1>News</h1><ul id='list'>" + cards("<li><a href='/p/{n}'>{name}</a> 3 May</li>") + "</ul>",
            "ul#list li > a",
        ),
        # a table, as old sites have it
        (
            "<table id=news>" + cards("<tr><td>3 May</td><td><a href='/p/{n}'>{name}</a></td></tr>") + "</table>",
            "tr > td > a",
        ),
    ],
)
def test_the_links_to_articles_are_found(body: str, selector: str) -> None:
    found, articles = links(body)
    assert (found, articles) == (selector, ARTICLES)


def test_what_says_when_is_no_headline() -> None:
    rows = "".join(
        f"<tr><td><a href='/p/{n}'>{name}</a><td class=age><a href='/when/{n}'>published about 2 hours ago</a>"
        for n, name in enumerate(NAMES)
    )
    assert proposed_links(f"<html><body><table>{rows}</table></body></html>".encode(), URL) == "tr > td > a"


def test_headlines_without_spaces_are_headlines() -> None:
    names = ("今日の港の様子について", "羊がまた桟橋に現れる", "三週目の雨が降る町")
    body = "".join(f"<li><a href='/p/{n}'>{name}</a></li>" for n, name in enumerate(names))
    assert proposed_links(f"<html><body><ul>{body}</ul></body></html>".encode(), URL) == "li > a"


@pytest.mark.parametrize(
    "body",
    [
        "<p>Only text.</p>",
        "<ul><li><a href='/p/1'>The ferry that came late</a><li><a href='/p/2'>A sheep on the pier</a></ul>",
        "<ul>"
        + "".join(f"<li><a href='https://else.example/{n}'>{name}</a>" for n, name in enumerate(NAMES))
        + "</ul>",
        "<ul>" + "".join(f"<li><a href='/tag/{n}'>{name}</a>" for n, name in enumerate(NAMES)) + "</ul>",
        "<ul>" + "".join(f"<li><a href='/p/{n}'>Short{n}</a>" for n, name in enumerate(NAMES)) + "</ul>",
    ],
)
def test_what_is_no_list_has_none(body: str) -> None:
    assert proposed_links(f"<html><body>{NAV}{body}</body></html>".encode(), URL) == ""
