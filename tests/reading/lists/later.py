"""A later visit to a page that changed: what of it would be published, and how it is to be
judged."""

from __future__ import annotations

from dataclasses import dataclass

from syndicator.core import urls
from syndicator.core.errors import NotAFeed
from syndicator.core.model import ParsedFeed
from syndicator.reading.lists.learn import read_listing
from tests.reading.lists.cases import Case
from tests.reading.lists.mutate import Page

FOUND = 0.8  # of the items on a page that are a list found again


@dataclass(frozen=True, slots=True)
class Later:
    """What came of a visit: addresses (urls.alias) that would be published and are no items;
    whether the visit was refused, and else whether the list was found again or nothing of the page
    would be published."""

    wrong: frozenset[str]
    refused: bool = False
    found: bool = False

    @property
    def well(self) -> bool:
        return not self.wrong and (self.refused or self.found)


def visited(case: Case, first: ParsedFeed, page: Page) -> Later:
    """The visit to `page`, into which `case` changed since its visit that announced `first`."""
    known = {urls.alias(entry.url) for entry in first.entries}
    try:
        feed = read_listing(page.bytes(), case.url, None, first.listing)
    except NotAFeed:
        return Later(frozenset(), refused=True)
    shown = {urls.alias(entry.url) for entry in feed.entries}
    moved = {new for new, old in page.moved.items() if old not in known}
    wrong = shown - known - page.fresh - case.keys - case.also - moved
    there = sum(key in shown or page.moved.get(key) in shown for key in page.items)
    return Later(frozenset(wrong), found=page.gone or there >= FOUND * len(page.items))
