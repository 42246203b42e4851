"""A page that lists articles, as a feed: its list is learnt at the first visit and found again at later ones. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from syndicator.core import text, urls
from syndicator.core.errors import NotAFeed, NotAnArticle
from syndicator.core.model import Entry, ParsedFeed
from syndicator.core.reasons import FeedReason
from syndicator.core.requests import Seen, Shown, Wrapper
from syndicator.reading.html.document import Document, inner, parse
from syndicator.reading.lists import declared
from syndicator.reading.lists import wrapper as wrappers
from syndicator.reading.lists.groups import lists
from syndicator.reading.lists.links import read_links
from syndicator.reading.lists.next_page import next_page
from syndicator.reading.lists.whole import is_list

_MOST = 1_000  # items; a choice, as for what a page of a person's making lists
_LONGEST = 300  # characters of the page's title
_CUT = ("…", "...")


def read_listing(
    html: bytes,
    url: str,
    headers: Mapping[str, str] | None = None,
    wrapper: Wrapper | None = None,
    seen: Sequence[Seen] = (),
) -> ParsedFeed:
    """The articles that the page `html`, answered at `url`, lists. `wrapper`: what an earlier visit remembered, None at
    the first one, which learns the list; `seen`: articles of it that are known then, as after a lost database.

    Raises NotAFeed where there is no list, or where none is sure to be the one that was learnt: then nothing of the
    page may be taken for new."""
    try:
        document = parse(html, url, headers)
        found = candidates(document, wrapper.forms if wrapper and wrapper.pointed else ())
        chosen = wrappers.again(found, wrapper) if wrapper else _first(document, found, seen)
    except NotAnArticle as refusal:
        raise NotAFeed(FeedReason.NO_LIST, str(refusal)) from refusal
    except wrappers.Unsure as unsure:
        raise NotAFeed(FeedReason.LIST_CHANGED if wrapper else FeedReason.NO_LIST, str(unsure)) from unsure
    title = next((text.line(inner(one, _LONGEST)) for one in document.tree.iter("title")), "")
    entries = tuple(_entry(one) for one in chosen.items[:_MOST])
    return ParsedFeed(
        format="list",
        title=title,
        site_url=url,
        language=document.language or "",
        entries=entries,
        next_url=next_page(document),
        listing=replace(chosen.wrapper, note=chosen.note, whole=is_list(document, chosen.items)),
    )


def _first(document: Document, own: Sequence[tuple[str, Sequence[Shown]]], seen: Sequence[Seen]) -> wrappers.Chosen:
    """The list of a page of which nothing but articles is known. Where they are in none of the page's `own` lists,
    somebody had pointed to another one. Raises Unsure."""
    known = wrappers.Known(seen)
    keys = {urls.alias(one.url) for one in seen}
    elsewhere = bool(seen) and not any(known.has(item) for _, shown in own for item in shown)
    forms = {link.form for link in read_links(document) if link.key in keys} if elsewhere else set()
    if not forms:
        return wrappers.first(own, seen)
    chosen = wrappers.first(candidates(document, forms), seen)
    return replace(chosen, wrapper=replace(chosen.wrapper, pointed=True))


def candidates(document: Document, also: Collection[str] = ()) -> list[tuple[str, Sequence[Shown]]]:
    """The lists of a page, each with what it was learnt from, the most likely to be its own first. `also`: forms whose
    lists are wanted wherever they stand."""
    return declared.candidates(document, lists(document, also))


def _entry(shown: Shown) -> Entry:
    item = shown.item
    title = "" if item.title.endswith(_CUT) else item.title  # what is cut off is no title of an article
    return Entry(id=item.url, url=item.url, title=title, published=item.published, image=item.image, listed=True)
