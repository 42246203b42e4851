"""Dates as people and machines write them. Pure.

A date without a time becomes midnight, one without a zone counts as UTC: so the day stays the one that was written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import cache
from importlib import resources

_MACHINE = re.compile(
    r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"
    r"(?:(?:[T,]|\s){1,3}(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?\s?(Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?)?"
)
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?\s?(Z|[+-]\d\d:?\d\d)?)?$")
_EPOCH = re.compile(r"^1\d{9}(?:\d{3})?(?:\.\d{1,6})?$")
_CJK = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d\d)(?![\d/]|[.-]\d)")
_CLOCK = re.compile(r"\b(\d{1,2}):(\d\d)(?!\d|[./])\s?([ap]\.?m\b)?", re.I)
_LONGEST = 300  # characters looked at
_TWO_DIGITS = 100  # years below it are of this century
_HOURS, _MINUTES = 24, 60


@dataclass(frozen=True, slots=True)
class Names:
    """The names of months, compiled, and their numbers; the words that stand before dates."""

    day_first: re.Pattern[str]
    month_first: re.Pattern[str]
    numbers: dict[str, int]
    first: re.Pattern[str]  # words of a sentence that tells when a text first appeared
    published: re.Pattern[str]
    updated: re.Pattern[str]
    joined: re.Pattern[str]  # words before the day on which a user of a forum joined


@cache
def names() -> Names:
    """The words of months.toml, read once."""
    data = tomllib.loads(resources.files("syndicator.reading").joinpath("data/months.toml").read_text("utf-8"))
    labels = data.pop("labels")
    numbers = {
        form: number for months in data.values() for number, forms in enumerate(months, 1) for form in forms.split("|")
    }
    month = "|".join(re.escape(form) for form in sorted(numbers, key=lambda form: (-len(form), form)))
    return Names(
        day_first=re.compile(
            rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.|,)?[\s-]{{0,2}}(?:de\s|of\s)?({month})\b\.?,?[\s-]{{0,2}}(?:de\s|del\s)?(\d{{4}}|'?\d\d(?!\d|:))(?!\d)",
            re.I,
        ),
        month_first=re.compile(
            rf"(?<!\w)({month})\.?\s{{0,2}}(\d{{1,2}})(?:st|nd|rd|th|\.)?,?\s{{1,2}}(\d{{4}})(?!\d)", re.I
        ),
        numbers=numbers,
        first=_labels(labels["first"]),
        published=_labels(labels["published"]),
        updated=_labels(labels["updated"]),
        joined=_labels(labels["joined"]),
    )


def _labels(values: list[str]) -> re.Pattern[str]:
    return re.compile(r"(?:^|[^\w])(?:" + "|".join(re.escape(value) for value in values) + r")(?![a-z])", re.I)


def parse(value: str) -> datetime | None:
    """A date as machines write it (ISO 8601 and its kin, RFC 5322, epoch seconds), or as people do."""
    value = value.strip()[:_LONGEST]
    found = _MACHINE.search(value) or _COMPACT.match(value)
    if found:
        return _moment(*found.groups())
    if _EPOCH.match(value):
        return datetime.fromtimestamp(float(value[:10]), UTC)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return next(days(value), None)
    return _in_utc(when) if when.tzinfo else when.replace(tzinfo=UTC)


def days(value: str, *, month_first: bool = False) -> Iterator[datetime]:
    """The dates that people wrote in `value`, in no order; `month_first`: 3/4/2021 is the 4th of March."""
    value = value[:_LONGEST]
    if not any(char.isdigit() for char in value):
        return
    yield from (when for found in _MACHINE.finditer(value) if (when := _moment(*found.groups())))
    yield from (when for found in _CJK.finditer(value) if (when := _day(found[1], found[2], found[3], value)))
    for found in names().day_first.finditer(value):
        if when := _day(found[3], str(names().numbers[found[2].casefold()]), found[1], value):
            yield when
    for found in names().month_first.finditer(value):
        if when := _day(found[3], str(names().numbers[found[1].casefold()]), found[2], value):
            yield when
    for found in _NUMERIC.finditer(value):
        first, second = (found[3], found[1]) if not (month_first and found[2] == "/") else (found[1], found[3])
        if when := _day(found[4], first, second, value) or _day(found[4], second, first, value):
            yield when


def _day(year: str, month: str, day: str, around: str) -> datetime | None:
    """That day, at the only time of day that stands in `around`."""
    try:
        number = int(year.lstrip("'"))
        when = datetime(number + 2000 if number < _TWO_DIGITS else number, int(month), int(day), tzinfo=UTC)
    except ValueError:
        return None
    clocks = _CLOCK.findall(around)
    if len(clocks) == 1 and int(clocks[0][0]) < _HOURS and int(clocks[0][1]) < _MINUTES:
        hour = int(clocks[0][0]) % 12 + 12 if clocks[0][2][:1].lower() == "p" else int(clocks[0][0])
        when += timedelta(hours=hour, minutes=int(clocks[0][1]))
    return when


def _moment(
    year: str, month: str, day: str, hour: str | None, minute: str | None, second: str | None, zone: str | None
) -> datetime | None:
    try:
        return _in_utc(
            datetime(
                int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=_zone(zone)
            )
        )
    except ValueError:
        return None


def _in_utc(when: datetime) -> datetime | None:
    """The moment, None where UTC has none such: a page may write the last second of the year 9999 and a zone behind."""
    try:
        when.astimezone(UTC)
    except OverflowError:
        return None
    return when


def _zone(value: str | None) -> timezone:
    if not value or value[0] not in "+-":
        return UTC
    sign = -1 if value[0] == "-" else 1
    digits = value[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:4] or 0)))
