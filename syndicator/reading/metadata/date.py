"""Find when a page was published and updated: as declared, shown, or guessed by htmldate.

htmldate is imported here only."""

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from syndicator import reading
from syndicator.core import urls
from syndicator.core.model import Entry
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, articles, inner, is_in_reply
from syndicator.reading.metadata.cover import Choice, first_sane
from syndicator.reading.metadata.title import Spot, Survey

_MACHINE = re.compile(
    r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"
    r"(?:(?:[T,]|\s){1,3}(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?\s?(Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?)?"
)
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?\s?(Z|[+-]\d\d:?\d\d)?)?$")
_EPOCH = re.compile(r"^1\d{9}(?:\d{3})?(?:\.\d{1,6})?$")
_CJK = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d\d)(?![\d/]|[.-]\d)")
_CLOCK = re.compile(r"\b(\d{1,2}):(\d\d)(?!\d|[./])\s?([ap]\.?m\b)?", re.I)
_LONGEST = 300
_TWO_DIGITS = 100  # characters looked at; a smaller year is of this century
_HOURS = 24
_MINUTES = 60
_CLASS = re.compile(r"date|time|publi|posted|datum|fecha|pubdate|meta|byline|created", re.I)
_UPDATED = re.compile(r"updat|modif|revis", re.I)
# characters after and before the headline in which the date of the article stands
NEAR = 1_200
_BEFORE = 500
# characters of a line with a date, with little else, and with nothing else
_LINE = 120
_SHORT = 40
_ONLY = 25
# words of a line that is only a date, and the briefness of such a line
_DATE_WORDS = 3
_DATE_ALONE = 2
_WORD = re.compile(r"[^\W\d_]{2,}")
_DIGIT = re.compile(r"\d")
_SURE = re.compile(r"publish|entry-date|post-date|pubdate", re.I)
_JOINED = re.compile(r"join(?:ed|-?date)|regist(?:ered|ration)|member-?since", re.I)
ENOUGH = 3  # score of a date from which it is surely the article's
_US = frozenset({"en", "en-US"})
_URL = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/\-_.]|$)")
_PUBLISHED = (
    "article:published_time",
    "datepublished",
    "article:published",
    "og:published_time",
    "og:article:published_time",
    "published_time",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "citation_publication_date",
    "citation_online_date",
    "publication_date",
    "publish-date",
    "publish_date",
    "publisheddate",
    "pubdate",
    "ptime",
    "article.published",
    "originalpublicationdate",
    "datecreated",
    "date",
)
# keys of JSON-LD objects that answer another
_REPLY_KEYS = ("parentItem", "inReplyTo")
_SAME_HEADLINE = 0.3  # share of an item's headline that the page's title has, if it is the page's
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "lastmod",
)
_SETTLED = (
    "entry",
    "list",
    "first published",
    "shown",
    "shown, perhaps",
    "url",
    "json-ld of another",
    "htmldate",
    "anywhere",
    "htmldate, anywhere",
)
_OLDEST = 1990
_LATEST = 2100  # years: of the first web pages, and the first that must be a mistake
_ZONES = (-12, 14)  # hours: the offsets from UTC that are in use
# characters of source above which htmldate is not asked: it is super-linear on some
_LARGE = 600_000


class Names:
    """The month names and the words before dates of data/months.toml, compiled."""

    def __init__(self) -> None:
        data = tomllib.loads(reading.file_text("months.toml"))
        alternatives = {
            name: "|".join(map(re.escape, values)) for name, values in data.pop("labels").items()
        }
        labels = {
            name: re.compile(rf"(?:^|[^\w])(?:{each})(?![a-z])", re.I)
            for name, each in alternatives.items()
        }
        self.first = labels["first"]  # of a sentence that tells when a text first appeared
        self.published = labels["published"]
        self.updated = labels["updated"]
        self.joined = labels["joined"]  # before the day on which a user of a forum joined
        self.numbers: dict[str, int] = {
            form: number
            for months in data.values()
            for number, forms in enumerate(months, 1)
            for form in forms.split("|")
        }
        month = "|".join(
            re.escape(form) for form in sorted(self.numbers, key=lambda form: (-len(form), form))
        )
        self.day_first = re.compile(
            rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.|,)?[\s-]{{0,2}}(?:de\s|of\s)?({month})\b\.?,?[\s-]{{0,2}}(?:de\s|del\s)?(\d{{4}}|'?\d\d(?!\d|:))(?!\d)",
            re.I,
        )
        self.month_first = re.compile(
            rf"(?<!\w)({month})\.?\s{{0,2}}(\d{{1,2}})(?:st|nd|rd|th|\.)?,?\s{{1,2}}(\d{{4}})(?!\d)",
            re.I,
        )


