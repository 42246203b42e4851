"""Learn the list of articles on a page without a feed."""

from __future__ import annotations

import json

import pytest

from syndicator.core import urls
from syndicator.core.errors import NotAFeed
from syndicator.reading.lists.learn import read_listing
from tests.reading.lists.cases import Case, list_own_cases

URL = "https://a.example/news/"
NAMES = (
    "The ferry that came late",
    "A sheep on the pier again",
    "Rain for the third week",
    "Tickets are dearer now",
)


@pytest.mark.parametrize("case", list_own_cases(), ids=lambda case: case.name)
def test_all_items_and_no_others_are_found_with_title_date_and_picture(case: Case) -> None:
    """On each sample page exactly the items that its case lists are found, with title, address
    (in its shortest form, the alias), date and picture."""
    found = [
        {
            "title": entry.title,
            "url": urls.alias(entry.url),
            "date": entry.published and f"{entry.published:%Y-%m-%d}",
            "image": entry.image or None,
        }
        for entry in read_listing(case.html, case.url).entries
    ]
    expected = [item | {"url": urls.alias(item["url"])} for item in case.items]

    assert found == expected


@pytest.mark.parametrize(
    "body",
    [
        "<p>Only text.</p>",
        (
            "<ul><li><a href='/p/1'>The ferry that came late</a><li><a href='/p/2'>A sheep on the"
            " pier</a></ul>"
        ),
        "<ul>"
        + "".join(f"<li><a href='/tag/{n}'>{name}</a>" for n, name in enumerate(NAMES))
        + "</ul>",
    ],
)
def test_a_page_without_a_list_is_an_error(body: str) -> None:
    """Text alone, two links or links to tags are not a list of articles: learning fails with
    `no-list`."""
    with pytest.raises(NotAFeed, match="no-list"):
        read_listing(f"<html><body>{body}</body></html>".encode(), URL)


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert({n})",
        "data:text/html,{n}",
        "file:///etc/{n}",
        "mailto:{n}@a.example",
        "//[::{n}",
        "https://a.example:99999/p/{n}",
        "ftp://a.example/p/{n}",
        "blob:https://a.example/{n}",
    ],
)
def test_links_without_a_web_address_are_no_items(href: str) -> None:
    """Rows are no items if their links are not valid web addresses, so this page has no list."""
    rows = "".join(
        f"<li><h3><a href='{href.format(n=n)}'>{name}</a></h3>" for n, name in enumerate(NAMES)
    )
    with pytest.raises(NotAFeed, match="no-list"):
        read_listing(f"<html><body><main><ul>{rows}</ul></main></body></html>".encode(), URL)


def test_items_of_a_hostile_list_bring_no_password_no_script_and_no_moment_out_of_time() -> None:
    """Entries get no password from their links, no `javascript:` picture and no date that UTC
    cannot express. Rows that the page repeats (each three times) become one entry."""
    date_beyond_utc = "<time datetime='9999-12-31T23:59:59-14:00'>soon</time>"
    rows = "".join(
        f"<li><h3><a href='https://user:word@a.example/p/{n}-x'>{name}</a></h3>{date_beyond_utc}"
        f"<img width=300 height=300 src='javascript:{n}.jpg'>"
        for n, name in enumerate(NAMES)
    )
    page = f"<html><body><main><ul>{rows * 3}</ul></main></body></html>"
    entries = read_listing(page.encode(), URL).entries

    assert [entry.url for entry in entries] == [
        "https://a.example/p/0-x",
        "https://a.example/p/1-x",
        "https://a.example/p/2-x",
        "https://a.example/p/3-x",
    ]
    assert {entry.published for entry in entries} == {None}
    assert {entry.image for entry in entries} == {""}


