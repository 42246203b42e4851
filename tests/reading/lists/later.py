"""Visit a list page again after it changed, and judge the entries that would be published."""

from __future__ import annotations

from dataclasses import dataclass

from syndicator.core import urls
from syndicator.core.errors import NotAFeed
from syndicator.core.model import ParsedFeed
from syndicator.reading.lists.learn import read_listing
from tests.reading.lists.cases import Case
from tests.reading.lists.mutate import Page

LEAST_FOUND = 0.8  # of the items on a page that are a list found again


@dataclass(frozen=True, slots=True)
class SecondVisit:
    """The result of a visit. `wrong`: addresses (urls.alias) that would be published and are no
    items; `refused`: the visit was refused; `found`: the list was found again, or nothing of a page
    without its list would be published."""

    wrong: frozenset[str]
    refused: bool = False
    found: bool = False

    @property
    def is_right(self) -> bool:
        return not self.wrong and (self.refused or self.found)


def visit_again(case: Case, first: ParsedFeed, page: Page) -> SecondVisit:
    """Visit `page`, into which `case` changed since the visit that announced `first`."""
    known = {urls.alias(entry.url) for entry in first.entries}
    try:
        feed = read_listing(page.bytes(), case.url, None, first.listing)
    except NotAFeed:
        return SecondVisit(frozenset(), refused=True)
    published = {urls.alias(entry.url) for entry in feed.entries}
    moved = {new for new, old in page.moved.items() if old not in known}
    wrong = published - known - page.new_keys - case.keys - case.also - moved
    result = sum(key in published or page.moved.get(key) in published for key in page.items)
    has_list = result >= LEAST_FOUND * len(page.items)
    return SecondVisit(frozenset(wrong), found=page.gone or has_list)
