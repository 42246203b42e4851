"""Learn a list from one of its items."""

from __future__ import annotations

import pytest

from syndicator.core import urls
from syndicator.core.errors import NotAFeed
from syndicator.core.requests import Seen
from syndicator.reading.html.document import parse
from syndicator.reading.lists.learn import PointedList, find_pointed_lists, read_listing
from tests.reading.lists.cases import Case, list_own_cases

URL = "https://a.example/news/"
STORIES = [(n, f"The ferry that came late for the {n}th time") for n in range(1, 9)]
BESIDE = [(n, f"Harbour notice of week {n} and of its tides") for n in range(1, 6)]


def make_front_page(
    stories: list[tuple[int, str]], beside: list[tuple[int, str]], name: str = "card"
) -> bytes:
    """A site whose front page has its stories and, beside them, notices."""
    main = "".join(
        f'<article class="{name}"><h2><a href="/story/{n}-x">{said}</a></h2><time'
        f' datetime="2026-03-0{n}">then</time>'
        f"<p class='lead'>It was said that it would.</p></article>"
        for n, said in stories
    )
    notices = "".join(
        f'<li class="notice"><b>!</b> <a href="/notice/{n}-x">{said}</a></li>' for n, said in beside
    )
    return (
        f"<html><body><nav><a href='/'>Home</a></nav><main>{main}</main>"
        f"<aside class='sidebar'><h4>Notices</h4><ul>{notices}</ul></aside></body></html>"
    ).encode()


PAGE = make_front_page(STORIES, BESIDE)


def number_of(html: bytes, css: str, place: int = 0) -> int:
    from syndicator.configuration.page_rules import select_elements

    tree = parse(html, URL).tree
    return list(tree.iter()).index(select_elements(tree, css)[place])


def list_addresses(one: PointedList) -> list[str]:
    return [item.url.removeprefix("https://a.example") for item in one.items]


@pytest.mark.parametrize("css", [".lead", "time", "h2 a", "article.card", "h2"])
def test_all_items_like_the_one_pointed_to_are_found(css: str) -> None:
    """The text, date or link of an item, or all of it, leads to the same list."""
    first = find_pointed_lists(PAGE, URL, number_of(PAGE, css, 3))[0]

    assert list_addresses(first) == [f"/story/{n}-x" for n, _ in STORIES]

    cards = {number_of(PAGE, "article.card", place) for place in range(len(STORIES))}

    assert set(first.elements) == cards
    assert [item.title for item in first.items] == [said for _, said in STORIES]
    assert all(item.published for item in first.items)


def test_a_side_list_is_found_if_it_is_pointed_to() -> None:
    """Pointing at a notice finds the side list; later visits follow it through a new layout and
    a new item, and fail if it is gone."""
    first, *_ = find_pointed_lists(PAGE, URL, number_of(PAGE, "li.notice b", 1))

    assert list_addresses(first) == [f"/notice/{n}-x" for n, _ in BESIDE]
    assert "/notice/" not in str(read_listing(PAGE, URL).entries)

    wrapper = first.wrapper
    for beside in (BESIDE, [(6, "Harbour notice of week 6 and of its tides"), *BESIDE]):
        feed = read_listing(make_front_page(STORIES, beside, "tile"), URL, wrapper=wrapper)
        assert [entry.url.rpartition("/")[2] for entry in feed.entries] == [
            f"{n}-x" for n, _ in beside
        ]
        assert feed.listing
        assert feed.listing.pointed
        wrapper = feed.listing

    # without it nothing else of the page is taken for it
    with pytest.raises(NotAFeed, match="list-changed"):
        read_listing(make_front_page(STORIES, []), URL, wrapper=wrapper)


def test_after_a_lost_database_the_list_of_the_known_articles_is_found() -> None:
    """Known articles tell which list was followed: notices lead to the side list, one story more
    leads to the main list."""
    notices = [Seen(url=f"https://a.example/notice/{n}-x", title=said) for n, said in BESIDE[:3]]
    feed = read_listing(PAGE, URL, seen=notices)

    assert [entry.title for entry in feed.entries] == [said for _, said in BESIDE]
    assert feed.listing
    assert feed.listing.pointed

    stories = [Seen(url=f"https://a.example/story/{n}-x", title=said) for n, said in STORIES[:1]]
    feed = read_listing(PAGE, URL, seen=[*notices, *stories])

    assert [entry.title for entry in feed.entries] == [said for _, said in STORIES]
    assert feed.listing
    assert not feed.listing.pointed


@pytest.mark.parametrize("css", ["html", "body", "main", "nav a", "h4"])
def test_an_element_outside_of_items_is_in_no_list(css: str) -> None:
    """Pointing at the page, the menu or a heading gives no list, because no item contains that
    element."""
    assert find_pointed_lists(PAGE, URL, number_of(PAGE, css)) == ()


@pytest.mark.parametrize("number", [-1, 10**7])
def test_a_number_that_is_no_element_is_in_no_list(number: int) -> None:
    """An invalid element number or document gives no list."""
    assert find_pointed_lists(PAGE, URL, number) == ()
    assert find_pointed_lists(b"%PDF", URL, 0) == ()


@pytest.mark.parametrize("case", list_own_cases(), ids=lambda case: case.name)
def test_any_item_of_a_list_leads_to_the_whole_of_it(case: Case) -> None:
    """Pointing at the link of any item gives the whole list, and a later visit reads the same
    list with what was learnt."""
    document = parse(case.html, case.url)
    tree = document.tree
    base = document.base_url
    wanted = [urls.alias(item["url"]) for item in case.items]
    elements = list(tree.iter())
    for url in wanted:
        anchors = [
            link
            for link in tree.iter("a")
            if urls.alias(urls.absolute(base, link.get("href")) or "") == url
        ]
        results = [
            find_pointed_lists(case.html, case.url, elements.index(anchor)) for anchor in anchors
        ]
        lists = [one for result in results for one in result]
        assert wanted in [[urls.alias(item.url) for item in one.items] for one in lists], url
        whole_list = next(
            one for one in lists if [urls.alias(item.url) for item in one.items] == wanted
        )
        second_entries = read_listing(case.html, case.url, wrapper=whole_list.wrapper).entries
        assert [urls.alias(entry.url) for entry in second_entries] == wanted
