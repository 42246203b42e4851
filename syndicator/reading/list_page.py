"""A page that lists articles, as a feed: each link that the operator's selectors match is an entry. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from syndicator.configuration import page_rules
from syndicator.core import text, urls
from syndicator.core.errors import NotAFeed
from syndicator.core.model import Entry, ParsedFeed
from syndicator.core.reasons import FeedReason
from syndicator.reading.html.document import inner, parse

_MOST = 1_000  # links; a choice, as for what a page of a person's making lists
_LONGEST = 300  # characters of a link's text


def read_list(html: bytes, url: str, headers: Mapping[str, str] | None, links: Sequence[str]) -> ParsedFeed:
    """The page `html` that was answered at `url`. A selector matches links, or what is around or inside of one; its
    text is the entry's title, the longest where several lead to one address, as a picture and a heading do. Raises
    NotAFeed where nothing is linked, RulesError for a selector that is no CSS."""
    document = parse(html, url, headers)
    itself = urls.alias(url)
    addresses: dict[str, str | None] = {}  # by how they are written
    found: dict[str, Entry] = {}
    for reference, said in _links(document.tree, links):
        if reference not in addresses:
            if len(found) == _MOST:  # making addresses is most of the work
                continue
            address = _list_page_address(document.base_url, reference)
            addresses[reference] = address if address and urls.alias(address) != itself else None
        if not (address := addresses[reference]):
            continue
        found.setdefault(address, Entry(id=address, url=address))
        if len(said) > len(found[address].title):
            found[address] = Entry(id=address, url=address, title=said)
    if not found:
        raise NotAFeed(FeedReason.NO_LINKS, f"rules.links: {', '.join(links)} matches no link of the page")
    title = next((text.line(inner(one, _LONGEST)) for one in document.tree.iter("title")), "")
    return ParsedFeed(
        format="list", title=title, site_url=url, language=document.language or "", entries=tuple(found.values())
    )


def _links(tree: Any, links: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Addresses as they are written, and the text that was selected with each."""
    for selector in links:
        name = page_rules.split(selector)[1]
        for element in page_rules.matched(tree, selector):
            holder = element if name else _anchor(element)
            reference = holder.get(name or "href") if holder is not None else None
            if reference:
                yield reference, text.line(inner(element, _LONGEST))


def _anchor(element: Any) -> Any:
    """The link that `element` is, contains or is in; None where there is none."""
    return next((one for one in chain(element.iter("a"), element.iterancestors("a")) if one.get("href")), None)


def _list_page_address(base: str, reference: str) -> str | None:
    found = urls.absolute(base, reference)
    try:
        return urls.canonical(found) if found else None
    except urls.BadUrl:
        return None
