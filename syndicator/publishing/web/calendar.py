"""Plan the pages of a feed's older stories: by year, month or day of publication. Pure.

A year has one page while it has at most `PAGE` stories; beyond that, its page lists its months, and
a month with more lists its days. So each page keeps its address."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from syndicator.configuration.settings import Archives
from syndicator.core.axes import ALL, AXES
from syndicator.core.formats import PAGE as HTML
from syndicator.core.model import FeedSpec, Older
from syndicator.publishing import paths

PAGE: Final = 100  # stories: some 30 KB as gzip, and as many as a person skims
STORIES: Final = 60  # on a feed's page: under 60 KB as gzip
_FORM: Final = "1"  # increase when these pages change
_CELLS: Final = 42  # days in a month of a calendar: six weeks
YEAR = 4
MONTH = 7
DAY = 10  # lengths of these prefixes of "2026-11-26"

Days = Mapping[str, tuple[int, str]]  # by day: number of stories and their fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """A calendar page. `span`: "2026", "2026-11" or "2026-11-26". `parts`: the spans that the page
    lists, each with its number of stories; a page without shows the stories of `days`, ascending.
    `previous`, `following`: the nearest spans with pages; `above`: the span whose page lists this
    one."""

    name: str
    span: str
    days: tuple[str, ...]
    count: int
    fingerprint: str
    parts: tuple[tuple[str, int], ...] = ()
    previous: str = ""
    following: str = ""
    above: str = ""


def has_calendar(spec: FeedSpec, archives: Archives) -> bool:
    """Return True if the feed has pages of older stories: it has a page, and an axis with archives.
    `archives`: the setting."""
    if not archives or spec.older is Older.NONE:
        return False
    return AXES[spec.key.axis].archived and HTML in spec.formats


def plan_feed_calendar(spec: FeedSpec, days: Days, made_with: str) -> list[CalendarPage]:
    """Return the pages of a feed's older stories, as `calendar`. The feed of everything has one for
    each day."""
    return plan_calendar(paths.stem(spec.key), days, made_with, by_day=spec.key == ALL)


def plan_calendar(
    stem: str, days: Days, made_with: str, *, by_day: bool = False
) -> list[CalendarPage]:
    """Return the pages of the feed at `stem`, oldest first, a list before its parts. `by_day`: give
    each day a page, however few its stories; `made_with`: a fingerprint of all other input."""
    pages: list[CalendarPage] = []
    for _, in_year in groupby(sorted(days), key=lambda day: day[:YEAR]):
        pages += _plan_span(stem, days, list(in_year), (YEAR, MONTH, DAY), "", by_day)
    leaves = [page.span for page in pages if not page.parts]
    near = {
        span: (leaves[at - 1] if at else "", "".join(leaves[at + 1 : at + 2]))
        for at, span in enumerate(leaves)
    }
    return [_finish_page(page, made_with, *near.get(page.span, ("", ""))) for page in pages]


def file_name(stem: str, span: str) -> str:
    return f"{paths.ARCHIVES}{stem}/{span}.{HTML}"


def find_page_of_day(pages: Sequence[CalendarPage], day: str) -> CalendarPage | None:
    """Return the page with the stories of `day` or, if it has none, of the last day before."""
    fitting = [page for page in pages if not page.parts and page.days[0] <= day]
    return fitting[-1] if fitting else None


def find_last_month(pages: Sequence[CalendarPage], month: str) -> str:
    """Return the span of the page of `month` or, if it has none, of the last month before with one;
    "" for none."""
    spans = (page.span for page in pages if len(page.span) == MONTH and page.span <= month)
    return max(spans, default="")


def find_page_of_month(pages: Sequence[CalendarPage], month: str) -> str:
    """Return the span of the page that has the stories of `month`: the month or its year; "" for
    none."""
    spans = {page.span for page in pages}
    for span in (month, month[:YEAR]):
        if span in spans:
            return span
    return ""


def _plan_span(
    stem: str, days: Days, inside: Sequence[str], levels: Sequence[int], above: str, by_day: bool
) -> list[CalendarPage]:
    level, *deeper = levels
    span = inside[0][:level]
    count = sum(days[day][0] for day in inside)
    made_of = ";".join(f"{day}={days[day][0]},{days[day][1]}" for day in inside)
    page = CalendarPage(
        name=file_name(stem, span),
        span=span,
        days=tuple(inside),
        count=count,
        fingerprint=made_of,
        above=above,
    )
    if not deeper or (count <= PAGE and not by_day):
        return [page]
    below = [list(group) for _, group in groupby(inside, key=lambda day: day[: deeper[0]])]
    parts = tuple((part[0][: deeper[0]], sum(days[day][0] for day in part)) for part in below)
    lower = [page for part in below for page in _plan_span(stem, days, part, deeper, span, by_day)]
    return [
        replace(page, parts=parts, fingerprint=repr(parts) if level == YEAR else made_of),
        *lower,
    ]


def list_weeks(month: str, days: Mapping[str, int]) -> list[list[tuple[str, int]]]:
    """Return the weeks, from Monday, of a month ("2026-11"): (day, number of stories); ("", 0)
    outside the month."""
    first = date.fromisoformat(f"{month}-01")
    start = first - timedelta(days=first.weekday())
    names = [str(start + timedelta(days=n)) for n in range(_CELLS)]
    cells = [(name, days.get(name, 0)) if name.startswith(month) else ("", 0) for name in names]
    rows = [cells[at : at + 7] for at in range(0, _CELLS, 7)]
    return [week for week in rows if any(name for name, _ in week)]


def _finish_page(page: CalendarPage, made_with: str, previous: str, following: str) -> CalendarPage:
    parts = (_FORM, made_with, page.fingerprint, previous, following)
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
    return replace(page, previous=previous, following=following, fingerprint=digest)
