"""A learnt list is found again after its page changed, or nothing is published."""

from __future__ import annotations

import pytest

from syndicator.core.errors import NotAFeed
from syndicator.reading.lists.learn import read_listing
from tests.reading.lists import mutate
from tests.reading.lists.cases import Case, list_own_cases
from tests.reading.lists.later import SecondVisit, visit_again

CASES = list_own_cases()
SEEDS = 4


def change_and_visit(
    case: Case, *changes: mutate.Mutation, seed: str = ""
) -> tuple[mutate.Page, SecondVisit]:
    """Return the page of `case` after `changes` (none: chance ones), and the visit to it."""
    page = mutate.mutate_page(case, f"{case.name}/{seed}", changes or None)
    return page, visit_again(case, read_listing(case.html, case.url), page)


@pytest.mark.parametrize("change", mutate.LAYOUTS, ids=lambda change: change.__name__)
def test_a_changed_list_is_found_again_with_its_new_items_only(
    change: mutate.Mutation,
) -> None:
    """The list of each sample page is learnt, then the page gets new items and this change of
    layout. A second visit is right: it finds the list, and exactly the new items are new."""
    for case in CASES:
        page, second_visit = change_and_visit(case, mutate.add_new_items, change)
        assert second_visit.is_right, (case.name, page.titles, second_visit)


def test_changes_together_publish_nothing_wrong() -> None:
    """After several chance changes of each sample page, no second visit publishes a wrong link,
    and at least 90 % of them find the list and its new items."""
    second_visits = []
    for case in CASES:
        for seed in range(SEEDS):
            # without a named change, some are drawn by the seed
            _, second_visit = change_and_visit(case, seed=str(seed))
            second_visits.append(second_visit)

    assert [visit.wrong for visit in second_visits if visit.wrong] == []
    assert sum(visit.is_right for visit in second_visits) >= 0.9 * len(second_visits)


@pytest.mark.parametrize(
    "change", [mutate.remove_list, mutate.replace_list], ids=lambda change: change.__name__
)
def test_a_page_without_its_list_publishes_nothing(change: mutate.Mutation) -> None:
    """If the learnt list is removed from its page or replaced by another, nothing wrong is
    published."""
    for case in CASES:
        _, second_visit = change_and_visit(case, change)
        assert not second_visit.wrong


def test_articles_that_moved_are_not_new() -> None:
    """If all addresses on the page change, the second visit reports no entry with an unknown id."""
    for case in CASES:
        first = read_listing(case.html, case.url)
        page = mutate.mutate_page(case, case.name, (mutate.change_addresses,))
        second_visit = read_listing(page.bytes(), case.url, wrapper=first.listing)

        known_ids = {entry.id for entry in first.entries}
        assert {entry.id for entry in second_visit.entries} <= known_ids, case.name


def test_a_list_without_known_items_is_accepted_if_it_looks_the_same() -> None:
    """If all items of a learnt list have a new address and title, the list is accepted if its
    markup is the same, and refused if tags, classes and paths changed, too."""
    case = next(case for case in CASES if case.name == "de")
    first = read_listing(case.html, case.url)

    assert first.listing is not None

    new_items = case.html
    # words of the addresses of the sample's items, replaced by other ones
    words = ("faehre", "schaf", "dritte", "karten", "leuchtturm", "schreiber", "baenke")
    for number, word in enumerate(words):
        new_items = new_items.replace(word.encode(), f"neu{number}".encode())
    # titles are turned round
    for item in case.items:
        new_items = new_items.replace(item["title"].encode(), item["title"][::-1].encode())
    second_visit = read_listing(new_items, case.url, wrapper=first.listing)

    assert len(second_visit.entries) == len(first.entries)
    assert not {entry.id for entry in second_visit.entries} & {entry.id for entry in first.entries}

    page = mutate.open_page(Case("turned", case.url, new_items, case.items), "1")
    mutate.rename_classes(page)
    new_markup = (
        page.bytes()
        .replace(b"<h2", b"<h4")
        .replace(b"</h2", b"</h4")
        .replace(b"/2026/", b"/n/2026/")
    )

    with pytest.raises(NotAFeed, match="none of the items that were there before is"):
        read_listing(new_markup, case.url, wrapper=first.listing)


URL = "https://a.example/news/"
NAMES = (
    "The ferry that came late",
    "A sheep on the pier again",
    "Rain for the third week",
    "Tickets are dearer now",
)
ROWS = "".join(
    f"<li class='x'><h3><a href='/p/{n}'>{name}</a></h3><time"
    f" datetime='2026-03-0{9 - n}'></time></li>"
    for n, name in enumerate(NAMES)
)


def test_links_unlike_the_items_are_left_out_and_named() -> None:
    """On the second visit to a learnt list a new row (`/p/9`) is taken; a row whose address
    differs in form from the others (`/about/us/all`) is left out and named in the note."""
    first = read_listing(f"<html><body><ul>{ROWS}</ul></body></html>".encode(), URL)
    new = (
        "<li class='x'><h3><a href='/p/9'>A new boat is named today</a></h3><time"
        " datetime='2026-03-10'></time></li>"
    )
    other = (
        "<li class='x'><h3><a href='/about/us/all'>All about our paper</a></h3><time"
        " datetime='2026-03-11'></time></li>"
    )
    page = f"<html><body><ul>{other}{new}{ROWS}</ul></body></html>".encode()
    second_visit = read_listing(page, URL, wrapper=first.listing)

    assert [entry.title for entry in second_visit.entries] == ["A new boat is named today", *NAMES]
    assert second_visit.listing
    assert "such as https://a.example/about/us/all" in second_visit.listing.note


def test_a_new_larger_list_does_not_replace_the_known_one() -> None:
    """A larger and more prominent list of other links does not replace the learnt one."""
    first = read_listing(f"<html><body><ul>{ROWS}</ul></body></html>".encode(), URL)
    louder = "".join(
        f"<article class='big'><h2><a href='/p/best/{n}'>What everybody in this town should read,"
        f" part {n}</a></h2><time datetime='2026-03-08'></time></article>"
        for n in range(20)
    )
    page = f"<html><body><main>{louder}</main><ul>{ROWS}</ul></body></html>".encode()
    second_visit = read_listing(page, URL, wrapper=first.listing)

    assert [entry.title for entry in second_visit.entries] == [*NAMES]


def test_known_items_in_a_new_layout_beat_new_items_in_the_old_one() -> None:
    """The list with the known items is followed, although an unknown list has the markup that it
    used to have."""
    # the learnt list has <li class='x'>
    first = read_listing(f"<html><body><ul>{ROWS}</ul></body></html>".encode(), URL)
    known = "".join(
        f"<article class='new'><h2><a href='/p/{number}'>{name}</a></h2></article>"
        for number, name in enumerate(NAMES)
    )
    lookalike = "".join(
        f"<li class='x'><h3><a href='/p/advert-{number}'>An offer for readers, part {number}</a>"
        "</h3><time datetime='2026-03-08'></time></li>"
        for number in range(4)
    )
    page = f"<html><body><ul>{lookalike}</ul><main>{known}</main></body></html>".encode()
    second_visit = read_listing(page, URL, wrapper=first.listing)

    assert [entry.title for entry in second_visit.entries] == [*NAMES]
