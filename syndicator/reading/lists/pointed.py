"""The lists of a page that hold an element to which somebody pointed, found as all lists of a page are. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from syndicator.core.errors import NotAnArticle
from syndicator.core.requests import Item, Wrapper
from syndicator.reading.html.document import parse
from syndicator.reading.lists import declared
from syndicator.reading.lists import wrapper as wrappers
from syndicator.reading.lists.groups import Listed, read_lists
from syndicator.reading.lists.links import Link, read_links

OFFERED: Final = 3  # lists that hold one element; a choice
_ABOVE = 8  # elements above the one that is meant in which its link is looked for; a choice


@dataclass(frozen=True, slots=True, kw_only=True)
class PointedList:
    """A list: what its items are known by, the items in the page's order, and the numbers of their elements in the
    page, by which they are lit up."""

    wrapper: Wrapper
    items: tuple[Item, ...]
    elements: tuple[int, ...]


def pointed(html: bytes, url: str, number: int, headers: Mapping[str, str] | None = None) -> tuple[PointedList, ...]:
    """The lists of the page `html`, answered at `url`, of which the element `number` (in the order of the document, as
    `pointing.shown_page` numbers them) is in an item: the page's own first, then the links in just that form. None for
    a number that is no element, or one in no item of three."""
    try:
        document = parse(html, url, headers)
    except NotAnArticle:
        return ()
    elements = list(document.tree.iter())
    if not 0 <= number < len(elements) or not isinstance(elements[number].tag, str):
        return ()
    meant = [elements[number], *elements[number].iterancestors()]
    links = read_links(document)
    found = read_lists(document, links, {link.form for link in _links_at(meant, links)})
    told = declared.candidates(document, [one.shown for one in found])  # those that no link shows come first
    places = {element: place for place, element in enumerate(elements)}
    made = [
        PointedList(
            wrapper=replace(wrappers.learnt(shown, by), pointed=True),
            items=tuple(item.item for item in shown),
            elements=tuple(places[part] for item in shown for part in one.elements[item.key] if part in places),
        )
        for one, (by, shown) in zip(found, told[len(told) - len(found) :], strict=True)
        if _holds(one, meant)
    ]
    return tuple(made[:OFFERED])


def _links_at(meant: Sequence[Any], links: Sequence[Link]) -> list[Link]:
    """The links in the element that is meant, or else in the nearest one around it that has some."""
    by_anchor = {link.anchor: link for link in links}
    around = (_of(by_anchor, [one, *one.iter("a")]) for one in islice(meant, _ABOVE))
    return next((found for found in around if found), [])


def _of(by_anchor: Mapping[Any, Link], anchors: Collection[Any]) -> list[Link]:
    return [by_anchor[one] for one in anchors if one in by_anchor]


def _holds(listed: Listed, meant: Sequence[Any]) -> bool:
    """Whether the element that is meant, the first of `meant`, or one around it is an item's."""
    return not {id(one) for one in meant}.isdisjoint(_parts(listed))


def _parts(listed: Listed) -> Iterator[int]:
    return (id(part) for shown in listed.shown for part in listed.elements[shown.key])
