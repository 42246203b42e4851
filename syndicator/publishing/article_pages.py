"""Pages of articles that are published whole, and the value of a feed that is being built.

Each page links the previous and the next such page by publication time, so one more article changes
the pages of at most three days: its own and the nearest days with pages."""

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from syndicator.configuration.settings import Archives, Settings
from syndicator.core.axes import ALL, AXES, SOURCE
from syndicator.core.formats import PAGE
from syndicator.core.model import FeedKey, FeedSpec, Older, Source
from syndicator.core.ports import ArticleIndex, FeedRow, Outlet
from syndicator.publishing import paths
from syndicator.publishing.entries import Entries
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View
from syndicator.publishing.selection.archive import Document
from syndicator.publishing.web.calendar import MONTH, CalendarPage, Days, calendar
from syndicator.publishing.web.pages import Pages

_FORM: Final = "1"  # increase when these pages change


def write(
    index: ArticleIndex,
    entries: Entries,
    pages: Pages,
    outlet: Outlet,
    put: Callable[[str, bytes], None],
    sources: Iterable[Source],
    about: str,
    before: Mapping[str, str],
    whole: bool,
) -> Generator[None, None, tuple[dict[str, str], set[str]]]:
    """Write the pages of changed days (of all if `whole`) with `put`, yielding after each day.
    Return UTC day -> fingerprint of its pages' input, the next call's `before`, and the files of
    pages to delete, once no page links them. `sources`: those published whole; `about`: a
    fingerprint of all input besides articles."""
    keys = sorted(FeedKey(SOURCE, source.key) for source in sources)
    made_of = _days(keys, index, about)
    days = list(made_of)
    changed = [day for day in days if whole or before.get(day) != made_of[day]]
    if not changed and before.keys() == made_of.keys():
        return made_of, set()
    without: set[str] = set()
    for _, group in groupby(changed, key=lambda day: day[:MONTH]):
        month = list(group)
        shown = _Shown(index, entries, keys, days, month)
        for day in month:
            for name, data in shown.pages(day, pages):
                put(name, data)
            without |= shown.without(day)
            yield
    wanted = {
        paths.article_name(id) for ids in _ids(keys, index, days).values() for id in ids
    } - without
    there = {name for name in outlet.names(paths.ARTICLES) if name.endswith(f".{PAGE}")}
    return made_of, there - wanted


class _Shown:
    def __init__(
        self,
        index: ArticleIndex,
        entries: Entries,
        keys: Sequence[FeedKey],
        days: Sequence[str],
        wanted: Sequence[str],
    ) -> None:
        self._days = days
        self._ids = _ids(
            keys, index, [near for day in wanted for near in (day, *self._near(day)) if near]
        )
        self._views: dict[str, list[View]] = {}
        self._entries = entries

    def pages(self, day: str, pages: Pages) -> Iterable[tuple[str, bytes]]:
        today, (before, after) = self._of(day), map(self._of, self._near(day))
        previous: list[View | None] = [before[-1] if before else None, *today]
        following: list[View | None] = [*today[1:], after[0] if after else None]
        for view, earlier, later in zip(today, previous, following, strict=False):
            yield paths.article_name(view.id), pages.article_page(view, earlier, later)

    def without(self, day: str) -> set[str]:
        """Return the page files of the day's articles that may not be shown whole."""
        return {
            paths.article_name(id)
            for id in self._ids.get(day, set()) - {view.id for view in self._of(day)}
        }

    def _near(self, day: str) -> tuple[str, str]:
        """Return the previous and the next day with pages, "" if there is none."""
        at = bisect_left(self._days, day)
        return (self._days[at - 1] if at else "", "".join(self._days[at + 1 : at + 2]))

    def _of(self, day: str) -> list[View]:
        """Return the day's articles that may be shown whole, oldest first."""
        if day not in self._views:
            views = self._entries.views(sorted(self._ids.get(day, ())), None)
            self._views[day] = sorted(
                (view for view in views if view.html), key=lambda view: (view.published, view.id)
            )
        return self._views[day]


def _days(keys: Sequence[FeedKey], index: ArticleIndex, about: str) -> dict[str, str]:
    """Return UTC day -> fingerprint: articles and other input (`about`)."""
    parts: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        for day, (count, digest) in index.days(key).items():
            parts[day].append(f"{key.slug}={count},{digest}")
    order = sorted(parts)
    told_of = ["", *("\n".join(parts[day]) for day in order), ""]
    return {day: _digest(about, *told_of[at : at + 3]) for at, day in enumerate(order)}


def _ids(keys: Sequence[FeedKey], index: ArticleIndex, days: Sequence[str]) -> dict[str, set[str]]:
    """Return UTC day -> ids of the articles, from the earliest to the latest of `days`."""
    ids_of: dict[str, set[str]] = defaultdict(set)
    for key in keys if days else ():
        for day, ids in index.day_ids(key, min(days), max(days)).items():
            ids_of[day].update(ids)
    return ids_of


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n\n".join((_FORM, *parts)).encode("utf-8", "replace")).hexdigest()[:32]


def wanted(spec: FeedSpec, archives: Archives) -> bool:
    """Return True if the feed has calendar pages: a page, and an axis with archives. `archives`:
    the setting."""
    if not archives or spec.older is Older.NONE:
        return False
    return AXES[spec.key.axis].archived and PAGE in spec.formats


def planned(spec: FeedSpec, days: Days, made_with: str) -> list[CalendarPage]:
    """Return the calendar pages of a feed. The feed of everything has one for each day."""
    return calendar(paths.stem(spec.key), days, made_with, by_day=spec.key == ALL)


def plan_everything(pages: Pages, index: ArticleIndex) -> None:
    """Let other pages link the calendar of the feed of everything although this build may not write
    it."""
    if not pages.archived or ALL.slug in pages.calendars:
        return
    spec = next(spec for spec in pages.specs if spec.key == ALL)
    pages.calendars[ALL.slug] = planned(spec, index.days(ALL), "")


@dataclass(slots=True)
class Feed:
    """A feed that is being built. `made_with`: the fingerprint of its settings; `known`, `files`:
    file name -> fingerprint, before and after the build; `left_out`: ids of articles only in
    archives; `owed`: some calendar pages wait for a later build; `fault`: error in an archive
    document, which prevents publishing."""

    spec: FeedSpec
    row: FeedRow
    ids: list[str]
    head: Head
    made_with: str
    archives: list[Document]
    known: Mapping[str, str]
    calendar: list[CalendarPage] = field(default_factory=list)
    left_out: frozenset[str] = frozenset()
    files: dict[str, str] = field(default_factory=dict)
    owed: bool = False
    fault: str | None = None

    def put_off_pages(self) -> None:
        """Leave changed calendar pages that exist already to a later build."""
        before = self.known
        there = [page for page in self.calendar if page.name in before]
        late = {
            page.name: before[page.name] for page in there if before[page.name] != page.fingerprint
        }
        self.calendar = [page for page in self.calendar if page.name not in late]
        self.files |= late
        self.owed = bool(late)


def published_whole(settings: Settings, sources: Mapping[str, Source]) -> list[Source]:
    """Return the sources whose articles have pages of their own."""
    shown = ("full", "excerpt") if settings.publish.secret_path else ("full",)
    return [
        source
        for source in sources.values()
        if source.content in shown and PAGE in settings.publish.formats
    ]
