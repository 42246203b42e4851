"""The older stories of a feed as pages: a year, a month or a day each. Pure.

A year stands on one page as long as it has at most `PAGE` stories; beyond that its page lists its months, and a month
that has more its days. So quiet feeds have few pages and busy ones short ones, and no address ever goes: where a page
gets too long, its parts get pages of their own and it becomes their list. Days are those of publication, in UTC."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from syndicator.core.formats import PAGE as HTML
from syndicator.publishing import paths

PAGE: Final = 100  # stories: some 30 KB as gzip, and as much as a person looks through
_FORM: Final = "1"  # to be raised when these pages are written differently
_CELLS: Final = 42  # of a month on a calendar: six weeks
YEAR, MONTH, DAY = 4, 7, 10  # letters of a date "2026-11-26" that name its year, month, day

Days = Mapping[str, tuple[int, str]]  # day -> how many stories, and a fingerprint of them


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """One page. `span`: "2026", "2026-11" or "2026-11-26". `parts`: where it is a list, the spans below it and how many
    stories each has; else it has the stories of all `days`, which are ascending. `previous`, `following`: the spans of
    the pages with stories before and after it; `above`: the list that it is in."""

    name: str
    span: str
    days: tuple[str, ...]
    count: int
    fingerprint: str
    parts: tuple[tuple[str, int], ...] = ()
    previous: str = ""
    following: str = ""
    above: str = ""


def calendar(stem: str, days: Days, made_with: str, *, by_day: bool = False) -> list[CalendarPage]:
    """The pages of the feed at `stem`, oldest first, a list before its parts. `by_day`: a page for each day, however
    few stories there are. `made_with`: the fingerprint of what else the pages are made of."""
    found: list[CalendarPage] = []
    for _, in_year in groupby(sorted(days), key=lambda day: day[:YEAR]):
        found += _spread(stem, days, list(in_year), (YEAR, MONTH, DAY), "", by_day)
    leaves = [page.span for page in found if not page.parts]
    near = {span: (leaves[at - 1] if at else "", "".join(leaves[at + 1 : at + 2])) for at, span in enumerate(leaves)}
    return [_finished(page, made_with, *near.get(page.span, ("", ""))) for page in found]


def file_name(stem: str, span: str) -> str:
    """The file of a page."""
    return f"{paths.ARCHIVES}{stem}/{span}.{HTML}"


def holding(pages: Sequence[CalendarPage], day: str) -> CalendarPage | None:
    """The page that has the stories of a day, or of the last one before it."""
    fitting = [page for page in pages if not page.parts and page.days[0] <= day]
    return fitting[-1] if fitting else None


def _spread(
    stem: str, days: Days, inside: Sequence[str], levels: Sequence[int], above: str, by_day: bool
) -> list[CalendarPage]:
    level, *deeper = levels
    span, count = inside[0][:level], sum(days[day][0] for day in inside)
    made_of = ";".join(f"{day}={days[day][0]},{days[day][1]}" for day in inside)
    page = CalendarPage(
        name=file_name(stem, span), span=span, days=tuple(inside), count=count, fingerprint=made_of, above=above
    )
    if not deeper or (count <= PAGE and not by_day):
        return [page]
    below = [list(found) for _, found in groupby(inside, key=lambda day: day[: deeper[0]])]
    parts = tuple((part[0][: deeper[0]], sum(days[day][0] for day in part)) for part in below)
    lower = [found for part in below for found in _spread(stem, days, part, deeper, span, by_day)]
    return [replace(page, parts=parts, fingerprint=repr(parts) if level == YEAR else made_of), *lower]


def weeks(month: str, days: Mapping[str, int]) -> list[list[tuple[str, int]]]:
    """A month "2026-11" as weeks from Monday on, each day with how many stories it has; "" for one of another month."""
    first = date.fromisoformat(f"{month}-01")
    start = first - timedelta(days=first.weekday())
    names = [str(start + timedelta(days=n)) for n in range(_CELLS)]
    cells = [(name, days.get(name, 0)) if name.startswith(month) else ("", 0) for name in names]
    found = [cells[at : at + 7] for at in range(0, _CELLS, 7)]
    return [week for week in found if any(name for name, _ in week)]


def _finished(page: CalendarPage, made_with: str, previous: str, following: str) -> CalendarPage:
    parts = (_FORM, made_with, page.fingerprint, previous, following)
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
    return replace(page, previous=previous, following=following, fingerprint=digest)


STORIES: Final = 60  # a page that loads at once (under 60 KB as gzip) and is read in one sitting
