"""The calendar pages of feeds: which there are, and the making of those that changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from syndicator.core.axes import ALL, AXES
from syndicator.core.formats import PAGE
from syndicator.core.model import FeedSpec
from syndicator.core.ports import ArticleIndex
from syndicator.publishing import paths
from syndicator.publishing.entries import Entries
from syndicator.publishing.render.head import Head
from syndicator.publishing.web.calendar import MONTH, CalendarPage, calendar
from syndicator.publishing.web.pages import Pages


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar pages of a feed. `known`: the fingerprints with which its pages were made before, by name."""

    spec: FeedSpec
    head: Head
    pages: list[CalendarPage]
    known: Mapping[str, str]


def wanted(spec: FeedSpec, archives: bool) -> bool:
    """True for a feed with calendar pages: one with a page, on an axis that has archives. `archives`: the setting."""
    return archives and AXES[spec.key.axis].archived and PAGE in spec.formats


def planned(spec: FeedSpec, index: ArticleIndex, made_with: str) -> list[CalendarPage]:
    """The calendar pages of a feed. That of everything has one for each day."""
    return calendar(paths.stem(spec.key), index.days(spec.key), made_with, by_day=spec.key == ALL)


def write(
    calendars: Sequence[Calendar],
    *,
    index: ArticleIndex,
    entries: Entries,
    pages: Pages,
    put: Callable[[str, bytes], None],
    whole: bool,
) -> Iterator[None]:
    """Makes the pages that changed, all of them with `whole`, month by month, so that what feeds share is made once."""
    months: dict[str, list[tuple[Calendar, list[CalendarPage]]]] = defaultdict(list)
    for one in calendars:
        changed = [page for page in one.pages if whole or one.known.get(page.name) != page.fingerprint]
        for month, group in groupby(changed, key=lambda page: page.days[-1][:MONTH]):
            months[month].append((one, list(group)))
    for month in sorted(months):
        for one, found in months[month]:
            ids = _calendar_ids(one.spec, found, index)
            for page in found:
                stories = [] if page.parts else [id for day in page.days for id in ids.get(day, ())]
                put(page.name, pages.calendar_page(one.head, page, entries.stories(stories, one.spec.content)))
                yield
        entries.forget()


def _calendar_ids(spec: FeedSpec, pages: Sequence[CalendarPage], index: ArticleIndex) -> Mapping[str, Sequence[str]]:
    """The articles of these pages by day, in one query."""
    days = [day for page in pages if not page.parts for day in page.days]
    return index.day_ids(spec.key, min(days), max(days)) if days else {}
