"""Clean the id, title, authors and links of feed entries; parse their dates as UTC. Pure."""

import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from html import unescape
from zoneinfo import ZoneInfo

from syndicator.core import text, urls

# Markup that titles contain; anything else in angle brackets is text ("List<String>").
_TAG = re.compile(
    r"</?(?:a|abbr|b|bdi|big|br|cite|code|del|div|em|font|h[1-6]|i|img|ins|kbd|mark|nobr|p|q|s|small|span|strike|strong|"
    r"sub|sup|time|tt|u|var|wbr)(?:\s[^<>]*)?/?>",
    re.I,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NOBODY = frozenset(
    {
        "",
        "admin",
        "administrator",
        "author",
        "editor",
        "unknown",
        "none",
        "n/a",
        "noreply",
        "root",
        "webmaster",
    }
)
_LONGEST_NAME = 80  # characters; longer author fields are sentences
_LONGEST_ID = 1000  # characters; a digest stands for a longer id
YEARS = range(1990, 2201)  # there was no web before; year-0001 and 1970 dates stand for "unknown"
_EPOCH_DIGITS = 10  # of Unix seconds; 13 digits are milliseconds
# of two-digit years, 70 is 1970 and 69 is 2069 (our choice; no feed is that old)
_SHORT_YEARS_FROM = 70
_MONTHS_A_YEAR = 12
_NOON = 12
_MIDNIGHT = 24
_LAST_MINUTE = 59
_DAY_DIGITS = 2
_YEAR_DIGITS = 4
_ABBREVIATION = 3
_NUMBERS = 2  # of a date whose month is a name: day and year
_NEAR = 2  # words between a month's name and its day: "24 Nov", "November the 24th"
_LONGEST = 100  # characters that are looked at
# Month names, whole and abbreviated, in the languages that feeds are written in.
_MONTHS = {
    1: "jan janv ene enero gen gennaio januar januari janeiro янв",
    2: "feb fev fevr fév févr februar februari febrero febbraio fevereiro фев",
    3: "mar mars mär maerz märz mrt maart marzo março marco мар",
    4: "apr avr avril abr abril aprile april апр",
    5: "may mai mag mei maj mayo maggio maio май мая",
    6: "jun juin juni juin giu junio giugno junho июн",
    7: "jul juil juillet juli lug julio luglio julho июл",
    8: "aug aout août ago agosto augustus авг",
    9: "sep sept set septembre septiembre settembre setembro сен",
    10: "oct okt ott octobre octubre ottobre outubro oktober окт",
    11: "nov novembre noviembre novembro ноя",
    12: "dec déc dez dic des decembre décembre diciembre dicembre dezembro dezember december дек",
}
_MONTH = {name: number for number, words in _MONTHS.items() for name in words.split()}
# Zones of RFC 822 without the military letters, and others that feeds use, in hours from UTC.
_ZONES = {
    "utc": 0,
    "gmt": 0,
    "ut": 0,
    "z": 0,
    "wet": 0,
    "at": -4,
    "ast": -4,
    "adt": -3,
    "et": -5,
    "est": -5,
    "edt": -4,
    "ct": -6,
    "cst": -6,
    "cdt": -5,
    "mt": -7,
    "mst": -7,
    "mdt": -6,
    "pt": -8,
    "pst": -8,
    "pdt": -7,
    "akst": -9,
    "akdt": -8,
    "hst": -10,
    "bst": 1,
    "cet": 1,
    "met": 1,
    "cest": 2,
    "mest": 2,
    "eet": 2,
    "eest": 3,
    "msk": 3,
    "jst": 9,
    "kst": 9,
    "aest": 10,
    "aedt": 11,
}
_ISO = re.compile(
    r"(?P<y>\d{4})(?:[-/.](?P<m>\d{1,2})(?:[-/.](?P<d>\d{1,2}))?|(?P<cm>\d{2})(?P<cd>\d{2}))?"
    r"(?:[Tt ]+(?P<H>\d{1,2}):?(?P<M>\d{2})(?::?(?P<S>\d{2})(?:[.,]\d+)?)?)?\s*(?P<rest>.*)",
    re.S,
)
# RFC 822 as most feeds have it; `_words` reads the rest.
_USUAL = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d\d?) ([A-Z][a-z][a-z]) (\d{4}) "
    r"(\d\d):(\d\d):(\d\d) ([A-Z]{1,4}|[+-]\d{4})",
    re.A,
)
_HALF = r"([ap])\.?m\b\.?"
_CLOCK = re.compile(
    rf"(\d{{1,2}}):(\d{{1,2}})(?::(\d{{1,2}}))?(?:[.:]\d+)?\s*(?:{_HALF})?|(\d{{1,2}})\s*{_HALF}",
    re.I,
)
_OFFSET = re.compile(r"(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})?\b", re.I)
_NUMERIC = re.compile(r"\b(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})\b")