names = cache(Names)


def parse_date_text(value: str) -> datetime | None:
    """Return the date in `value` (ISO 8601 and similar, RFC 5322, epoch seconds, prose), or
    None."""
    value = value.strip()[:_LONGEST]
    if not value:
        return None
    match = _MACHINE.search(value) or _COMPACT.match(value)
    if match:
        return _moment(*match.groups())
    if _EPOCH.match(value):
        return datetime.fromtimestamp(float(value[:10]), UTC)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return next(days(value), None)
    return _in_utc(when) if when.tzinfo else when.replace(tzinfo=UTC)


def days(value: str, *, month_first: bool = False) -> Iterator[datetime]:
    """Yield the dates in the prose `value`, in no order. `month_first`: 3/4/2021 is the 4th of
    March."""
    value = value[:_LONGEST]
    if not any(char.isdigit() for char in value):
        return
    yield from (when for match in _MACHINE.finditer(value) if (when := _moment(*match.groups())))
    yield from (
        when
        for match in _CJK.finditer(value)
        if (when := _day(match[1], match[2], match[3], value))
    )
    for match in names().day_first.finditer(value):
        if when := _day(match[3], str(names().numbers[match[2].casefold()]), match[1], value):
            yield when
    for match in names().month_first.finditer(value):
        if when := _day(match[3], str(names().numbers[match[1].casefold()]), match[2], value):
            yield when
    for match in _NUMERIC.finditer(value):
        first, second = (
            (match[3], match[1]) if not (month_first and match[2] == "/") else (match[1], match[3])
        )
        if when := _day(match[4], first, second, value) or _day(match[4], second, first, value):
            yield when


def _day(year: str, month: str, day: str, around: str) -> datetime | None:
    """Return the day, with the time of day if `around` has exactly one; None for an impossible
    day."""
    try:
        number = int(year.lstrip("'"))
        when = datetime(
            number + 2000 if number < _TWO_DIGITS else number, int(month), int(day), tzinfo=UTC
        )
    except ValueError:
        return None
    clocks = _CLOCK.findall(around)
    if len(clocks) == 1 and int(clocks[0][0]) < _HOURS and int(clocks[0][1]) < _MINUTES:
        hour = int(clocks[0][0]) % 12 + 12 if clocks[0][2][:1].lower() == "p" else int(clocks[0][0])
        when += timedelta(hours=hour, minutes=int(clocks[0][1]))
    return when


def _moment(year: str, month: str, day: str, *time: str | None) -> datetime | None:
    hour, minute, second, zone = ((value or "0").zfill(2) for value in time)
    offset = zone if zone[0] in "+-" else "Z"
    try:
        return _in_utc(
            datetime.fromisoformat(
                f"{year}-{month.zfill(2)}-{day.zfill(2)}T{hour}:{minute}:{second}{offset}"
            )
        )
    except ValueError:
        return None


def _in_utc(when: datetime) -> datetime | None:
    """Return `when` in UTC, None if UTC cannot express it (year 9999)."""
    try:
        when.astimezone(UTC)
    except OverflowError:
        return None
    return when


class Day(NamedTuple):
    """A date that the page shows to readers."""

    score: int  # how likely it is the article's
    distance: int  # characters between it and the headline
    when: datetime
    label: int  # by the words beside it: 1 published, -2 updated, 0 neither
    timed: bool = False  # it is the datetime of a time element


def shown_days(document: Document, seen: Survey) -> list[Day]:
    """Return the dates shown to readers, likeliest publication date first. A score of at least
    `ENOUGH` is sure."""
    month_first = _is_american(document)
    least = seen.origin - _BEFORE if seen.found else 0
    spots = (spot for spot in seen.spots if spot.at >= least)
    days = [each for spot in spots for each in _days(spot, seen, month_first)]
    return sorted(days, key=lambda each: (-each.score, each.distance))


