"""The date that readers see beside the headline: time elements, elements called date, lines with a day in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from syndicator.core import urls
from syndicator.reading.html.document import Document
from syndicator.reading.metadata import date_text
from syndicator.reading.metadata.survey import Spot, Survey

_CLASS = re.compile(r"date|time|publi|posted|datum|fecha|pubdate|meta|byline|created", re.I)
_UPDATED = re.compile(r"updat|modif|revis", re.I)
NEAR = 1_200  # characters after the headline in which the date of the article stands
_BEFORE = 500  # and before it
_LINE = 120  # characters of a line that can be a date's
_MOST_ELEMENTS = 20_000
_MOST_CHILDREN = 40  # of an element whose texts are read
_SENTENCE = 400  # characters in which a note tells when a text first appeared
_SHORT = 40  # characters of a line that holds little more than a date, and of what follows "first published"
_ONLY = 25  # characters of a line that is a date and no more
_DATE_WORDS = 3  # words of two letters and more in such a line
_DATE_ALONE = 2  # briefness of such a line
_WORD = re.compile(r"[^\W\d_]{2,}")
_DIGIT = re.compile(r"\d")
_SURE = re.compile(r"publish|entry-date|post-date|pubdate", re.I)
_JOINED = re.compile(r"join(?:ed|-?date)|regist(?:ered|ration)|member-?since", re.I)
ENOUGH = 3  # score of a date from which it is surely the article's
_US = frozenset({"en", "en-US"})


class Day(NamedTuple):
    """A date that readers see on the page."""

    score: int  # how likely it is the article's
    distance: int  # characters between it and the headline
    when: datetime
    label: int  # by the words beside it: 1 published, -2 updated, 0 neither
    timed: bool = False  # it is the datetime of a time element


def shown_days(document: Document, seen: Survey) -> list[Day]:
    """The dates that readers see, the likeliest day of publication first; from `ENOUGH` on it is sure."""
    month_first = _is_american(document)
    least = seen.origin - _BEFORE if seen.found else 0
    spots = (spot for spot in seen.spots if spot.at >= least)
    found = [each for spot in spots for each in _days(spot, seen, month_first)]
    return sorted(found, key=lambda each: (-each.score, each.distance))


def first_published(document: Document, seen: Survey) -> datetime | None:
    """The day that a sentence such as "This was originally published on 3 May 2024" states; not that of a label."""
    month_first = _is_american(document)
    first = date_text.names().first
    for spot in seen.spots:
        own = spot.element.text
        found = first.search(own[:_SENTENCE]) if own and len(own) > _LINE // 4 else None
        if found:
            after = own[found.end() : found.end() + _SHORT]
            for when in date_text.days(after, month_first=month_first):
                return when
    return None


def anywhere(document: Document) -> datetime | None:
    """The first line of the body that is a date and no more, wherever it stands; for pages that show no other."""
    month_first = _is_american(document)
    body = next(document.tree.iter("body"), document.tree)
    for count, element in enumerate(
        body.iter("p", "div", "span", "td", "i", "em", "small", "nobr", "b", "h4", "h5", "h6")
    ):
        if count > _MOST_ELEMENTS:
            break
        for line in _lines(element):
            if _briefness(line) == _DATE_ALONE and not date_text.names().updated.search(line):
                for when in date_text.days(line, month_first=month_first):
                    return when
    return None


def _is_american(document: Document) -> bool:
    """True where 3/4/2021 is the 4th of March."""
    if document.language is None:
        return urls.host(document.url).endswith((".com", ".us", ".gov", ".edu", ".mil"))
    return document.language in _US


def _days(spot: Spot, seen: Survey, month_first: bool) -> Iterator[Day]:
    element = spot.element
    distance = spot.at - seen.origin
    place = 2 if 0 <= distance <= NEAR else (1 if -_BEFORE <= distance < 0 else 0)
    named = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"[:300]
    if element.tag == "time" and element.get("datetime"):
        when = date_text.parse(element.get("datetime"))
        label = _label(spot, named, "")
        if when:
            yield Day(place + 2 + label + (1 if _SURE.search(named) else 0), abs(distance), when, label, True)
        return
    lines = list(_lines(element)) if place else []
    marked = 1 if (lines or not place) and _CLASS.search(named) else 0
    if not place and not marked:
        return
    for line in lines if place else _lines(element):
        if _is_joining(spot, named, line):
            continue
        for when in date_text.days(line, month_first=month_first):
            label = _label(spot, named, line)
            yield Day(place + marked + _briefness(line) + label, abs(distance), when, label)


def _is_joining(spot: Spot, named: str, line: str) -> bool:
    """True for the day on which a user of a forum joined it."""
    return bool(_JOINED.search(named) or date_text.names().joined.search(f"{spot.before[-_ONLY:]} {line}"[: 2 * _ONLY]))


def _briefness(line: str) -> int:
    """_DATE_ALONE for a line that is a date and no more, 1 for a short one, 0 for others."""
    if len(line) <= _ONLY and len(_WORD.findall(line)) <= _DATE_WORDS:
        return _DATE_ALONE
    return 1 if len(line) <= _SHORT else 0


def _lines(element: Any) -> Iterator[str]:
    """The element's own texts that are short and have a digit."""
    for value in (element.text, *(child.tail for child in islice(element, _MOST_CHILDREN))):
        if value and len(value) <= 4 * _LINE:
            line = " ".join(value.split())
            if len(line) <= _LINE and _DIGIT.search(line):
                yield line


def _label(spot: Spot, named: str, line: str) -> int:
    """What the words around a date add: it was published then, or only changed."""
    words = date_text.names()
    before = f"{spot.before[-40:]} {line}"
    if (_UPDATED.search(named) and not _SURE.search(named)) or (
        words.updated.search(before) and not words.published.search(before)
    ):
        return -2
    return 1 if words.published.search(before) else 0