def one_line(value: str, *, markup: bool = True) -> str:
    """Return `value` as one line of plain text. `markup`: remove tags and decode entities."""
    if markup and ("<" in value or "&" in value):
        # decode twice if an entity is left: &amp;#8217; is common
        once = unescape(_TAG.sub(_gap, value))
        value = (
            unescape(once)
            if re.search(r"&(#\d{2,6}|#x[0-9a-f]{2,5}|[a-z]{2,8});", once, re.I)
            else once
        )
        if "<" in value:
            value = _TAG.sub(_gap, value)
    return text.line(value)


def _gap(match: re.Match[str]) -> str:
    return " " if re.match(r"</?(br|p|div|h\d|img)\b", match[0], re.I) else ""


@lru_cache(maxsize=256)  # most entries of a feed have the same authors
def names(*values: str) -> tuple[str, ...]:
    """Return the distinct names in author fields, without e-mail addresses, "By" and placeholders
    such as "admin"."""
    people: dict[str, None] = {}
    for value in values:
        for name in _people(one_line(value)):
            if (
                name.lower() not in _NOBODY
                and len(name) <= _LONGEST_NAME
                and not name.startswith(("http:", "https:"))
            ):
                people.setdefault(name)
    return tuple(people)


def _people(value: str) -> list[str]:
    shown = re.fullmatch(r"\S+@\S+\s*\((.+)\)", value)  # RSS 2.0: jane@example.com (Jane Doe)
    value = shown[1] if shown else _EMAIL.sub("", value)
    value = re.sub(
        r"^\s*by[:\s]\s*", "", value.replace("<>", "").replace("()", ""), flags=re.I
    ).strip(" ,;|-")
    pieces = re.split(r"\s*;\s*|\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+", value)
    whole = [piece for piece in pieces if piece]
    # "Doe, Jane" is one name: a list is split only where every piece has a first and a last name
    return whole if len(whole) > 1 and all(" " in piece for piece in whole) else [value]


def resolve(base: str, reference: str) -> str:
    """Return `reference` as an absolute http(s) URL, or ""."""
    reference = reference.strip()
    return (urls.absolute(base, reference) or "") if reference else ""


def entry_id(own_id: str, link: str, title: str, content: str) -> str:
    """Return `own_id`, else the link, else a digest of title and content."""
    own_id = text.line(own_id)
    if own_id:
        return own_id if len(own_id) <= _LONGEST_ID else _digest(own_id)
    return link or _digest(f"{title}\x1f{content}")


def _digest(value: str) -> str:
    return "sha256:" + hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:32]


@lru_cache(maxsize=1024)  # callers test a date before they parse it
def parse_date(value: str) -> datetime | None:
    """Parse a date as aware UTC; None if it is no date or outside 1990 to 2200. Reads RFC 822 with
    common misspellings, ISO 8601, W3CDTF, Unix seconds, and month names in ten languages."""
    value = " ".join(value.split())[:_LONGEST]
    if not value or not any(character.isdigit() for character in value):
        return None
    try:
        parsed = _usual(value) or _epoch(value) or _iso(value) or _words(value)
        parsed = None if parsed is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return parsed if parsed is not None and parsed.year in YEARS else None


def _usual(value: str) -> datetime | None:
    match = _USUAL.fullmatch(value)
    month = _MONTH.get(match[2].lower()) if match else None
    if match is None or month is None:
        return None
    day = datetime(int(match[3]), month, int(match[1]), tzinfo=UTC)
    return _at(day, int(match[4]), int(match[5]), int(match[6]), match[7])