def first_published(document: Document, seen: Survey) -> datetime | None:
    """Return the date in a sentence such as "This was originally published on 3 May 2024"; short
    labels are ignored."""
    own = (spot.element.text or "" for spot in seen.spots)
    notes = (names().first.split(value[:400], 1)[1:] for value in own if len(value) > _LINE // 4)
    after = (
        when
        for note in notes
        for part in note
        for when in days(part[:_SHORT], month_first=_is_american(document))
    )
    return next(after, None)


def anywhere(document: Document) -> datetime | None:
    """Return the date of the first line of the body that is only a date."""
    body = next(document.tree.iter("body"), document.tree)
    elements = body.iter(
        "p", "div", "span", "td", "i", "em", "small", "nobr", "b", "h4", "h5", "h6"
    )
    lines = (line for element in islice(elements, 20_000) for line in _lines(element))
    alone = (
        line
        for line in lines
        if _briefness(line) == _DATE_ALONE and not names().updated.search(line)
    )
    return next(
        (when for line in alone for when in days(line, month_first=_is_american(document))), None
    )


def _is_american(document: Document) -> bool:
    if document.language is None:
        return urls.host(document.url).endswith((".com", ".us", ".gov", ".edu", ".mil"))
    return document.language in _US


def _days(spot: Spot, seen: Survey, month_first: bool) -> Iterator[Day]:
    element = spot.element
    distance = spot.at - seen.origin
    place = 2 if 0 <= distance <= NEAR else (1 if -_BEFORE <= distance < 0 else 0)
    named = (
        f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"[
            :300
        ]
    )
    if element.tag == "time" and element.get("datetime"):
        when = parse_date_text(element.get("datetime"))
        label = _label(spot, named, "")
        if when:
            yield Day(
                place + 2 + label + (1 if _SURE.search(named) else 0),
                abs(distance),
                when,
                label,
                True,
            )
        return
    lines = list(_lines(element)) if place else []
    marked = 1 if (lines or not place) and _CLASS.search(named) else 0
    if not place and not marked:
        return
    for line in lines if place else _lines(element):
        if _JOINED.search(named) or names().joined.search(
            f"{spot.before[-_ONLY:]} {line}"[: 2 * _ONLY]
        ):
            continue  # the day on which a user of a forum joined it
        for when in days(line, month_first=month_first):
            label = _label(spot, named, line)
            yield Day(place + marked + _briefness(line) + label, abs(distance), when, label)


def _briefness(line: str) -> int:
    if len(line) <= _ONLY and len(_WORD.findall(line)) <= _DATE_WORDS:
        return _DATE_ALONE
    return 1 if len(line) <= _SHORT else 0


def _lines(element: Any) -> Iterator[str]:
    for value in (element.text, *(child.tail for child in islice(element, 40))):
        if value and len(value) <= 4 * _LINE:
            line = " ".join(value.split())
            if len(line) <= _LINE and _DIGIT.search(line):
                yield line


def _label(spot: Spot, named: str, line: str) -> int:
    words = names()
    before = f"{spot.before[-40:]} {line}"
    if (_UPDATED.search(named) and not _SURE.search(named)) or (
        words.updated.search(before) and not words.published.search(before)
    ):
        return -2
    return 1 if words.published.search(before) else 0


def published(
    document: Document, entry: Entry | None, seen: Survey, now: datetime | None
) -> Choice[datetime]:
    """Return the date of publication and its candidate. Dates before 1990 or more than a day after
    `now` do not count."""
    visible = [day for day in shown_days(document, seen) if sane(day.when, now)]
    choice = first_sane(_published(document, entry, seen, visible), lambda when: sane(when, now))
    first = next((day for day in visible if day.score >= ENOUGH), None)
    if choice.value is None or choice.candidate in _SETTLED or first is None:
        return choice
    if (
        (first.label > 0 or (first.label == 0 and first.timed))
        and (first.distance <= NEAR or len(visible) == 1)
        and first.when.date() < (choice.value - timedelta(days=1)).date()
    ):
        return Choice(first.when, "shown", (*choice.seen, ("shown", str(first.when))))
    return Choice(_as_shown(choice.value, first.when), choice.candidate, choice.seen)


def updated(document: Document, entry: Entry | None, now: datetime | None) -> Choice[datetime]:
    """Return the declared date of the last change of the text."""
    return first_sane(_updated(document, entry), lambda when: sane(when, now))


