"""Plan the pages of a feed's older stories: by year, month or day of publication. Pure.

A year has one page while it has at most `PAGE` stories; beyond that, its page lists its months, and
a month with more lists its days. So each page keeps its address."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Final

from syndicator.configuration.settings import Archives
from syndicator.core.axes import ALL, AXES
from syndicator.core.formats import PAGE as HTML
from syndicator.core.model import FeedSpec, Older
from syndicator.publishing import paths

PAGE: Final = 100  # stories: some 30 KB as gzip, and as many as a person skims
STORIES: Final = 60  # on a feed's page: under 60 KB as gzip
_FORM: Final = "1"  # increase when these pages change
_WEEK: Final = 7  # days
_CELLS: Final = 42  # days in a month of a calendar: six weeks
# Lengths of these prefixes of "2026-11-26".
YEAR: Final = 4
MONTH: Final = 7
DAY: Final = 10
_DIGITS: Final = 32  # of a fingerprint

Days = Mapping[str, tuple[int, str]]  # by day: number of stories and their fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """A calendar page. `span`: its time, "2026", "2026-11" or "2026-11-26"; `days`: those with
    stories, ascending; `parts`: the spans that the page lists, each with its number of stories; a
    page without parts shows the stories of its days; `previous`, `following`: the nearest spans
    with pages; `above`: the span whose page lists this one."""

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


def plan_feed_calendar(spec: FeedSpec, days: Days, other_input: str) -> list[CalendarPage]:
    """Return the pages of a feed's older stories, as `plan_calendar` does. The feed of everything
    has one for each day."""
    return plan_calendar(paths.stem(spec.key), days, other_input, by_day=spec.key == ALL)


def plan_calendar(
    stem: str, days: Days, other_input: str, *, by_day: bool = False
) -> list[CalendarPage]:
    """Return the pages of the feed at `stem`, oldest first, a list before its parts. `by_day`: give
    each day a page, however few its stories; `other_input`: a fingerprint of all other input."""
    pages: list[CalendarPage] = []
    for _, days_of_year in groupby(sorted(days), key=lambda day: day[:YEAR]):
        pages += _plan_span(stem, days, list(days_of_year), (YEAR, MONTH, DAY), "", by_day=by_day)
    spans = [page.span for page in pages if not page.parts]
    previous_of = {span: previous for previous, span in pairwise(spans)}
    following_of = dict(pairwise(spans))
    return [
        _finish_page(
            page, other_input, previous_of.get(page.span, ""), following_of.get(page.span, "")
        )
        for page in pages
    ]


def file_name(stem: str, span: str) -> str:
    """Return the name of the calendar page of a span. `stem`: the path of its feed."""
    return f"{paths.ARCHIVES}{stem}/{span}.{HTML}"


def find_page_of_day(pages: Sequence[CalendarPage], day: str) -> CalendarPage | None:
    """Return the page with the stories of `day` or, if it has none, of the last day before; None
    without one."""
    candidates = [page for page in pages if not page.parts and page.days[0] <= day]
    return candidates[-1] if candidates else None


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
    stem: str,
    days: Days,
    days_of_span: Sequence[str],
    levels: Sequence[int],
    above: str,
    *,
    by_day: bool,
) -> list[CalendarPage]:
    """Return the page of a span and, if it has too many stories, those of its parts. `levels`: the
    lengths of its name and of the names of its parts; `above`: the span that contains it."""
    level, *lower_levels = levels
    span = days_of_span[0][:level]
    count = _count_stories(days, days_of_span)
    fingerprint = ";".join(f"{day}={days[day][0]},{days[day][1]}" for day in days_of_span)
    page = CalendarPage(
        name=file_name(stem, span),
        span=span,
        days=tuple(days_of_span),
        count=count,
        fingerprint=fingerprint,
        above=above,
    )
    is_small = count <= PAGE and not by_day
    if not lower_levels or is_small:
        return [page]
    parts: list[tuple[str, int]] = []
    lower_pages: list[CalendarPage] = []
    for part, days_of_part in groupby(days_of_span, key=lambda day: day[: lower_levels[0]]):
        part_days = list(days_of_part)
        parts.append((part, _count_stories(days, part_days)))
        lower_pages += _plan_span(stem, days, part_days, lower_levels, span, by_day=by_day)
    if level == YEAR:
        fingerprint = repr(tuple(parts))  # the page of a year shows no stories
    return [replace(page, parts=tuple(parts), fingerprint=fingerprint), *lower_pages]


def _count_stories(days: Days, selected: Sequence[str]) -> int:
    return sum(days[day][0] for day in selected)


def list_weeks(month: str, days: Mapping[str, int]) -> list[list[tuple[str, int]]]:
    """Return the weeks, from Monday, of a month ("2026-11"). A week has a (day, number of stories)
    for each day, ("", 0) for a day outside the month. `days`: the numbers of stories."""
    first = date.fromisoformat(f"{month}-01")
    monday = first - timedelta(days=first.weekday())
    cells: list[tuple[str, int]] = []
    for number in range(_CELLS):
        day = str(monday + timedelta(days=number))
        cells.append((day, days.get(day, 0)) if day.startswith(month) else ("", 0))
    weeks = [cells[start : start + _WEEK] for start in range(0, _CELLS, _WEEK)]
    return [week for week in weeks if any(day for day, _ in week)]


def _finish_page(
    page: CalendarPage, other_input: str, previous: str, following: str
) -> CalendarPage:
    """Return a page with links to the pages before and after it, which its fingerprint includes."""
    parts = (_FORM, other_input, page.fingerprint, previous, following)
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:_DIGITS]
    return replace(page, previous=previous, following=following, fingerprint=digest)
