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
NOTICES = [(n, f"Harbour notice of week {n} and of its tides") for n in range(1, 6)]


def make_front_page(
    stories: list[tuple[int, str]], notices: list[tuple[int, str]], story_class: str = "card"
) -> bytes:
    """A site whose front page has its stories and, beside them, notices."""
    main = "".join(
        f'<article class="{story_class}"><h2><a href="/story/{n}-x">{said}</a></h2><time'
        f' datetime="2026-03-0{n}">then</time>'
        f"<p class='lead'>It was said that it would.</p></article>"
        for n, said in stories
    )
    rows = "".join(
        f'<li class="notice"><b>!</b> <a href="/notice/{n}-x">{said}</a></li>'
        for n, said in notices
    )
    return (
        f"<html><body><nav><a href='/'>Home</a></nav><main>{main}</main>"
        f"<aside class='sidebar'><h4>Notices</h4><ul>{rows}</ul></aside></body></html>"
    ).encode()


PAGE = make_front_page(STORIES, NOTICES)


def find_element_number(html: bytes, css: str, place: int = 0) -> int:
    from syndicator.configuration.page_rules import select_elements

    tree = parse(html, URL).tree
    return list(tree.iter()).index(select_elements(tree, css)[place])


def list_addresses(one: PointedList) -> list[str]:
    return [item.url.removeprefix("https://a.example") for item in one.items]


@pytest.mark.parametrize("css", [".lead", "time", "h2 a", "article.card", "h2"])
def test_all_items_like_the_one_pointed_to_are_found(css: str) -> None:
    """The fourth text, date or link of the page, or the whole card with it, leads to the same
    list: all eight stories, with titles and dates."""
    pointed_to = find_element_number(PAGE, css, place=3)
    first = find_pointed_lists(PAGE, URL, pointed_to)[0]

    assert list_addresses(first) == [f"/story/{n}-x" for n, _ in STORIES]
    assert [item.title for item in first.items] == [title for _, title in STORIES]
    assert all(item.published for item in first.items)

    cards = {find_element_number(PAGE, "article.card", place) for place in range(len(STORIES))}

    assert set(first.elements) == cards


def test_a_side_list_is_found_if_it_is_pointed_to() -> None:
    """Pointing at a notice finds the list beside the stories, which is not found otherwise. Later
    visits follow it through new classes of the page and a new notice, and fail if it is gone."""
    first, *_ = find_pointed_lists(PAGE, URL, find_element_number(PAGE, "li.notice b", place=1))

    assert list_addresses(first) == [f"/notice/{n}-x" for n, _ in NOTICES]
    assert "/notice/" not in str(read_listing(PAGE, URL).entries)

    wrapper = first.wrapper
    one_more = [(6, "Harbour notice of week 6 and of its tides"), *NOTICES]
    for notices in (NOTICES, one_more):
        page = make_front_page(STORIES, notices, story_class="tile")
        feed = read_listing(page, URL, wrapper=wrapper)
        assert [entry.url for entry in feed.entries] == [
            f"https://a.example/notice/{n}-x" for n, _ in notices
        ]
        assert feed.listing
        assert feed.listing.pointed
        wrapper = feed.listing

    # without the notices, the stories are not taken for them
    with pytest.raises(NotAFeed, match="list-changed"):
        read_listing(make_front_page(STORIES, notices=[]), URL, wrapper=wrapper)


def test_after_a_lost_database_the_list_of_the_known_articles_is_found() -> None:
    """The articles that are already published tell which list was followed: three notices lead
    to the list beside the stories, but if a story is known, too, the stories are followed."""
    notices = [Seen(url=f"https://a.example/notice/{n}-x", title=title) for n, title in NOTICES[:3]]
    feed = read_listing(PAGE, URL, seen=notices)

    assert [entry.title for entry in feed.entries] == [title for _, title in NOTICES]
    assert feed.listing
    assert feed.listing.pointed

    number, title = STORIES[0]
    story = Seen(url=f"https://a.example/story/{number}-x", title=title)
    feed = read_listing(PAGE, URL, seen=[*notices, story])

    assert [entry.title for entry in feed.entries] == [title for _, title in STORIES]
    assert feed.listing
    assert not feed.listing.pointed


@pytest.mark.parametrize("css", ["html", "body", "main", "nav a", "h4"])
def test_an_element_outside_of_items_is_in_no_list(css: str) -> None:
    """Pointing at the page, the menu or a heading gives no list, because no item contains that
    element."""
    assert find_pointed_lists(PAGE, URL, find_element_number(PAGE, css)) == ()


@pytest.mark.parametrize("number", [-1, 10**7])
def test_a_number_that_is_no_element_is_in_no_list(number: int) -> None:
    """A number that no element has gives no list, and nor does a document that is no page."""
    assert find_pointed_lists(PAGE, URL, number) == ()
    assert find_pointed_lists(b"%PDF", URL, 0) == ()


@pytest.mark.parametrize("case", list_own_cases(), ids=lambda case: case.name)
def test_any_item_of_a_list_leads_to_the_whole_of_it(case: Case) -> None:
    """Pointing at the link of any item of a sample page gives the whole list, and a later visit
    reads the same list with what was learnt."""
    document = parse(case.html, case.url)
    elements = list(document.tree.iter())
    all_items = [urls.alias(item["url"]) for item in case.items]

    def find_links_to(url: str) -> list[int]:
        """The numbers of the links to `url` among all elements of the page."""
        return [
            number
            for number, element in enumerate(elements)
            if element.tag == "a"
            and urls.alias(urls.absolute(document.base_url, element.get("href")) or "") == url
        ]

    for url in all_items:
        wrappers_of_whole_list = [
            pointed.wrapper
            for number in find_links_to(url)
            for pointed in find_pointed_lists(case.html, case.url, number)
            if [urls.alias(item.url) for item in pointed.items] == all_items
        ]
        assert wrappers_of_whole_list, url

        later = read_listing(case.html, case.url, wrapper=wrappers_of_whole_list[0])
        assert [urls.alias(entry.url) for entry in later.entries] == all_items
