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
_SEPARATING_TAG = re.compile(r"</?(br|p|div|h\d|img)\b", re.I)
_ENTITY = re.compile(r"&(#\d{2,6}|#x[0-9a-f]{2,5}|[a-z]{2,8});", re.I)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ADDRESS_AND_NAME = re.compile(r"\S+@\S+\s*\((.+)\)")  # RSS 2.0: jane@example.com (Jane Doe)
_BY = re.compile(r"^\s*by[:\s]\s*", re.I)
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
_MIDNIGHT = 24  # "24:00" is the end of a day
_LAST_MINUTE = 59
_DAY_DIGITS = 2
_YEAR_DIGITS = 4
_SHORT_YEAR_DIGITS = 2
_LEAP_SECOND = 60
_ONE_DAY = timedelta(days=1)
_EPOCH = re.compile(r"\d{9,10}(\d{3})?")
_ABBREVIATION = 3
_LEAST_NUMBERS = 2  # of a date whose month is a name: day and year
_MOST_WORDS_APART = (
    2  # words from a month's name to its day: 1 in "24 Nov", 2 in "November the 24th"
)
_LONGEST_DATE = 100  # characters of a date that are read
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
# RFC 822 as most feeds have it; `_parse_words` reads the rest.
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
    """Return `value` as one line of plain text. With `markup`, `value` is HTML: its tags are
    removed and its entities are decoded. Other text in angle brackets, such as "List<String>",
    stays."""
    if markup and ("<" in value or "&" in value):
        value = unescape(_TAG.sub(_replace_tag, value))
        if _ENTITY.search(value):  # many feeds encode twice, such as &amp;#8217;
            value = unescape(value)
        if "<" in value:  # tags that were written as entities
            value = _TAG.sub(_replace_tag, value)
    return text.line(value)


def _replace_tag(match: re.Match[str]) -> str:
    """Return the text that replaces a tag: a space if the tag separates words, as <br> does, else
    ""."""
    return " " if _SEPARATING_TAG.match(match[0]) else ""


@lru_cache(maxsize=256)  # most entries of a feed have the same authors
def clean_names(*values: str) -> tuple[str, ...]:
    """Return the names of people in the author fields `values`, each name once.

    E-mail addresses and the word "By" are removed from a name. Web addresses, placeholders such as
    "admin", and texts of over 80 characters are not names, and are left out."""
    people: dict[str, None] = {}
    for value in values:
        for name in _split_names(one_line(value)):
            if name.lower() in _NOBODY or len(name) > _LONGEST_NAME:
                continue
            if not name.startswith(("http:", "https:")):
                people[name] = None
    return tuple(people)


def _split_names(value: str) -> list[str]:
    """Return the names in the author field `value`, without e-mail addresses and the word "By".
    "Ann Lee and Bob Ray" gives two names, but "Doe, Jane" gives one. If nothing is left, the result
    is [""]."""
    # the form of RSS: "jane@a.example (Jane Doe)"
    address_and_name = _ADDRESS_AND_NAME.fullmatch(value)
    without_email = address_and_name[1] if address_and_name else _EMAIL.sub("", value)
    without_brackets = without_email.replace("<>", "").replace("()", "")
    cleaned = _BY.sub("", without_brackets).strip(" ,;|-")
    pieces = re.split(r"\s*;\s*|\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+", cleaned)
    names = [piece for piece in pieces if piece]
    # "Doe, Jane" is one name: a list is split only if every piece has a first and a last name
    if len(names) > 1 and all(" " in name for name in names):
        return names
    return [cleaned]


def resolve(base: str, reference: str) -> str:
    """Return `reference` as an absolute http or https URL. If it is relative, it is resolved
    against the address `base`. Return "" if it is empty or not a web address."""
    reference = reference.strip()
    if not reference:
        return ""
    return urls.absolute(base, reference) or ""


def choose_entry_id(own_id: str, link: str, title: str, content: str) -> str:
    """Return the id of a feed entry. If the feed states one (`own_id`), it is this id, or the
    digest of an id of over 1,000 characters. Otherwise it is the link. If there is no link, it is a
    digest of title and content."""
    stated_id = text.line(own_id)
    if len(stated_id) > _LONGEST_ID:
        return _make_digest(stated_id)
    if stated_id:
        return stated_id
    return link or _make_digest(f"{title}\x1f{content}")