def test_a_list_in_json_ld_only_is_read() -> None:
    """If the page itself shows no list, because scripts fill it, the list is read from JSON-LD,
    with dates and pictures; breadcrumbs are not taken for it."""
    items = [
        {
            "@type": "ListItem",
            "position": n,
            "item": {
                "@type": "BlogPosting",
                "url": f"/p/{n}",
                "headline": name,
                "datePublished": f"2026-03-0{n + 1}",
                "image": {"url": f"/i/{n}.jpg"},
            },
        }
        for n, name in enumerate(NAMES)
    ]
    crumbs = [{"@type": "ListItem", "item": "/a"}, {"item": "/b"}, {"item": "/c"}]
    declared = json.dumps(
        [
            {"@type": "BreadcrumbList", "itemListElement": crumbs},
            {"@type": "ItemList", "itemListElement": items},
        ]
    )
    page = (
        '<html><body><nav><a href="/shop-of-ours">Our shop is open</a></nav><div id="app"></div>'
        f'<script type="application/ld+json">{declared}</script>'
    )
    feed = read_listing(page.encode(), URL)

    assert feed.listing
    assert feed.listing.by == "json-ld"
    assert [entry.title for entry in feed.entries] == [*NAMES]
    assert feed.entries[0].published
    assert feed.entries[0].image == "https://a.example/i/0.jpg"


def test_microformats_complete_a_shown_list() -> None:
    """The microformat `h-feed` marks a list and gives the dates of its entries."""
    entries = "".join(
        f'<div class="h-entry"><a class="u-url p-name" href="/p/{n}">{name}</a>'
        f'<abbr class="dt-published" title="then" datetime="2026-03-0{n + 1}">lately</abbr></div>'
        for n, name in enumerate(NAMES)
    )
    feed = read_listing(
        f'<html><body><div class="h-feed">{entries}</div></body></html>'.encode(), URL
    )

    assert feed.listing
    assert feed.listing.by == "h-feed"
    assert [entry.published and entry.published.day for entry in feed.entries] == [1, 2, 3, 4]


def test_a_declared_list_of_something_else_does_not_stand_before_the_pages_own() -> None:
    """A JSON-LD list of nine products is ignored if the page shows a list of articles."""
    articles = "".join(
        f"<article><h2><a href='/p/{n}'>{name}</a></h2></article>" for n, name in enumerate(NAMES)
    )
    shop = "".join(f"<span><a href='/shop/{n}'>buy</a></span>" for n in range(9))
    products = [
        {"@type": "ListItem", "url": f"/shop/{n}", "name": f"A thing to buy, {n}"} for n in range(9)
    ]
    declared = json.dumps({"@type": "ItemList", "itemListElement": products})
    script = f'<script type="application/ld+json">{declared}</script>'
    page = f"<html><body>{articles}<div>{shop}</div>{script}</body></html>"
    feed = read_listing(page.encode(), URL)

    assert [entry.title for entry in feed.entries] == [*NAMES]


def test_rows_behind_the_link_belong_to_its_item() -> None:
    """In a table with two rows for each item, as on Hacker News, the date in the second row
    belongs to the link above."""
    rows = ""
    for n, name in enumerate(NAMES):
        link = f"<span class='titleline'><a href='https://else{n}.example/{n}'>{name}</a></span>"
        date = f"<span title='2026-03-0{n + 1}T10:00:00' class='age'>hours ago</span>"
        rows += f"<tr class='athing'><td>{n}.</td><td>{link}</td></tr>"
        rows += f"<tr><td></td><td>{date}</td></tr>"
    feed = read_listing(f"<html><body><table>{rows}</table></body></html>".encode(), URL)
    assert [entry.published and entry.published.day for entry in feed.entries] == [1, 2, 3, 4]


def test_a_picture_that_is_loaded_late_is_the_items() -> None:
    """The picture of an item is read from `data-src` if the page loads pictures lazily."""
    body = "".join(
        f"<article><img class='lazyload' data-src='/i/{n}.jpg'><h2><a"
        f" href='/p/{n}'>{name}</a></h2></article>"
        for n, name in enumerate(NAMES)
    )
    feed = read_listing(f"<html><body><main>{body}</main></body></html>".encode(), URL)
    assert [entry.image for entry in feed.entries] == [
        "https://a.example/i/0.jpg",
        "https://a.example/i/1.jpg",
        "https://a.example/i/2.jpg",
        "https://a.example/i/3.jpg",
    ]


def test_paid_items_are_left_out() -> None:
    """Rows that link to other sites or are marked as sponsored are left out: of 16 rows, the 12
    that are neither become entries."""
    ads = [
        "<a href='https://ads.example/landing'>A car that all of you want</a>",
        "<a href='https://else.example/p/1'>A song that all of you want</a>",
        "<a href='/sponsored/9'>A bank that all of you want</a>",
        "<a rel='sponsored' href='/p/9'>A boat that all of you want</a>",
    ]
    own = [f"<a href='/p/{n}'>{name}</a>" for n, name in enumerate(NAMES)]
    more = [f"<a href='/p/1{n}'>And {name}</a>" for n, name in enumerate(NAMES * 2)]
    rows = "".join(f"<li class='x'><h3>{link}</h3></li>" for link in [*own, *ads, *more])
    feed = read_listing(f"<html><body><ul>{rows}</ul></body></html>".encode(), URL)

    own_addresses = [f"https://a.example/p/{n}" for n in range(4)]
    more_addresses = [f"https://a.example/p/1{n}" for n in range(8)]

    assert [entry.url for entry in feed.entries] == own_addresses + more_addresses