def _epoch(value: str) -> datetime | None:
    if not re.fullmatch(r"\d{9,10}(\d{3})?", value):
        return None
    return datetime.fromtimestamp(int(value) / (1000 if len(value) > _EPOCH_DIGITS else 1), UTC)


def _iso(value: str) -> datetime | None:
    match = _ISO.fullmatch(value)
    if match is None or (match["m"] is None and match["cm"] is None and match["rest"]):
        return None
    day = datetime(
        int(match["y"]),
        int(match["m"] or match["cm"] or 1),
        int(match["d"] or match["cd"] or 1),
        tzinfo=UTC,
    )
    hour, minute, second = (int(match[name] or 0) for name in "HMS")
    return _at(day, hour, minute, second, match["rest"])


def _words(value: str) -> datetime | None:
    clock = _CLOCK.search(value)
    hour, minute, second = _time(clock)
    rest = value if clock is None else value[: clock.start()] + " " + value[clock.end() :]
    zone = value[clock.end() :] if clock else ""
    day = _numeric(rest) or _named(rest)
    return None if day is None else _at(day, hour, minute, second, zone)


def _named(value: str) -> datetime | None:
    words = re.findall(r"[^\W\d_]+|\d+", value)
    months = [index for index, word in enumerate(words) if _month(word)]
    numbers = [(index, word) for index, word in enumerate(words) if word.isdigit()]
    if not months or len(numbers) < _NUMBERS:
        return None
    month = _month(words[months[0]])
    days = [
        (index, word)
        for index, word in numbers
        if len(word) <= _DAY_DIGITS and abs(index - months[0]) <= _NEAR
    ]
    if not days or month is None:
        return None
    day = days[0]
    year = next((word for index, word in numbers if index != day[0] and len(word) in (2, 4)), None)
    return None if year is None else datetime(_year(year), month, int(day[1]), tzinfo=UTC)


def _numeric(value: str) -> datetime | None:
    match = _NUMERIC.search(value)
    if match is None:
        return None
    first = int(match[1])
    second = int(match[3])
    year = _year(match[4])
    # 03/30/2020 is American; dots and dashes are not
    american = match[2] == "/" and first <= _MONTHS_A_YEAR
    month, day = (first, second) if american or second > _MONTHS_A_YEAR else (second, first)
    return datetime(year, month, day, tzinfo=UTC)


def _month(word: str) -> int | None:
    word = word.lower()
    return _MONTH.get(word) or (_MONTH.get(word[:3]) if len(word) > _ABBREVIATION else None)


def _year(digits: str) -> int:
    number = int(digits)
    return (
        number
        if len(digits) == _YEAR_DIGITS
        else number + (2000 if number < _SHORT_YEARS_FROM else 1900)
    )


def _time(match: re.Match[str] | None) -> tuple[int, int, int]:
    if match is None:
        return 0, 0, 0
    hour = int(match[1] or match[5])
    minute = int(match[2] or 0)
    second = int(match[3] or 0)
    half = (match[4] or match[6] or "").lower()
    if half and hour <= _NOON:
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    return hour, minute, second


def _at(day: datetime, hour: int, minute: int, second: int, zone: str) -> datetime:
    # 24:00 and leap seconds roll over
    moment = day.replace(tzinfo=_zone(zone.strip())) + timedelta(
        hours=hour, minutes=minute, seconds=min(second, 60)
    )
    if hour > _MIDNIGHT or minute > _LAST_MINUTE:
        raise ValueError("not a time of day")
    return moment


@lru_cache(maxsize=64)
def _zone(text: str) -> tzinfo:
    offset = _OFFSET.match(text)
    if offset:
        size = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(size if offset[1] == "+" else -size) if size < timedelta(hours=24) else UTC
    word = re.match(r"[A-Za-z_]+(?:/[A-Za-z_]+)?", text)
    if word is None:
        return UTC
    if "/" in word[0]:
        try:
            return ZoneInfo(word[0])
        except (LookupError, ValueError, OSError):
            return UTC
    return timezone(timedelta(hours=_ZONES.get(word[0].lower(), 0)))