def _make_digest(value: str) -> str:
    return "sha256:" + hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:32]


@lru_cache(maxsize=1024)  # callers test a date before they parse it
def parse_date(value: str) -> datetime | None:
    """Return the date `value` as a time in UTC. Return None if it is not a date, or if its year is
    not in 1990 to 2200.

    These forms can be read: RFC 822 with common misspellings, ISO 8601, W3CDTF, Unix seconds or
    milliseconds, and dates with month names in ten languages. A time without a zone is in UTC."""
    line = " ".join(value.split())[:_LONGEST_DATE]
    if not any(character.isdigit() for character in line):
        return None
    try:
        parsed = _parse_usual(line) or _parse_epoch(line) or _parse_iso(line) or _parse_words(line)
        if parsed is not None:
            parsed = parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if parsed is None or parsed.year not in YEARS:
        return None
    return parsed


def _parse_usual(value: str) -> datetime | None:
    """Return a date in the usual form of RFC 822, "Tue, 24 Nov 2026 08:30:00 GMT". Return None for
    other forms. Raise ValueError for an impossible day or time."""
    match = _USUAL.fullmatch(value)
    if match is None:
        return None
    day_of_month, month_name, year, hour, minute, second, zone = match.groups()
    month = _MONTH.get(month_name.lower())
    if month is None:
        return None
    day = datetime(int(year), month, int(day_of_month), tzinfo=UTC)
    return _add_time(day, int(hour), int(minute), int(second), zone)


def _parse_epoch(value: str) -> datetime | None:
    """Return a date in Unix seconds (9 or 10 digits) or milliseconds (3 more digits). Return None
    for other forms."""
    if not _EPOCH.fullmatch(value):
        return None
    seconds: float = int(value)
    if len(value) > _EPOCH_DIGITS:
        seconds = seconds / 1000
    return datetime.fromtimestamp(seconds, UTC)


def _parse_iso(value: str) -> datetime | None:
    """Return a date that begins with the year, such as "2026-11-24T08:30:00+01:00", "2026/11" or
    "20261124". A missing month or day is the first one. Return None for other forms. Raise
    ValueError for an impossible day or time."""
    match = _ISO.fullmatch(value)
    if match is None:
        return None
    # groups m and d: month and day with separators, "2026-11-24"; cm and cd: without, "20261124"
    month = match["m"] or match["cm"]
    day_of_month = match["d"] or match["cd"]
    is_year_with_text = month is None and match["rest"]  # such as "2026 was a good year"
    if is_year_with_text:
        return None
    day = datetime(int(match["y"]), int(month or 1), int(day_of_month or 1), tzinfo=UTC)
    hour = int(match["H"] or 0)
    minute = int(match["M"] or 0)
    second = int(match["S"] or 0)
    return _add_time(day, hour, minute, second, match["rest"])


def _parse_words(value: str) -> datetime | None:
    """Return a date with the name of a month ("24 November 2026"), or of three numbers
    ("24.11.2026"). A time of day may follow or precede it, and a zone may follow the time. Return
    None for other forms. Raise ValueError for an impossible day or time."""
    clock = _CLOCK.search(value)
    if clock is None:
        day = _parse_numeric_day(value) or _parse_named_day(value)
        if day is None:
            return None
        return _add_time(day, 0, 0, 0, "")
    before_time = value[: clock.start()]
    after_time = value[clock.end() :]
    hour, minute, second = _read_time(clock)
    without_time = f"{before_time} {after_time}"
    day = _parse_numeric_day(without_time) or _parse_named_day(without_time)
    if day is None:
        return None
    return _add_time(day, hour, minute, second, after_time)


def _parse_named_day(value: str) -> datetime | None:
    """Return a day that has the name of a month, such as "24 November 2026" or "Nov 24, 26"; None
    for other forms. The day is the first number of one or two digits near the name. The year is the
    first other number of two or four digits."""
    words = re.findall(r"[^\W\d_]+|\d+", value)
    month_positions = [position for position, word in enumerate(words) if _find_month(word)]
    number_positions = [position for position, word in enumerate(words) if word.isdigit()]
    if not month_positions or len(number_positions) < _LEAST_NUMBERS:
        return None
    month_position = month_positions[0]
    month = _find_month(words[month_position])
    day_positions = []
    for position in number_positions:
        is_near_month = abs(position - month_position) <= _MOST_WORDS_APART
        if is_near_month and len(words[position]) <= _DAY_DIGITS:
            day_positions.append(position)
    if not day_positions or month is None:
        return None
    day_position = day_positions[0]
    for position in number_positions:
        number = words[position]
        is_year_long = len(number) in (_SHORT_YEAR_DIGITS, _YEAR_DIGITS)
        if position != day_position and is_year_long:
            return datetime(_read_year(number), month, int(words[day_position]), tzinfo=UTC)
    return None