def _published(
    document: Document, entry: Entry | None, seen: Survey, visible: list[Day]
) -> Iterator[tuple[str, datetime | None]]:
    if entry is not None and not entry.listed:
        yield "entry", entry.published
    items = articles(document)[:3]
    about_page = [item for item in items if not _is_of_another(item, document)]
    for item in about_page:
        yield from (("json-ld", when) for when in _stated_dates(item))
    for name in _PUBLISHED:
        yield name, parse_date_text(document.meta(name))
    for element in document.tree.xpath('//*[contains(@itemprop,"datePublished") or @pubdate]')[:5]:
        if is_in_reply(element):
            continue
        value = element.get("datetime") or element.get("content") or inner(element, 200)
        yield "itemprop", parse_date_text(value)
    if entry is not None and entry.listed:
        yield "list", entry.published
    yield "first published", first_published(document, seen)
    yield from (("shown", day.when) for day in visible[:1] if day.score >= ENOUGH)
    in_url = _URL.search(document.url)
    yield "url", parse_date_text("-".join(in_url.groups())) if in_url else None
    yield from (("shown, perhaps", day.when) for day in visible[:1] if day.score > 0)
    for item in items:
        if item not in about_page:
            yield from (("json-ld of another", when) for when in _stated_dates(item))
    yield "htmldate", _htmldate(document)
    yield "anywhere", anywhere(document)
    yield "htmldate, anywhere", _htmldate(document, extensive=True)


def _stated_dates(item: jsonld.Object) -> Iterator[datetime | None]:
    stated = item.get("datePublished") or item.get("dateCreated") or item.get("uploadDate")
    return (parse_date_text(value) for value in jsonld.strings(stated))


def _is_of_another(item: jsonld.Object, document: Document) -> bool:
    """Return True for a reply, and for an item with another address and another headline than the
    page."""
    if any(item.get(name) for name in _REPLY_KEYS):
        return True
    own = {urls.alias(document.url), urls.alias(document.meta("og:url") or document.url)}
    stated = [
        value.partition("#")[0]
        for name in ("url", "mainEntityOfPage", "@id")
        for value in jsonld.strings(item.get(name), "@id", "url")
    ]
    addresses = {urls.alias(value) for value in stated if value.startswith("http")}
    if not addresses or addresses & own:
        return False
    headline = next(jsonld.strings(item.get("headline") or item.get("name")), "")
    words = set(_WORD.findall(headline.casefold()))
    head = document.meta("og:title") or " ".join(document.tree.xpath("//title//text()")[:1])
    shared = words & set(_WORD.findall(head.casefold()))
    return bool(words) and len(shared) < _SAME_HEADLINE * len(words)


def _updated(document: Document, entry: Entry | None) -> Iterator[tuple[str, datetime | None]]:
    if entry is not None:
        yield "entry", entry.updated
    for item in articles(document)[:3]:
        yield from (
            ("json-ld", parse_date_text(value))
            for value in jsonld.strings(item.get("dateModified"))
        )
    for name in _MODIFIED:
        yield name, parse_date_text(document.meta(name))


def _as_shown(when: datetime, day: datetime) -> datetime:
    """Return `when` in the UTC offset in which its day is the shown `day`; unchanged if they are
    more than a day apart."""
    if (
        when.utcoffset()
        or not (when.hour or when.minute)
        or abs((day.date() - when.date()).days) != 1
    ):
        return when
    hours = -(when.hour + 1) if day.date() < when.date() else 24 - when.hour
    return (
        when.astimezone(timezone(timedelta(hours=hours)))
        if _ZONES[0] <= hours <= _ZONES[1]
        else when
    )


def _htmldate(document: Document, *, extensive: bool = False) -> datetime | None:
    """Return htmldate's date. `extensive`: search the source code, too."""
    from htmldate import find_date

    if document.size > _LARGE:
        return None
    stated = find_date(
        document.tree, original_date=True, url=document.url or None, extensive_search=extensive
    )
    # the first of January is what it makes of a lone year, such as that of a copyright
    return (
        parse_date_text(stated)
        if stated and not stated.endswith("-01" if extensive else "-01-01")
        else None
    )


def sane(when: datetime, now: datetime | None) -> bool:
    """Return True if a page can have been published at `when`."""
    return _OLDEST <= when.year < _LATEST and (
        now is None or when.astimezone(UTC) <= now + timedelta(days=1)
    )
