"""Learn the list of articles on a page without a feed."""

from __future__ import annotations

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
    """On each sample page exactly its items are found, with title, address, date and picture."""
    entries = read_listing(case.html, case.url).entries
    shown = [
        {
            "title": entry.title,
            "url": urls.alias(entry.url),
            "date": entry.published and f"{entry.published:%Y-%m-%d}",
            "image": entry.image or None,
        }
        for entry in entries
    ]
    assert shown == [item | {"url": urls.alias(item["url"])} for item in case.items]


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
    cannot express."""
    rows = "".join(
        f"<li><h3><a href='https://user:word@a.example/p/{n}-x'>{name}</a></h3><time"
        " datetime='9999-12-31T23:59:59-14:00'>soon</time><img width=300 height=300"
        f" src='javascript:{n}.jpg'>"
        for n, name in enumerate(NAMES)
    )
    entries = read_listing(
        f"<html><body><main><ul>{rows * 3}</ul></main></body></html>".encode(), URL
    ).entries

    assert [entry.url for entry in entries] == [
        f"https://a.example/p/{n}-x" for n in range(len(NAMES))
    ]
    assert {(entry.published, entry.image) for entry in entries} == {(None, "")}


def test_a_list_in_json_ld_only_is_read() -> None:
    """If scripts fill the page, the list is read from JSON-LD, with dates and pictures;
    breadcrumbs are not taken for it."""
    rows = ",".join(
        f'{{"@type":"ListItem","position":{n},"item":{{"@type":"BlogPosting","url":"/p/{n}","headline":"{name}",'
        f'"datePublished":"2026-03-0{n + 1}","image":{{"url":"/i/{n}.jpg"}}}}}}'
        for n, name in enumerate(NAMES)
    )
    crumbs = '{"@type":"BreadcrumbList","itemListElement":[{"@type":"ListItem","item":"/a"},{"item":"/b"},{"item":"/c"}]}'  # noqa: E501
    page = (
        '<html><body><nav><a href="/shop-of-ours">Our shop is open</a></nav><div id="app"></div>'
        "<script"
        f' type="application/ld+json">[{crumbs},{{"@type":"ItemList","itemListElement":[{rows}]}}]</script>'  # noqa: E501
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
    """A JSON-LD list of products is ignored if the page shows a list of articles."""
    rows = ",".join(
        f'{{"@type":"ListItem","url":"/shop/{n}","name":"A thing to buy, {n}"}}' for n in range(9)
    )
    shop = "".join(f"<span><a href='/shop/{n}'>buy</a></span>" for n in range(9))
    body = "".join(
        f"<article><h2><a href='/p/{n}'>{name}</a></h2></article>" for n, name in enumerate(NAMES)
    )
    script = (
        "<script"
        f' type="application/ld+json">{{"@type":"ItemList","itemListElement":[{rows}]}}</script>'
    )
    feed = read_listing(f"<html><body>{body}<div>{shop}</div>{script}</body></html>".encode(), URL)

    assert [entry.title for entry in feed.entries] == [*NAMES]


def test_rows_behind_the_link_belong_to_its_item() -> None:
    """In a table with two rows for each item, as on Hacker News, the date in the second row
    belongs to the link above."""
    rows = "".join(
        f"<tr class='athing'><td>{n}.</td><td><span class='titleline'><a"
        f" href='https://else{n}.example/{n}'>{name}</a></span></td></tr><tr><td></td><td><span"
        f" title='2026-03-0{n + 1}T10:00:00' class='age'>hours ago</span></td></tr>"
        for n, name in enumerate(NAMES)
    )
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
        f"https://a.example/i/{n}.jpg" for n in range(4)
    ]


def test_paid_items_are_left_out() -> None:
    """Rows that link to other sites or are marked as sponsored are left out: of 16 rows 12 are
    entries."""
    body = "".join(
        f"<li class='x'><h3><a href='/p/{n}'>{name}</a></h3></li>" for n, name in enumerate(NAMES)
    )
    ads = (
        "<li class='x'><h3><a href='https://ads.example/landing'>A car that all of you"
        " want</a></h3></li><li class='x'><h3><a href='/sponsored/9'>A bank that all of you"
        " want</a></h3></li><li class='x'><h3><a rel='sponsored' href='/p/9'>A boat that all of you"
        " want</a></h3></li>"
    )
    ads += (
        "<li class='x'><h3><a href='https://else.example/p/1'>A song that all of you"
        " want</a></h3></li>"
    )
    more = "".join(
        f"<li class='x'><h3><a href='/p/1{n}'>And {name}</a></h3></li>"
        for n, name in enumerate(NAMES * 2)
    )
    feed = read_listing(f"<html><body><ul>{body}{ads}{more}</ul></body></html>".encode(), URL)

    assert len(feed.entries) == 12
    assert all(urls.same_site(entry.url, URL) for entry in feed.entries)
    assert all("/p/" in entry.url and entry.url[-2:] != "/9" for entry in feed.entries)


def test_a_list_beside_a_side_box_has_none_of_its_links() -> None:
    """Links in a side box are not part of the learnt list."""
    body = "".join(
        f"<p class='row'><a href='/p/{n}'>{name}</a></p>" for n, name in enumerate(NAMES)
    )
    side = "".join(
        f"<p class='x'><a href='/s/{n}'>{name}, as all have read it</a></p>"
        for n, name in enumerate(NAMES)
    )
    page = (
        f"<div class='content-sidebar-wrap'><div>{body}</div><div"
        f" class='sidebar'>{side}</div></div>"
    )
    feed = read_listing(f"<html><body>{page}</body></html>".encode(), URL)

    assert [entry.title for entry in feed.entries] == [*NAMES]


def test_a_page_of_menus_has_no_list() -> None:
    """Links in `<nav>` are a menu, even if they are worded like headlines."""
    menu = "".join(f"<li><a href='/m/{n}'>{name}</a></li>" for n, name in enumerate(NAMES))
    with pytest.raises(NotAFeed, match="no-list"):
        read_listing(
            f"<html><body><nav><ul>{menu}</ul></nav><div id='app'></div></body></html>".encode(),
            URL,
        )


def test_menus_without_classes_are_no_part_of_a_list_without_classes() -> None:
    """Two lists with equal markup are not merged: all entries come from one of them (`/p/` or
    `/c/`)."""
    body = "".join(f"<li><a href='/p/{n}'>{name}</a></li>" for n, name in enumerate(NAMES))
    facets = "".join(f"<li><a href='/c/{n}/{n}'>Only those of kind {n}</a></li>" for n in range(9))
    page = f"<div class='facets'><ul>{facets}</ul></div><div class='results'><ul>{body}</ul></div>"
    entries = read_listing(f"<html><body>{page}</body></html>".encode(), URL).entries

    assert {entry.url.split("/")[3] for entry in entries} in ({"p"}, {"c"})


def test_links_in_running_text_are_no_items() -> None:
    """Links inside of sentences are not items, even if they outnumber the headlines."""
    text = "".join(
        f"<p>Much was said of it in the town, and <a href='/old/{n}'>what mayor number {n} of the"
        " town had to say</a>, which nobody there believed, was printed on the first page of the"
        " paper, twice.</p>"
        for n in range(12)
    )
    body = "".join(
        f"<div><h2><a href='/p/{n}'>{name}</a></h2></div>" for n, name in enumerate(NAMES)
    )
    entries = read_listing(
        f"<html><body><main>{body}{text}</main></body></html>".encode(), URL
    ).entries

    assert [entry.title for entry in entries] == [*NAMES]


def test_a_declared_date_goes_before_one_that_is_shown() -> None:
    """A date in JSON-LD wins over a visible date."""
    rows = ",".join(
        f'{{"@type":"BlogPosting","url":"/p/{n}","headline":"{name}","datePublished":"2026-03-0{n + 1}"}}'  # noqa: E501
        for n, name in enumerate(NAMES)
    )
    body = "".join(
        f"<article><h2><a href='/p/{n}'>{name}</a></h2><span>9 May 2025</span></article>"
        for n, name in enumerate(NAMES)
    )
    script = f'<script type="application/ld+json">[{rows}]</script>'
    entries = read_listing(
        f"<html><body><main>{body}</main>{script}</body></html>".encode(), URL
    ).entries

    assert [
        entry.published and (entry.published.month, entry.published.day) for entry in entries
    ] == [(3, number) for number in range(1, 5)]