def _parse_numeric_day(value: str) -> datetime | None:
    """Return a day of three numbers with the year at the end: "03/30/2020" is March 30, and
    "03.04.2020" is April 3. Return None for other forms."""
    match = _NUMERIC.search(value)
    if match is None:
        return None
    first_digits, separator, second_digits, year_digits = match.groups()
    first = int(first_digits)
    second = int(second_digits)
    year = _read_year(year_digits)
    # with slashes the month comes first, as in the USA; with dots and dashes the day
    is_american = separator == "/" and first <= _MONTHS_A_YEAR
    if is_american or second > _MONTHS_A_YEAR:
        return datetime(year, month=first, day=second, tzinfo=UTC)
    return datetime(year, month=second, day=first, tzinfo=UTC)


def _find_month(word: str) -> int | None:
    """Return the number of a month, 1 to 12. `word`: its name, or an abbreviation of at least three
    letters. None if `word` is no month."""
    word = word.lower()
    month = _MONTH.get(word)
    if not month and len(word) > _ABBREVIATION:
        month = _MONTH.get(word[:_ABBREVIATION])
    return month


def _read_year(digits: str) -> int:
    """Return the year that two or four digits mean. 26 is 2026, and 98 is 1998."""
    number = int(digits)
    if len(digits) == _YEAR_DIGITS:
        return number
    return number + (2000 if number < _SHORT_YEARS_FROM else 1900)


def _read_time(match: re.Match[str]) -> tuple[int, int, int]:
    """Return (hour, minute, second) of a time of day, with or without "am" or "pm". `match`: the
    match of `_CLOCK`."""
    # groups 1 to 4: hour, minute, second, "a" or "p"; 5 and 6: hour and "a" or "p", as in "8 pm"
    hour = int(match[1] or match[5])
    minute = int(match[2] or 0)
    second = int(match[3] or 0)
    half_of_day = (match[4] or match[6] or "").lower()
    if not half_of_day or hour > _NOON:  # a clock of 24 hours
        return hour, minute, second
    hour_of_half = hour % _NOON  # 12 am is 0:00, and 12 pm is 12:00
    if half_of_day == "p":
        return _NOON + hour_of_half, minute, second
    return hour_of_half, minute, second


def _add_time(day: datetime, hour: int, minute: int, second: int, zone: str) -> datetime:
    """Return the time of day `hour`:`minute`:`second` on `day`, in the time zone with which the
    text `zone` begins; "" is UTC. Raise ValueError for an impossible time. 24:00 gives the begin of
    the next day."""
    # the time is added as a timedelta, so that 24:00 and leap seconds give the next day or minute
    moment = day.replace(tzinfo=_find_zone(zone.strip())) + timedelta(
        hours=hour, minutes=minute, seconds=min(second, _LEAP_SECOND)
    )
    if hour > _MIDNIGHT or minute > _LAST_MINUTE:
        raise ValueError("not a time of day")
    return moment


@lru_cache(maxsize=64)
def _find_zone(text: str) -> tzinfo:
    """Return the time zone with which `text`, the rest of a date, begins: an offset ("+02:00"), an
    abbreviation ("CEST") or a name ("Europe/Berlin"). Return UTC if there is none, or if it is
    unknown."""
    offset = _OFFSET.match(text)
    if offset:
        sign, hours, minutes = offset.groups()
        size = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if size >= _ONE_DAY:  # not a zone
            return UTC
        return timezone(size if sign == "+" else -size)
    word = re.match(r"[A-Za-z_]+(?:/[A-Za-z_]+)?", text)
    if word is None:
        return UTC
    if "/" in word[0]:
        try:
            return ZoneInfo(word[0])
        except (LookupError, ValueError, OSError):
            return UTC
    return timezone(timedelta(hours=_ZONES.get(word[0].lower(), 0)))
