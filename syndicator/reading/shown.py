"""The date that readers see beside the headline: time elements, elements called date, lines with a day in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from syndicator.reading import datetext
from syndicator.reading.page import Page
from syndicator.reading.survey import Spot, Survey

_CLASS = re.compile(r"date|time|publi|posted|datum|fecha|pubdate|meta|byline|created", re.I)
_UPDATED = re.compile(r"updat|modif|revis", re.I)
_NEAR = 1_200  # characters after the headline in which the date of the article stands
_BEFORE = 500  # and before it
_LINE = 120  # characters of a line that can be a date's
_ENOUGH = 3
_US = frozenset({"en", "en-US"})


class _Day(NamedTuple):
    score: int
    distance: int
    when: datetime


def day(page: Page, seen: Survey) -> datetime | None:
    """The day of publication as shown, or None when none stands where one is expected."""
    month_first = page.language is None or page.language in _US
    found = [each for spot in seen.spots for each in _days(spot, seen, month_first)]
    best = max(found, key=lambda each: (each.score, -each.distance), default=None)
    return best.when if best and best.score >= _ENOUGH else None


def _days(spot: Spot, seen: Survey, month_first: bool) -> Iterator[_Day]:
    element = spot.element
    distance = spot.at - seen.origin
    place = 2 if 0 <= distance <= _NEAR else (1 if -_BEFORE <= distance < 0 else 0)
    if element.tag == "time" and element.get("datetime"):
        when = datetext.parse(element.get("datetime"))
        if when:
            yield _Day(place + 2 + _label(spot, ""), abs(distance), when)
        return
    marked = 1 if _CLASS.search(f"{element.get('class') or ''} {element.get('id') or ''}"[:300]) else 0
    if not place and not marked:
        return
    for line in _lines(element):
        for when in datetext.days(line, month_first=month_first):
            length = 1 if len(line) <= 40 else 0
            yield _Day(place + marked + length + _label(spot, line), abs(distance), when)


def _lines(element: Any) -> Iterator[str]:
    """The element's own texts that are short and have a digit."""
    for value in (element.text, *(child.tail for child in element)):
        if value and len(value) <= 4 * _LINE:
            line = " ".join(value.split())
            if len(line) <= _LINE and any(char.isdigit() for char in line):
                yield line


def _label(spot: Spot, line: str) -> int:
    """What the words around a date add: it was published then, or only changed."""
    words = datetext.names()
    before = f"{spot.before[-40:]} {line}"
    named = f"{spot.element.get('class') or ''} {spot.element.get('itemprop') or ''}"[:300]
    if _UPDATED.search(named) or (words.updated.search(before) and not words.published.search(before)):
        return -2
    return 1 if words.published.search(before) else 0
