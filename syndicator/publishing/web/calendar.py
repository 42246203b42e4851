"""Plan the pages of a feed's older stories: by year, month or day of publication. Pure.

A year with at most 100 stories (`PAGE`) has one page with all of them. The page of a larger year
only lists its months, and the page of a month with more than 100 stories lists its days, each with
a page. So a page never moves to another address."""

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

PAGE: Final = 100  # stories on a page: some 30 KB as gzip, and as many as a person skims
STORIES: Final = 60  # stories on the main page of a feed: under 60 KB as gzip
_PAGE_VERSION: Final = "1"  # increase when these pages change
_DAYS_OF_WEEK: Final = 7  # days
_DAYS_OF_SIX_WEEKS: Final = 42  # a month touches at most six weeks
# Lengths of these prefixes of "2026-11-26".
YEAR: Final = 4
MONTH: Final = 7
DAY: Final = 10
_FINGERPRINT_DIGITS: Final = 32  # of a fingerprint

Days = Mapping[str, tuple[int, str]]  # by day: number of stories and their fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """A page of older stories. `name`: of its file; `span`: the time that it covers, "2026",
    "2026-11" or "2026-11-26"; `days`: the days of this time that have stories, ascending; `count`:
    number of stories; `parts`: the spans that the page lists, each with its number of stories; a
    page without parts shows the stories themselves; `previous`, `following`: the spans of the
    nearest pages with stories, "" for none; `above`: the span of the page that lists this one, ""
    for a year."""

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
    """Return True if the feed has calendar pages, which show its older stories by year, month and
    day. It has them if it has HTML pages and archives, and is of an axis (kind of feeds) that has
    archives by default. `archives`: the setting `publish.archives`."""
    if not archives or spec.older is Older.NONE:
        return False
    return AXES[spec.key.axis].archived and HTML in spec.formats


def plan_feed_calendar(spec: FeedSpec, days: Days, other_input: str) -> list[CalendarPage]:
    """Return the pages of a feed's older stories. The feed of everything has a page for each day,
    however few stories it has. `days`: by day, number and fingerprint of its stories;
    `other_input`: a fingerprint of all other input of the pages."""
    return plan_calendar(paths.get_stem(spec.key), days, other_input, by_day=spec.key == ALL)


def plan_calendar(
    stem: str, days: Days, other_input: str, *, by_day: bool = False
) -> list[CalendarPage]:
    """Return the plan of a feed's calendar pages, oldest first: the pages of its older stories by
    year, month or day. A page that only lists others comes before them. A page with stories links
    the one before and the one after it. `stem`: path of the feed, such as "tags/ai"; `days`: day
    ("2026-11-26") -> (number of its stories, their fingerprint); `other_input`: a fingerprint of
    all other input; `by_day`: True to give each day a page, however few stories it has."""
    pages: list[CalendarPage] = []
    for _, days_of_year in groupby(sorted(days), key=lambda day: day[:YEAR]):
        pages += _plan_span(stem, days, list(days_of_year), (YEAR, MONTH, DAY), "", by_day=by_day)
    # A page without parts shows stories. Link each of these to the next and to the previous one.
    spans_with_stories = [page.span for page in pages if not page.parts]
    following_spans = dict(pairwise(spans_with_stories))
    previous_spans = {following: span for span, following in following_spans.items()}
    linked_pages: list[CalendarPage] = []
    for page in pages:
        previous = previous_spans.get(page.span, "")
        following = following_spans.get(page.span, "")
        linked_pages.append(_finish_page(page, other_input, previous, following))
    return linked_pages


def file_name(stem: str, span: str) -> str:
    """Return the file name of the calendar page of a span, such as archive/tags/ai/2026-11.html.
    `stem`: the path of its feed."""
    return f"{paths.ARCHIVES}{stem}/{span}.{HTML}"


def find_page_of_day(pages: Sequence[CalendarPage], day: str) -> CalendarPage | None:
    """Return the page that shows the stories of `day` or, if that day has none, those of the last
    day before it with stories; None if there is no such page. `pages`: oldest first."""
    candidates = [page for page in pages if not page.parts and page.days[0] <= day]
    return candidates[-1] if candidates else None


def find_last_month(pages: Sequence[CalendarPage], month: str) -> str:
    """Return the last month, up to `month` ("2026-11"), that has a page among the calendar pages of
    a feed; "" if no such month has a page."""
    months = [page.span for page in pages if len(page.span) == MONTH]
    months_so_far = [span for span in months if span <= month]
    return max(months_so_far, default="")


def find_page_of_month(pages: Sequence[CalendarPage], month: str) -> str:
    """Return the time covered by the calendar page that has the stories of a month: the month
    itself ("2026-11") or, if it has no page, its year ("2026"); "" if neither has a page. `pages`:
    the calendar pages of a feed."""
    spans = {page.span for page in pages}
    for span in (month, month[:YEAR]):
        if span in spans:
            return span
    return ""


def _plan_span(
    stem: str,
    days: Days,
    days_of_span: Sequence[str],
    span_lengths: Sequence[int],
    above: str,
    *,
    by_day: bool,
) -> list[CalendarPage]:
    """Return the calendar page of a span of time: a year, month or day. If the span has too many
    stories for one page, its page lists its parts, and the pages of the parts follow in the result.
    Recursive. `stem`: path of the feed; `days`: each day of the feed -> (number of its stories,
    their fingerprint); `days_of_span`: the days of this span with stories; `span_lengths`: of the
    names of this span ("2026": 4), its parts, and their parts; `above`: the span that contains this
    one, "" for a year; `by_day`: True to give each day a page, however few stories there are."""
    span_length, *lengths_of_parts = span_lengths
    span = days_of_span[0][:span_length]
    count = _count_stories(days, days_of_span)
    day_fingerprints: list[str] = []
    for day in days_of_span:
        count_of_day, fingerprint_of_day = days[day]
        day_fingerprints.append(f"{day}={count_of_day},{fingerprint_of_day}")
    fingerprint = ";".join(day_fingerprints)
    page = CalendarPage(
        name=file_name(stem, span),
        span=span,
        days=tuple(days_of_span),
        count=count,
        fingerprint=fingerprint,
        above=above,
    )
    is_day = not lengths_of_parts
    is_small = count <= PAGE and not by_day
    if is_day or is_small:  # one page for all stories
        return [page]

    length_of_part = lengths_of_parts[0]
    parts: list[tuple[str, int]] = []
    pages_of_parts: list[CalendarPage] = []
    for part, days_of_part in groupby(days_of_span, key=lambda day: day[:length_of_part]):
        part_days = list(days_of_part)
        parts.append((part, _count_stories(days, part_days)))
        pages_of_parts += _plan_span(stem, days, part_days, lengths_of_parts, span, by_day=by_day)
    if span_length == YEAR:
        fingerprint = repr(tuple(parts))  # the page of a year shows no stories
    return [replace(page, parts=tuple(parts), fingerprint=fingerprint), *pages_of_parts]


def _count_stories(days: Days, selected_days: Sequence[str]) -> int:
    """Return the number of stories of the selected days together."""
    return sum(days[day][0] for day in selected_days)


def list_weeks(month: str, days: Mapping[str, int]) -> list[list[tuple[str, int]]]:
    """Return the weeks of a month ("2026-11"), as a calendar shows them. A week is a list of seven
    days from Monday, each as (day, number of stories); a day of another month is ("", 0). `days`:
    day ("2026-11-26") -> number of stories, without days that have none."""
    first = date.fromisoformat(f"{month}-01")
    first_monday = first - timedelta(days=first.weekday())
    cells: list[tuple[str, int]] = []
    for days_after_monday in range(_DAYS_OF_SIX_WEEKS):
        day = str(first_monday + timedelta(days=days_after_monday))
        if day.startswith(month):
            cells.append((day, days.get(day, 0)))
        else:
            cells.append(("", 0))
    weeks = [
        cells[start : start + _DAYS_OF_WEEK]
        for start in range(0, _DAYS_OF_SIX_WEEKS, _DAYS_OF_WEEK)
    ]
    # most months touch fewer than six weeks: drop weeks without a day of the month
    return [week for week in weeks if any(day for day, _ in week)]


def _finish_page(
    page: CalendarPage, other_input: str, previous: str, following: str
) -> CalendarPage:
    """Return a calendar page, completed: with the spans of the pages before and after it, which it
    links, and with its final fingerprint, which covers these spans, too. `previous`, `following`:
    the spans, such as "2026-11", "" for none; `other_input`: a fingerprint of all input besides the
    stories."""
    parts = (_PAGE_VERSION, other_input, page.fingerprint, previous, following)
    text = "\n".join(parts)
    whole_digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    digest = whole_digest[:_FINGERPRINT_DIGITS]
    return replace(page, previous=previous, following=following, fingerprint=digest)