def test_a_list_beside_a_side_box_has_none_of_its_links() -> None:
    """Links in a side box are not part of the learnt list."""
    main_rows = "".join(
        f"<p class='row'><a href='/p/{n}'>{name}</a></p>" for n, name in enumerate(NAMES)
    )
    side_rows = "".join(
        f"<p class='x'><a href='/s/{n}'>{name}, as all have read it</a></p>"
        for n, name in enumerate(NAMES)
    )
    side_box = f"<div class='sidebar'>{side_rows}</div>"
    page = f"<div class='content-sidebar-wrap'><div>{main_rows}</div>{side_box}</div>"
    feed = read_listing(f"<html><body>{page}</body></html>".encode(), URL)

    assert [entry.title for entry in feed.entries] == [*NAMES]


def test_a_page_of_menus_has_no_list() -> None:
    """Links in `<nav>` are a menu, even if they are worded like headlines."""
    menu = "".join(f"<li><a href='/m/{n}'>{name}</a></li>" for n, name in enumerate(NAMES))
    page = f"<html><body><nav><ul>{menu}</ul></nav><div id='app'></div></body></html>"

    with pytest.raises(NotAFeed, match="no-list"):
        read_listing(page.encode(), URL)


def test_menus_without_classes_are_no_part_of_a_list_without_classes() -> None:
    """Two lists with equal markup, articles (`/p/`) and filters (`/c/`), are not merged: all
    entries come from one of them."""
    articles = "".join(f"<li><a href='/p/{n}'>{name}</a></li>" for n, name in enumerate(NAMES))
    filters = "".join(f"<li><a href='/c/{n}/{n}'>Only those of kind {n}</a></li>" for n in range(9))
    page = (
        f"<div class='facets'><ul>{filters}</ul></div>"
        f"<div class='results'><ul>{articles}</ul></div>"
    )
    entries = read_listing(f"<html><body>{page}</body></html>".encode(), URL).entries

    first_folders = {
        entry.url.removeprefix("https://a.example/").split("/")[0] for entry in entries
    }

    assert first_folders in ({"p"}, {"c"})


def test_links_in_running_text_are_no_items() -> None:
    """Links inside of sentences are not items, even if they outnumber the headlines."""
    running_text = "".join(
        f"<p>Much was said of it in the town, and <a href='/old/{n}'>what mayor number {n} of the"
        " town had to say</a>, which nobody there believed, was printed on the first page of the"
        " paper, twice.</p>"
        for n in range(12)
    )
    headlines = "".join(
        f"<div><h2><a href='/p/{n}'>{name}</a></h2></div>" for n, name in enumerate(NAMES)
    )
    page = f"<html><body><main>{headlines}{running_text}</main></body></html>"
    entries = read_listing(page.encode(), URL).entries

    assert [entry.title for entry in entries] == [*NAMES]


def test_a_declared_date_goes_before_one_that_is_shown() -> None:
    """The dates of four articles in JSON-LD win over the date that each shows, 9 May 2025."""
    declared = json.dumps(
        [
            {
                "@type": "BlogPosting",
                "url": f"/p/{n}",
                "headline": name,
                "datePublished": f"2026-03-0{n + 1}",
            }
            for n, name in enumerate(NAMES)
        ]
    )
    script = f'<script type="application/ld+json">{declared}</script>'
    shown = "".join(
        f"<article><h2><a href='/p/{n}'>{name}</a></h2><span>9 May 2025</span></article>"
        for n, name in enumerate(NAMES)
    )
    page = f"<html><body><main>{shown}</main>{script}</body></html>"
    entries = read_listing(page.encode(), URL).entries

    assert [entry.published and f"{entry.published:%d %b}" for entry in entries] == [
        "01 Mar",
        "02 Mar",
        "03 Mar",
        "04 Mar",
    ]
