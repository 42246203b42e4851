"""Find when a page was published and updated: as declared, shown, or guessed by htmldate.

"Shown" dates are those in the text, which readers see. Only this module imports htmldate."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from syndicator import reading
from syndicator.core import urls
from syndicator.core.model import Entry
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, is_in_reply, list_articles, read_text
from syndicator.reading.metadata.cover import Choice, choose_first_valid
from syndicator.reading.metadata.survey import Spot, Survey

# a day, with a time and a zone if stated: "2026-03-08T17:05:00+01:00", "2026/3/8"
_ISO_LIKE = re.compile(
    r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"
    r"(?:(?:[T,]|\s){1,3}(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?\s?(Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?)?"
)
_COMPACT_ISO = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?\s?(Z|[+-]\d\d:?\d\d)?)?$")
# seconds, or milliseconds, since 1970
_EPOCH = re.compile(r"^1\d{9}(?:\d{3})?(?:\.\d{1,6})?$")
_CJK_DAY = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_NUMERIC_DAY = re.compile(
    r"(?<![\d./-])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d\d)(?![\d/]|[.-]\d)"
)
_CLOCK = re.compile(r"\b(\d{1,2}):(\d\d)(?!\d|[./])\s?([ap]\.?m\b)?", re.I)
_MOST_CHARACTERS = 300  # characters of a text that is searched for dates
_CENTURY = 2_000
_TWO_DIGITS = 100  # a year below is one of this century without its first digits
_NOON = 12  # o'clock
_HOURS_A_DAY = 24
_MINUTES_AN_HOUR = 60
_DATE_CLASS = re.compile(r"date|time|publi|posted|datum|fecha|pubdate|meta|byline|created", re.I)
_UPDATED_CLASS = re.compile(r"updat|modif|revis", re.I)
# characters after and before the headline within which the date of the article is
_MOST_AFTER = 1_200
_MOST_BEFORE = 500
_LONGEST_LINE = 120  # characters of a line with a date
_LONGEST_SOURCE_LINE = 4 * _LONGEST_LINE  # characters of such a line with its white space
_SHORTEST_SENTENCE = 30  # characters; a sentence about the first publication has more
_SHORT_LINE = 40  # characters of a line with a date and little else
_DATE_ONLY_LINE = 25  # characters of a line with a date and nothing else
_DATE_WORDS = 3  # words of such a line
_DATE_ALONE = 2  # its score, see _score_briefness
_WORD = re.compile(r"[^\W\d_]{2,}")
_DIGIT = re.compile(r"\d")
_PUBLISHED_CLASS = re.compile(r"publish|entry-date|post-date|pubdate", re.I)
# classes of the date on which a user of a forum joined it
_JOINED_CLASS = re.compile(r"join(?:ed|-?date)|regist(?:ered|ration)|member-?since", re.I)
SURE_SCORE = 3  # score of a shown date from which it is surely the article's
_AMERICAN = frozenset({"en", "en-US"})  # languages of pages that write the month first
_URL_DAY = re.compile(
    r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/\-_.]|$)"
)
_AMERICAN_DOMAINS = (".com", ".us", ".gov", ".edu", ".mil")
_ADDRESS_KEYS = ("url", "mainEntityOfPage", "@id")  # members of JSON-LD objects with their address
_MOST_ITEMS = 3  # JSON-LD objects whose dates count
_MOST_ELEMENTS = 20_000  # elements that are searched for a line that is only a date
_MOST_MICRODATA = 5  # elements with a date of publication in microdata
_MOST_CHILDREN = 40  # children of an element between which texts are read
_MOST_NOTE = 400  # characters of a text that may say when the article first appeared
_CONTEXT = 40  # characters before a date that may say what it is
# scores of a date by its distance from the headline
_AFTER_HEADLINE = 2
_BEFORE_HEADLINE = 1
_FAR = 0
_TIME_ELEMENT = 2  # score of a date in a time element
# what the words beside a date call it; the number is added to its score
LABEL_PUBLISHED = 1
NO_LABEL = 0
LABEL_UPDATED = -2
_PUBLISHED_METAS = (
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
_REPLY_KEYS = ("parentItem", "inReplyTo")  # members of JSON-LD objects that are replies
# An item is about the page if the page's title has this share of the words of the item's headline.
_SAME_HEADLINE = 0.3
_MODIFIED_METAS = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "lastmod",
)
# names of places whose date is not compared with the shown date
_FINAL_CANDIDATES = (
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
_OLDEST = 1990  # the year of the first web pages
_LATEST = 2100  # the first year that must be a mistake
# the offsets from UTC that are in use, in hours
_LEAST_OFFSET = -12
_MOST_OFFSET = 14
# characters of a page's source; htmldate is too slow on some larger pages
_LARGEST_FOR_HTMLDATE = 600_000


class DateWords:
    """The names of months and the words before dates of data/months.toml, compiled."""

    def __init__(self) -> None:
        """Load the words and compile the expressions."""
        data = tomllib.loads(reading.file_text("months.toml"))
        labels: dict[str, re.Pattern[str]] = {}
        for name, values in data.pop("labels").items():
            alternatives = "|".join(map(re.escape, values))
            labels[name] = re.compile(rf"(?:^|[^\w])(?:{alternatives})(?![a-z])", re.I)
        self.first = labels["first"]  # in sentences such as "This was originally published on"
        self.published = labels["published"]
        self.updated = labels["updated"]
        self.joined = labels["joined"]  # before the day on which a user joined a forum
        self.month_numbers: dict[str, int] = {}  # name or abbreviation of a month -> 1 to 12
        for months in data.values():  # the months of one language, such as "january|jan"
            for number, forms in enumerate(months, 1):
                for form in forms.split("|"):
                    self.month_numbers[form] = number
        longest_first = sorted(self.month_numbers, key=lambda form: (-len(form), form))
        month = "|".join(map(re.escape, longest_first))
        # "3 April 2021", "3rd of April '21"
        self.day_first = re.compile(
            rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.|,)?[\s-]{{0,2}}(?:de\s|of\s)?({month})\b\.?,?[\s-]{{0,2}}(?:de\s|del\s)?(\d{{4}}|'?\d\d(?!\d|:))(?!\d)",
            re.I,
        )
        # "April 3, 2021"
        self.month_first = re.compile(
            rf"(?<!\w)({month})\.?\s{{0,2}}(\d{{1,2}})(?:st|nd|rd|th|\.)?,?\s{{1,2}}(\d{{4}})(?!\d)",
            re.I,
        )


load_date_words = cache(DateWords)


def parse_date_text(value: str) -> datetime | None:
    """Return the date in `value`, None if it has none. Formats: ISO 8601 and similar, seconds or
    milliseconds since 1970, RFC 5322 ("Sun, 8 Mar 2026 17:05:00 +0100"), and prose ("8 March
    2026"). A date without a zone is in UTC."""
    date_text = value.strip()[:_MOST_CHARACTERS]
    if not date_text:
        return None
    match = _ISO_LIKE.search(date_text) or _COMPACT_ISO.match(date_text)
    if match:
        return _parse_moment(match)
    if _EPOCH.match(date_text):
        seconds = date_text[:10]  # milliseconds are cut off
        return datetime.fromtimestamp(float(seconds), UTC)
    try:
        when = parsedate_to_datetime(date_text)
    except (ValueError, TypeError, IndexError, OverflowError):  # not as in RFC 5322
        return next(find_days(date_text), None)
    if when.tzinfo is None:
        return when.replace(tzinfo=UTC)
    if not _can_be_utc(when):
        return None
    return when


def find_days(value: str, *, month_first: bool = False) -> Iterator[datetime]:
    """Yield the dates in the text `value`, ordered by format: first all dates like 2021-04-03, then
    those like 2021年4月3日, 3 April 2021, April 3, 2021, and at last 3/4/2021.

    `month_first`: read 3/4/2021 as the 4th of March, else as the 3rd of April. If there is no such
    day, as with 3/14/2021, day and month are exchanged."""
    prose = value[:_MOST_CHARACTERS]
    if not any(char.isdigit() for char in prose):
        return
    for match in _ISO_LIKE.finditer(prose):
        if when := _parse_moment(match):
            yield when
    for match in _CJK_DAY.finditer(prose):
        year, month, day = match.groups()
        if when := _make_day(year, month, day, prose):
            yield when
    date_words = load_date_words()
    for match in date_words.day_first.finditer(prose):
        day, month_name, year = match.groups()
        month = str(date_words.month_numbers[month_name.casefold()])
        if when := _make_day(year, month, day, prose):
            yield when
    for match in date_words.month_first.finditer(prose):
        month_name, day, year = match.groups()
        month = str(date_words.month_numbers[month_name.casefold()])
        if when := _make_day(year, month, day, prose):
            yield when
    for match in _NUMERIC_DAY.finditer(prose):
        if when := _parse_numeric_day(match, prose, month_first=month_first):
            yield when


def _parse_numeric_day(match: re.Match[str], prose: str, *, month_first: bool) -> datetime | None:
    """Return the date of a match of _NUMERIC_DAY, such as 3/4/2021 or 3.4.2021; None if there is no
    such day. `month_first`: read 3/4/2021 as the 4th of March; dates with points begin with the day
    all the same. If this gives no date, day and month are exchanged. `prose`: the text around the
    match, which may state the time of day."""
    first_number, separator, second_number, year = match.groups()
    if month_first and separator == "/":
        month = first_number
        day = second_number
    else:
        day = first_number
        month = second_number
    return _make_day(year, month, day, prose) or _make_day(year, day, month, prose)


def _make_day(year: str, month: str, day: str, prose: str) -> datetime | None:
    """Return the date of `year`, `month` and `day`, given as digits; None if there is no such day.
    `prose`: the text around the date. The time of day is the one that stands there; it is midnight
    if there is none or several. The zone is UTC. A year such as "21" or "'21" is 2021."""
    try:
        year_number = int(year.lstrip("'"))
        if year_number < _TWO_DIGITS:
            year_number += _CENTURY
        when = datetime(year_number, int(month), int(day), tzinfo=UTC)
    except ValueError:
        return None
    clocks = _CLOCK.findall(prose)
    if len(clocks) != 1:
        return when
    hour_text, minute_text, half = clocks[0]  # half: "am", "p.m." or ""
    hour = int(hour_text)
    minute = int(minute_text)
    if hour >= _HOURS_A_DAY or minute >= _MINUTES_AN_HOUR:
        return when
    if half:
        hour %= _NOON  # 12 a.m. is midnight, 12 p.m. is noon
    if half[:1].lower() == "p":
        hour += _NOON
    return when + timedelta(hours=hour, minutes=minute)


def _parse_moment(match: re.Match[str]) -> datetime | None:
    """Return the date and time of a match of _ISO_LIKE or _COMPACT_ISO, such as
    2026-03-08T17:05:00+01:00. A missing time is midnight, a missing zone is UTC. Return None if
    there is no such day or time."""
    # seven groups of both expressions; "0" for a missing one
    year, month, day, hour, minute, second, zone = match.groups(default="0")
    has_offset = zone[0] in "+-"  # else it is "Z", "UTC", "GMT" or missing
    offset = zone if has_offset else "Z"
    date_text = f"{year}-{month.zfill(2)}-{day.zfill(2)}"
    time_text = f"{hour.zfill(2)}:{minute.zfill(2)}:{second.zfill(2)}"
    try:
        when = datetime.fromisoformat(f"{date_text}T{time_text}{offset}")
    except ValueError:
        return None
    return when if _can_be_utc(when) else None


def _can_be_utc(when: datetime) -> bool:
    """Return True if `when` can be converted to UTC. Only some moments at the ends of the calendar,
    such as the last hours of the year 9999, cannot."""
    try:
        when.astimezone(UTC)
    except OverflowError:
        return False
    return True


class Day(NamedTuple):
    """A date that the page shows to readers."""

    score: int  # higher if it is more likely the date of publication; see SURE_SCORE
    distance: int  # characters between it and the headline
    when: datetime
    label: int  # what the words beside it call it: LABEL_PUBLISHED, LABEL_UPDATED or NO_LABEL
    is_time_element: bool = False  # a time element states it


def list_shown_days(document: Document, survey: Survey) -> list[Day]:
    """Return the dates in the text of the page, the likeliest date of publication first. A date
    with a score of at least SURE_SCORE is surely that of the article. Dates more than 500
    characters before the end of the headline are left out. `survey`: the texts of the page in
    order, and where its headline ends."""
    month_first = _is_american(document)
    first_offset = survey.headline_end - _MOST_BEFORE if survey.has_headline else 0
    days: list[Day] = []
    for spot in survey.spots:
        if spot.offset >= first_offset:
            days += _read_days(spot, survey, month_first=month_first)
    return sorted(days, key=lambda day: (-day.score, day.distance))


def find_first_published(document: Document, survey: Survey) -> datetime | None:
    """Return the date in a sentence such as "This was originally published on 3 May 2024", None if
    no text of the page has such a sentence. Short texts, of up to 30 characters, do not count, as
    they may be labels of other dates. `survey`: the texts of the page in order."""
    month_first = _is_american(document)
    for spot in survey.spots:
        first_text = spot.element.text or ""
        if len(first_text) <= _SHORTEST_SENTENCE:
            continue
        note = first_text[:_MOST_NOTE]
        label = load_date_words().first.search(note)  # "originally published on"
        if label is None:
            continue
        after_label = note[label.end() :][:_SHORT_LINE]
        when = next(find_days(after_label, month_first=month_first), None)
        if when:
            return when
    return None


def find_lone_date(document: Document) -> datetime | None:
    """Return the first date in the body that stands on a line with little else, None if there is
    none. Lines such as "Updated on 3 May 2024" do not count: they date a change."""
    month_first = _is_american(document)
    body = next(document.tree.iter("body"), document.tree)
    elements = body.iter(
        "p", "div", "span", "td", "i", "em", "small", "nobr", "b", "h4", "h5", "h6"
    )
    for element in islice(elements, _MOST_ELEMENTS):
        for line in _list_lines_with_digits(element):
            if _score_briefness(line) != _DATE_ALONE:
                continue
            if load_date_words().updated.search(line):
                continue
            when = next(find_days(line, month_first=month_first), None)
            if when:
                return when
    return None


def _is_american(document: Document) -> bool:
    """Return True if the page probably writes the month before the day. Its language decides, or
    its domain if it states no language."""
    if document.language is None:
        return urls.host(document.url).endswith(_AMERICAN_DOMAINS)
    return document.language in _AMERICAN


def _read_days(spot: Spot, survey: Survey, *, month_first: bool) -> Iterator[Day]:
    """Yield the dates that the element at `spot` shows, each with a score: how likely it is the
    date of publication. They are in its attribute datetime, if it is a time element, else in its
    short lines of text. `survey`: the texts of the page; `month_first`: read 3/4/2021 as the 4th
    of March."""
    element = spot.element
    distance = spot.offset - survey.headline_end  # characters, negative above the headline
    position_score = _score_position(distance)
    values = [element.get(name) or "" for name in ("class", "id", "itemprop")]
    attributes = " ".join(values)[:_MOST_CHARACTERS]

    if element.tag == "time" and element.get("datetime"):
        when = parse_date_text(element.get("datetime"))
        if when:
            label = _find_label(spot, attributes, "")
            has_published_class = bool(_PUBLISHED_CLASS.search(attributes))
            score = position_score + _TIME_ELEMENT + label + has_published_class
            yield Day(score, abs(distance), when, label, is_time_element=True)
        return

    has_date_class = bool(_DATE_CLASS.search(attributes))
    if position_score == _FAR and not has_date_class:
        return
    if _JOINED_CLASS.search(attributes):  # the day on which a user of a forum joined it
        return
    for line in _list_lines_with_digits(element):
        line_in_context = f"{spot.text_before[-_DATE_ONLY_LINE:]} {line}"
        if load_date_words().joined.search(line_in_context[: 2 * _DATE_ONLY_LINE]):
            continue
        for when in find_days(line, month_first=month_first):
            label = _find_label(spot, attributes, line)
            score = position_score + has_date_class + _score_briefness(line) + label
            yield Day(score, abs(distance), when, label)


def _score_position(distance: int) -> int:
    """Return a score for a date by its `distance` from the headline in characters, negative before
    it. The highest score is for a date closely behind the headline, where that of the article
    mostly is; a date closely before the headline gets less, and any other 0."""
    if 0 <= distance <= _MOST_AFTER:
        return _AFTER_HEADLINE
    if -_MOST_BEFORE <= distance < 0:
        return _BEFORE_HEADLINE
    return _FAR


def _score_briefness(line: str) -> int:
    """Return a score for a line with a date: higher if the line has little other text. It is
    _DATE_ALONE (2) for at most 25 characters and three words, 1 for at most 40 characters, and 0
    for a longer line."""
    if len(line) <= _DATE_ONLY_LINE and len(_WORD.findall(line)) <= _DATE_WORDS:
        return _DATE_ALONE
    return 1 if len(line) <= _SHORT_LINE else 0


def _list_lines_with_digits(element: Any) -> Iterator[str]:
    """Yield the lines of an element that may contain a date: those with a digit and at most 120
    characters. The lines are the texts between the children of `element`; the texts within the
    children do not count."""
    tails = [child.tail for child in islice(element, _MOST_CHILDREN)]  # the text behind each child
    for value in (element.text, *tails):
        if value and len(value) <= _LONGEST_SOURCE_LINE:
            line = " ".join(value.split())
            if len(line) <= _LONGEST_LINE and _DIGIT.search(line):
                yield line


def _find_label(spot: Spot, attributes: str, line: str) -> int:
    """Return what the page calls a date: LABEL_PUBLISHED, LABEL_UPDATED, or NO_LABEL if neither is
    said. The words in `line` and before the element at `spot` may say it; `attributes` (class, id
    and itemprop of the element) may only say that it is the date of a change. `line`: the text with
    the date, "" if the date is in an attribute."""
    words = load_date_words()
    line_in_context = f"{spot.text_before[-_CONTEXT:]} {line}"
    if _UPDATED_CLASS.search(attributes) and not _PUBLISHED_CLASS.search(attributes):
        return LABEL_UPDATED
    is_called_published = words.published.search(line_in_context) is not None
    if words.updated.search(line_in_context) and not is_called_published:
        return LABEL_UPDATED
    return LABEL_PUBLISHED if is_called_published else NO_LABEL


def choose_published(
    document: Document, entry: Entry | None, survey: Survey, now: datetime | None
) -> Choice[datetime]:
    """Choose the date of publication. Dates before 1990 or more than a day after `now` are ignored;
    if `now` is None, those before 1990 and after 2099. `entry`: the feed's entry for the page, None
    if there is none; `survey`: the texts of the page in order.

    A date that JSON-LD or a meta declares may be that of a change. It is replaced by a date that
    the page shows beside the headline, if that is at least two days earlier. Else it is moved to
    the time zone of the site, if the shown date reveals it."""
    days = [day for day in list_shown_days(document, survey) if is_plausible(day.when, now)]
    choice = choose_first_valid(
        _list_candidates(document, entry, survey, days), lambda when: is_plausible(when, now)
    )
    if choice.value is None or choice.candidate in _FINAL_CANDIDATES:
        return choice
    # the chosen date is only declared: compare it with the likeliest shown one
    if not days or days[0].score < SURE_SCORE:
        return choice
    shown_day = days[0]

    is_labelled_published = shown_day.label == LABEL_PUBLISHED
    is_unlabelled_time = shown_day.label == NO_LABEL and shown_day.is_time_element
    is_of_publication = is_labelled_published or is_unlabelled_time
    is_of_article = shown_day.distance <= _MOST_AFTER or len(days) == 1
    day_before = (choice.value - timedelta(days=1)).date()
    is_earlier = shown_day.when.date() < day_before
    if is_of_publication and is_of_article and is_earlier:
        considered = (*choice.considered, ("shown", str(shown_day.when)))
        return Choice(shown_day.when, "shown", considered)
    value = _move_to_shown_zone(choice.value, shown_day.when)
    return Choice(value, choice.candidate, choice.considered)


def choose_updated(
    document: Document, entry: Entry | None, now: datetime | None
) -> Choice[datetime]:
    """Choose the date of the last change: the first plausible one that the feed's entry, JSON-LD or
    metas state. `entry`: the feed's entry for the page, None if there is none; `now`: dates more
    than a day after it are not plausible."""
    return choose_first_valid(
        _list_updated_candidates(document, entry), lambda when: is_plausible(when, now)
    )


def _list_candidates(
    document: Document, entry: Entry | None, survey: Survey, days: Sequence[Day]
) -> Iterator[tuple[str, datetime | None]]:
    """Yield a possible date of publication for each place that may state one, the most reliable
    place first, as (name of the place, date). The date is None if the place has none. `entry`: the
    feed's entry for the page, None if there is none; `survey`: the texts of the page in order;
    `days`: the dates that the page shows, the likeliest first."""
    # An entry is from a feed, or read from a page that lists articles ("listed"); the date in such
    # a list is less reliable.
    if entry is not None and not entry.listed:
        yield "entry", entry.published

    # dates that the page declares
    items = list_articles(document)[:_MOST_ITEMS]
    page_items = [item for item in items if not _is_about_other_page(item, document)]
    for item in page_items:
        for when in _parse_item_dates(item):
            yield "json-ld", when
    for name in _PUBLISHED_METAS:
        yield name, parse_date_text(document.meta(name))
    for when in _parse_microdata_dates(document):
        yield "itemprop", when
    if entry is not None and entry.listed:
        yield "list", entry.published

    # dates in the text and in the address
    yield "first published", find_first_published(document, survey)
    likeliest = days[0] if days else None
    if likeliest and likeliest.score >= SURE_SCORE:
        yield "shown", likeliest.when
    day_in_address = _URL_DAY.search(document.url)
    if day_in_address:
        yield "url", parse_date_text("-".join(day_in_address.groups()))
    if likeliest and likeliest.score > 0:
        yield "shown, perhaps", likeliest.when

    # dates that may be those of something else
    other_items = [item for item in items if item not in page_items]
    for item in other_items:
        for when in _parse_item_dates(item):
            yield "json-ld of another", when
    yield "htmldate", _ask_htmldate(document)
    yield "anywhere", find_lone_date(document)
    yield "htmldate, anywhere", _ask_htmldate(document, extensive=True)


def _parse_microdata_dates(document: Document) -> Iterator[datetime | None]:
    """Yield the dates of publication that the page states by an attribute itemprop or pubdate, and
    None for each that is invalid. The dates of readers' comments are left out."""
    elements = document.tree.xpath('//*[contains(@itemprop,"datePublished") or @pubdate]')
    for element in elements[:_MOST_MICRODATA]:
        if not is_in_reply(element):
            value = element.get("datetime") or element.get("content") or read_text(element, 200)
            yield parse_date_text(value)


def _parse_item_dates(item: jsonld.Object) -> Iterator[datetime | None]:
    """Return the dates of a JSON-LD object, None in place of an invalid one: those of publication
    if it states any, else those of creation, else those of an upload."""
    stated_date = item.get("datePublished") or item.get("dateCreated") or item.get("uploadDate")
    return map(parse_date_text, jsonld.list_texts(stated_date))


def _is_about_other_page(item: jsonld.Object, document: Document) -> bool:
    """Return True if the JSON-LD object `item` describes something other than the page: a reply, or
    an article with another address and another headline. Return False if it has no address or no
    headline."""
    is_reply = any(item.get(name) for name in _REPLY_KEYS)
    if is_reply:
        return True

    page_addresses = {
        urls.alias(document.url),
        urls.alias(document.meta("og:url") or document.url),
    }
    item_addresses: set[str] = set()
    for name in _ADDRESS_KEYS:
        for value in jsonld.list_texts(item.get(name), "@id", "url"):
            address = value.partition("#")[0]
            if address.startswith("http"):
                item_addresses.add(urls.alias(address))
    if not item_addresses or item_addresses & page_addresses:
        return False

    headline = next(jsonld.list_texts(item.get("headline") or item.get("name")), "")
    headline_words = set(_WORD.findall(headline.casefold()))
    if not headline_words:
        return False
    title_texts = document.tree.xpath("//title//text()")
    title = document.meta("og:title") or " ".join(title_texts[:1])
    common_words = headline_words & set(_WORD.findall(title.casefold()))
    return len(common_words) < _SAME_HEADLINE * len(headline_words)


def _list_updated_candidates(
    document: Document, entry: Entry | None
) -> Iterator[tuple[str, datetime | None]]:
    """Yield the possible dates of the last change, the most reliable place first, as (name of the
    place that states it, date). The date is None if the place has none. `entry`: the feed's entry
    for the page, None if there is none."""
    if entry is not None:
        yield "entry", entry.updated
    for item in list_articles(document)[:_MOST_ITEMS]:
        for value in jsonld.list_texts(item.get("dateModified")):
            yield "json-ld", parse_date_text(value)
    for name in _MODIFIED_METAS:
        yield name, parse_date_text(document.meta(name))


def _move_to_shown_zone(declared: datetime, shown: datetime) -> datetime:
    """Return the moment `declared` in the time zone of the site, if the day `shown` on the page
    reveals this zone. Example: a page that declares 23:30 UTC and shows the next day is east of
    UTC. The zone is then the one nearest to UTC in which the moment is on the shown day.

    Return `declared` unchanged if the two days are not one apart, if no zone in use fits, if
    `declared` is not in UTC, or if it is midnight, which means that no time is stated."""
    is_midnight = declared.hour == 0 and declared.minute == 0
    is_in_utc = not declared.utcoffset()
    if is_midnight or not is_in_utc:
        return declared
    days_apart = (shown.date() - declared.date()).days
    if abs(days_apart) != 1:
        return declared
    # the least number of hours that moves `declared` to the shown day
    hours_back = declared.hour + 1
    hours_forward = _HOURS_A_DAY - declared.hour
    offset_hours = -hours_back if days_apart < 0 else hours_forward
    if not _LEAST_OFFSET <= offset_hours <= _MOST_OFFSET:
        return declared
    return declared.astimezone(timezone(timedelta(hours=offset_hours)))


def _ask_htmldate(document: Document, *, extensive: bool = False) -> datetime | None:
    """Return the date of publication that the package htmldate finds on the page. Return None if it
    finds none, if it only knows the month or year, or if the page is too large for it. `extensive`:
    let it search the whole source code."""
    from htmldate import find_date

    if document.size > _LARGEST_FOR_HTMLDATE:
        return None
    date_text = find_date(
        document.tree, original_date=True, url=document.url or None, extensive_search=extensive
    )
    # a year alone, such as that of a copyright, gives the first of January; an extensive search
    # also gives the first of other months
    guessed_end = "-01" if extensive else "-01-01"
    if not date_text or date_text.endswith(guessed_end):
        return None
    return parse_date_text(date_text)


def is_plausible(when: datetime, now: datetime | None) -> bool:
    """Return True if a page may have been published at `when`: in a year from 1990 to 2099, and at
    most a day after `now`. If `now` is None, only the year counts."""
    if not _OLDEST <= when.year < _LATEST:
        return False
    return now is None or when.astimezone(UTC) <= now + timedelta(days=1)
