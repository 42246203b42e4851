"""Parse feeds (RSS, Atom, JSON Feed) and sitemaps into entries.

Well-formed feeds are read by `well_formed`, others, once `xml_repair` has repaired them, also by
feedparser, which is imported only here."""

import calendar
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from typing import Any
from xml.sax import SAXException

from syndicator.core.errors import NotAFeed
from syndicator.core.model import Enclosure, Entry, ParsedFeed
from syndicator.core.usage.statements import read_statements
from syndicator.visiting.feeds.fields import (
    YEARS,
    choose_entry_id,
    clean_names,
    one_line,
    parse_date,
    resolve,
)
from syndicator.visiting.feeds.jsonfeed import looks_json, parse_json_feed
from syndicator.visiting.feeds.podcast import read_podcast_parts
from syndicator.visiting.feeds.sitemap import looks_sitemap, parse_sitemap
from syndicator.visiting.feeds.well_formed import read as read_well_formed
from syndicator.visiting.feeds.xml_repair import repair_xml
from syndicator.visiting.fetch.responses import BadEncoding, TooLarge, decompress_gzip

MOST_BYTES = 16_000_000  # of a decoded feed; our choice, as the next one is
MOST_ENTRIES = 1_000
# the time feedparser takes for an element grows with their square: 200,000 hang it
_MOST_ATTRIBUTES = 1_000
_LONG_TAG = re.compile(rb"<[^<>!?][^<>]{8191,}")
_ITEM = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(item|entry)[\s>]")
_HEAD_BYTES = 65_536  # of a document in which the root of a feed is looked for
_START_BYTES = 2000  # of a document by which its kind is known
_FEED_ROOT = re.compile(rb"<(?:rss|feed|rdf:rdf|channel)[\s>]")
_TRIM_FROM = 1_000_000  # bytes; smaller feeds are parsed as they are
_PERIODS = {  # seconds
    "hourly": 3600,
    "daily": 86400,
    "weekly": 604800,
    "monthly": 2592000,
    "yearly": 31536000,
}
_LONGEST_CATEGORY = 100  # characters; longer ones are sentences
_MIDNIGHT = 24  # RSS 2.0 counts skipHours from 0 to 23, RSS 0.91 from 1 to 24
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>")
_DAY = re.compile(rb"<day>\s*([A-Za-z]+)\s*</day>")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&[#\w]+;")
_MINUTES_A_YEAR = 525_600
_LARGEST_LENGTH = 2**53  # bytes of an enclosure
_LONGEST_DURATION = 20  # characters
_MOST_PIXELS = 100_000  # of a side
_MOST_UPDATES = 10_000  # in a period
_LONGEST_BLOCK = 4000  # bytes
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Faults that lose no content: a wrong charset or media type, an undeclared prefix.
_HARMLESS = ("CharacterEncodingOverride", "NonXMLContentType", "UndeclaredNamespace")


def refuse_huge_elements(body: bytes) -> None:
    """Raise NotAFeed(broken-xml) if an element of the XML document `body` has more than 1,000
    attributes. feedparser would hang, as its time grows with the square of their number."""
    for match in _LONG_TAG.finditer(body):
        count = match[0].count(b"=")  # every attribute has one
        if count > _MOST_ATTRIBUTES:
            raise NotAFeed("broken-xml", f"an element with {count:,} attributes")


def drop_middle_entries(body: bytes) -> bytes:
    """Return the feed `body` with only its first 500 and its last 500 entries, if it has over 1 MB
    and over 1,000 entries. Its newest entries are at one of the two ends. Return a smaller feed
    unchanged."""
    if len(body) < _TRIM_FROM:
        return body
    entry_tags = list(_ITEM.finditer(body))
    if len(entry_tags) <= MOST_ENTRIES:
        return body
    half = MOST_ENTRIES // 2
    end_of_first_half = entry_tags[half].start()
    start_of_last_half = entry_tags[-half].start()
    return body[:end_of_first_half] + body[start_of_last_half:]


def looks_html(body: bytes) -> bool:
    """Return True if `body` begins like a web page and has no feed element in its first 64 KB."""
    head = body[:_HEAD_BYTES].lower()
    if _FEED_ROOT.search(head):
        return False
    start = head[:_START_BYTES]
    if b"<html" in start or b"<!doctype html" in start:
        return True
    return start.lstrip().startswith((b"<head", b"<body", b"<title"))


def parse_feed(body: bytes, url: str, headers: Mapping[str, str] | None = None) -> ParsedFeed:
    """Return the feed or sitemap `body` from `url`, with at most 1,000 entries in their order.
    `headers`: the headers of the HTTP answer, with lower-case names. Raise NotAFeed, with the
    reason, if `body` cannot be read or is neither a feed nor a sitemap."""
    document = decompress_body(body)
    if looks_json(document):
        return _make_ids_distinct(parse_json_feed(document, url, MOST_ENTRIES))
    if looks_html(document):
        raise NotAFeed("html")
    if looks_sitemap(document):
        return _make_ids_distinct(parse_sitemap(document, url, MOST_ENTRIES))
    refuse_huge_elements(document)
    xml = drop_middle_entries(document)
    content_type = (headers or {}).get("content-type", "")
    parsed = read_well_formed(xml, content_type)
    if parsed is None:  # the XML is faulty, or has parts that only feedparser reads
        xml = repair_xml(xml)
        parsed = read_well_formed(xml, content_type) or read_any(xml, content_type)
    is_feed = bool(parsed.get("version") or parsed["entries"])
    if not is_feed:
        raise _explain_refusal(xml, parsed)
    return _make_ids_distinct(_read_feed(parsed, url, xml))


def decompress_body(body: bytes) -> bytes:
    """Return the content of a gzip file; other bytes are returned unchanged. Raise NotAFeed with
    one of these reasons: "empty", "too-large" if it has over 16 MB, or "unknown-format" if the gzip
    file is faulty."""
    is_gzip = body.startswith(b"\x1f\x8b")
    if is_gzip:
        try:
            body = decompress_gzip(body, MOST_BYTES)
        except TooLarge as error:
            raise NotAFeed("too-large", str(error)) from error
        except BadEncoding as error:
            raise NotAFeed("unknown-format", str(error)) from error
    if not body.strip(b" \t\r\n\0"):
        raise NotAFeed("empty")
    if len(body) > MOST_BYTES:
        raise NotAFeed("too-large", f"{len(body):,} bytes, more than {MOST_BYTES:,}")
    return body


def read_any(body: bytes, content_type: str) -> Any:
    """Return what feedparser returns for `body`, which may be faulty XML. `content_type`: the
    header of the HTTP answer, "" if unknown. Raise NotAFeed(broken-xml) if feedparser itself
    fails."""
    import feedparser

    # no content-location: feedparser would resolve every element against it, a fifth of its time
    answer = {"content-type": content_type} if content_type else {}
    try:
        # BytesIO: bytes that look like a path would be opened as a file
        return feedparser.parse(
            io.BytesIO(body),
            response_headers=answer,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (
        SAXException,
        ValueError,
        AssertionError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise NotAFeed("broken-xml", f"{type(error).__name__}: {str(error)[:100]}") from error


def _explain_refusal(body: bytes, parsed: Any) -> NotAFeed:
    """Return the exception for the document `body`, in which feedparser found no feed. `parsed`:
    the result of feedparser."""
    if b"<" not in body[:1000]:
        return NotAFeed("unknown-format", "neither XML nor JSON")
    fault = parsed.get("bozo_exception")  # feedparser's name for the fault that it noticed
    if isinstance(fault, SAXException):
        line = " ".join(str(fault).split())
        return NotAFeed("broken-xml", line[:200])
    return NotAFeed("unknown-format", "well-formed XML, but not a feed")


def _read_feed(parsed: Any, url: str, body: bytes) -> ParsedFeed:
    """Return the feed at `url` with its first 1,000 entries. `parsed`: the result of feedparser, or
    of `well_formed`, which has the same form. `body`: the XML of the feed, for the elements that
    feedparser drops, such as skipHours, skipDays and those of podcasts."""
    head = parsed["feed"]
    version = str(parsed.get("version") or "rss")
    links = _list_objects(head, "links")
    hubs = [resolve(url, _get_text(link, "href")) for link in _filter_links(links, "hub")]
    own_urls = [resolve(url, _get_text(link, "href")) for link in _filter_links(links, "self")]
    is_complete = True
    has_fault = bool(parsed.get("bozo"))  # feedparser's name for a feed with a fault
    if has_fault:  # after most faults, the rest of the feed is lost
        is_complete = type(parsed.get("bozo_exception")).__name__ in _HARMLESS
    licences = _list_addresses(links, "license")
    podcast_parts = read_podcast_parts(body, url)
    entries = [
        _read_entry(item, url, version, licences, podcast_parts)
        for item in parsed["entries"][:MOST_ENTRIES]
    ]
    is_rdf = version in ("rss090", "rss10")  # feedparser's names for the two RSS that are RDF
    return ParsedFeed(
        format="rdf" if is_rdf else version,
        title=_get_title(head, version),
        site_url=resolve(url, _get_text(head, "link")),
        icons=_list_icons(head, url),
        id=_get_text(head, "id"),
        hubs=tuple(dict.fromkeys(hubs)),
        self_url=next(iter(own_urls), ""),
        language=_get_text(head, "language"),
        ttl_minutes=_parse_number(_get_text(head, "ttl"), _MINUTES_A_YEAR),
        update_seconds=_get_update_seconds(head),
        skip_hours=_read_skip_hours(body),
        skip_days=_read_skip_days(body),
        complete=is_complete,
        entries=tuple(entries),
    )


def _list_icons(head: Any, url: str) -> tuple[str, ...]:
    """Return the addresses of a feed's icon, its image and its logo, in this order, each only once.
    `head`: the feed's values in feedparser's result. `url`: the address of the feed."""
    image = _get_text(head.get("image") or {}, "href")
    stated = (_get_text(head, "icon"), image, _get_text(head, "logo"))
    addresses = [resolve(url, address) for address in stated]
    return tuple(dict.fromkeys(address for address in addresses if address))


def _read_skip_hours(body: bytes) -> tuple[int, ...]:
    """Return the hours at which the feed asks not to be visited, 0 to 23 in UTC (skipHours of RSS
    2.0)."""
    hours = [int(hour) for hour in _HOUR.findall(_find_block(body, b"skipHours"))]
    return tuple(sorted({hour % _MIDNIGHT for hour in hours if hour <= _MIDNIGHT}))


def _read_skip_days(body: bytes) -> tuple[str, ...]:
    """Return the days on which the feed asks not to be visited, "monday" to "sunday" in their order
    in the week (skipDays of RSS 2.0)."""
    days = {day.decode().lower() for day in _DAY.findall(_find_block(body, b"skipDays"))}
    return tuple(day for day in _WEEKDAYS if day in days)


def _read_entry(
    item: Any,
    url: str,
    version: str,
    licences: list[str],
    podcast_parts: Mapping[str, tuple[str, ...]],
) -> Entry:
    """Return an entry of the feed. `item`: the entry in feedparser's result. `url`: the address of
    the feed. `version`: feedparser's name for the format of the feed. `licences`: the addresses of
    the feed's licences, which count for an entry that states none (RFC 4946 section 2).
    `podcast_parts`: lines about each podcast episode, by the address of its file."""
    # FeedBurner replaces links by those of its counter, and keeps the original ones
    stated_link = _get_text(item, "feedburner_origlink") or _get_text(item, "link")
    link = resolve(url, stated_link)
    title = _get_title(item, version)
    contents = [_get_html(part) for part in _list_objects(item, "content")]
    content = max(contents, key=len, default="")  # some entries have plain text besides HTML
    summary = _get_html(item.get("summary_detail") or {}) or _get_text(item, "summary")
    entry_id = choose_entry_id(_get_text(item, "id"), link, title, content or summary)
    if summary == content:  # it is stored once
        summary = ""
    links = _list_objects(item, "links")
    enclosures = tuple(_read_enclosures(links, url, item, podcast_parts))
    entry_licences = _list_addresses(links, "license") or licences
    return Entry(
        id=entry_id,
        url=link,
        title=title,
        authors=clean_names(*_list_authors(item)),
        published=_get_date(item, "published") or _get_date(item, "created"),
        updated=_get_date(item, "updated"),
        summary=summary,
        content=content,
        categories=_list_categories(item),
        enclosures=enclosures,
        image=_find_image(item, url, enclosures),
        language=_get_text(item.get("title_detail") or {}, "language"),
        rights=_list_rights(item, url, entry_licences),
    )


def _list_categories(item: Any) -> tuple[str, ...]:
    """Return the categories of an entry, each only once. Names of over 100 characters are left out,
    as they are sentences. `item`: the entry in feedparser's result."""
    categories: dict[str, None] = {}
    for tag in _list_objects(item, "tags"):
        name = one_line(_get_text(tag, "label") or _get_text(tag, "term"))
        if name and len(name) <= _LONGEST_CATEGORY:
            categories[name] = None
    return tuple(categories)


def _list_rights(item: Any, url: str, licences: list[str]) -> tuple[str, ...]:
    """Return the statements about the rights of an entry as lines of text: its copyright, and its
    licences. `item`: the entry in feedparser's result. `url`: the address of the feed. `licences`:
    the addresses of the licences."""
    copyright_line = one_line(_get_text(item, "rights"))
    if not copyright_line and not any(licences):
        return ()
    named_values = [("rights", copyright_line)]
    named_values += [("rel=license", licence) for licence in licences]
    return tuple(statement.line() for statement in read_statements("feed", named_values, url))


def _filter_links(links: list[Any], relation: str) -> list[Any]:
    """Return those of `links` whose attribute `rel` is `relation`."""
    return [link for link in links if _get_text(link, "rel") == relation]


def _list_addresses(links: list[Any], relation: str) -> list[str]:
    """Return the addresses of those of `links` whose attribute `rel` is `relation`."""
    addresses = [_get_text(link, "href") for link in _filter_links(links, relation)]
    return [address for address in addresses if address]


def _make_ids_distinct(feed: ParsedFeed) -> ParsedFeed:
    """Return the feed with a distinct id for each entry, and without empty entries.

    Some feeds use one id for several articles. If entries with the same id have different links,
    their links become their ids. If entries then have the same id and different titles, a digest of
    title and id becomes their id. Of entries that still have the same id, only the first stays."""
    entries = [entry for entry in feed.entries if _has_content(entry)]

    # an id that entries with several links share: their links become their ids
    links_by_id: dict[str, set[str]] = {}
    for entry in entries:
        links_by_id.setdefault(entry.id, set()).add(entry.url)
    with_links = []
    for entry in entries:
        if len(links_by_id[entry.id]) > 1:
            link_id = choose_entry_id("", entry.url, entry.title, entry.content)
            with_links.append(replace(entry, id=link_id))
        else:
            with_links.append(entry)

    # an id that entries with several titles still share: digests become their ids
    titles_by_id: dict[str, set[str]] = {}
    for entry in with_links:
        titles_by_id.setdefault(entry.id, set()).add(entry.title)
    distinct: dict[str, Entry] = {}
    for entry in with_links:
        if len(titles_by_id[entry.id]) > 1:
            distinct_id = choose_entry_id("", "", entry.title, entry.id)
            distinct.setdefault(distinct_id, replace(entry, id=distinct_id))
        else:
            distinct.setdefault(entry.id, entry)
    return replace(feed, entries=tuple(distinct.values()))


def _has_content(entry: Entry) -> bool:
    """Return True if an entry has a link, a text, a picture or an enclosure, and not only an id,
    names and times."""
    texts = (entry.url, entry.title, entry.summary, entry.content, entry.image)
    return any(texts) or bool(entry.enclosures)


def _get_html(part: Any) -> str:
    """Return the value of `part`, a content or summary in feedparser's result, as HTML. Plain text
    is escaped, unless it contains markup: some feeds state the wrong type."""
    value = _get_text(part, "value")
    is_plain = _get_text(part, "type") == "text/plain" and not _MARKUP.search(value)
    if not is_plain:
        return value
    return escape(value, quote=False)


def _list_authors(item: Any) -> list[str]:
    """Return the names of an entry's authors. If an author has no name, it is the e-mail address.
    If there is no list of authors, it is the field `author`, which may be "". `item`: the entry in
    feedparser's result."""
    authors = _list_objects(item, "authors")
    people = [_get_text(author, "name") or _get_text(author, "email") for author in authors]
    names = [name for name in people if name]
    return names or [_get_text(item, "author")]


def _read_enclosures(
    links: list[Any], url: str, item: Any, podcast_parts: Mapping[str, tuple[str, ...]]
) -> Iterator[Enclosure]:
    """Yield the enclosures of an entry, such as the audio file of an episode. `links`: the links of
    the entry; one without an address is left out. `url`: the address of the feed. `item`: the entry
    in feedparser's result. `podcast_parts`: lines about each episode, by the address of its
    file."""
    duration = _get_text(item, "itunes_duration")[:_LONGEST_DURATION]
    for link in _filter_links(links, "enclosure"):
        target = resolve(url, _get_text(link, "href"))
        if not target:
            continue
        yield Enclosure(
            url=target,
            type=_get_text(link, "type").lower(),
            length=_parse_number(_get_text(link, "length"), _LARGEST_LENGTH) or 0,
            duration=duration,
            podcast=podcast_parts.get(target, ()),
        )


def _find_image(item: Any, url: str, enclosures: tuple[Enclosure, ...]) -> str:
    """Return the absolute address of an entry's picture; "" if it has none. The first of these
    elements that has an address counts: media:content (the largest picture), media:thumbnail,
    itunes:image, an enclosure.

    `item`: the entry in feedparser's result. `url`: the address of the feed. `enclosures`: those of
    the entry."""
    pictures = [part for part in _list_objects(item, "media_content") if _is_picture(part)]
    pictures.sort(key=_measure_area, reverse=True)
    thumbnails = _list_objects(item, "media_thumbnail")
    candidates = [_get_text(part, "url") for part in (*pictures, *thumbnails)]
    candidates.append(_get_text(item.get("image") or {}, "href"))
    candidates += [part.url for part in enclosures if part.type.startswith("image/")]
    for candidate in candidates:
        if not candidate:
            continue
        address = resolve(url, candidate)
        if address:
            return address
    return ""


def _is_picture(part: Any) -> bool:
    """Return True if a media:content element states that it is a picture. `part`: the element in
    feedparser's result."""
    return _get_text(part, "medium") == "image" or _get_text(part, "type").startswith("image/")


def _measure_area(part: Any) -> int:
    """Return the number of pixels of a picture, by the width and height that `part`, its element in
    feedparser's result, states. If it states no height, return the width. If it states no width,
    return 0."""
    width = _parse_number(_get_text(part, "width"), _MOST_PIXELS) or 0
    height = _parse_number(_get_text(part, "height"), _MOST_PIXELS) or 1
    return width * height


def _get_date(item: Any, name: str) -> datetime | None:
    """Return the time in the field `name` of an entry. If `parse_date` cannot read it, take the
    time that feedparser has read. Return None if there is no time, or if its year is not in 1990 to
    2200. `item`: the entry in feedparser's result."""
    written = _get_text(item, name)
    if not written:
        return None
    moment = parse_date(written)
    if moment is None:
        parsed = dict.get(item, f"{name}_parsed")  # a struct_time in UTC
        if parsed is not None:
            with suppress(ValueError, TypeError, OverflowError):
                moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    if moment is None or moment.year not in YEARS:
        return None
    return moment


def _get_update_seconds(head: Any) -> int | None:
    """Return the seconds between updates that the feed states: its sy:updatePeriod, divided by its
    sy:updateFrequency. None if it states no period. `head`: the feed's values in feedparser's
    result."""
    period = _PERIODS.get(_get_text(head, "sy_updateperiod").lower())
    if period is None:
        return None
    frequency = _parse_number(_get_text(head, "sy_updatefrequency"), _MOST_UPDATES) or 1
    return period // max(1, frequency)


def _find_block(body: bytes, name: bytes) -> bytes:
    """Return the bytes of the first element `name` in the XML `body`, without its end tag. Return
    b"" if it is missing or has over 4,000 bytes. feedparser cannot be used for such an element, as
    it keeps only the last of its children."""
    start = body.find(b"<" + name)
    if start < 0:
        return b""
    end = body.find(b"</" + name, start)
    if end < 0 or end >= start + _LONGEST_BLOCK:
        return b""
    return body[start:end]


def _get_title(owner: Any, version: str) -> str:
    """Return the title of a feed or an entry as plain text. `owner`: the feed or entry in
    feedparser's result. `version`: feedparser's name for the format. Titles are HTML, except those
    of Atom with the type "text"."""
    detail = owner.get("title_detail") or {}
    is_plain = version.startswith("atom") and _get_text(detail, "type") == "text/plain"
    return one_line(_get_text(owner, "title"), markup=not is_plain)


def _get_text(owner: Any, name: str) -> str:
    """Return the text `name` of `owner`, an object in feedparser's result. Return "" if it is
    missing or not a text."""
    # dict.get: feedparser's own `get` finds values of other names, too
    value = dict.get(owner, name) if isinstance(owner, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _list_objects(owner: Any, name: str) -> list[Any]:
    """Return the objects in the list `name` of `owner`, an object in feedparser's result. Return []
    if there is no such list."""
    value = dict.get(owner, name)
    if not isinstance(value, list):
        return []
    return [part for part in value if isinstance(part, dict)]


def _parse_number(value: str, most: int) -> int | None:
    """Return the number that `value` states in digits, but at most `most`. Return None if `value`
    is any other text."""
    if not re.fullmatch(r"\d{1,18}", value):
        return None
    return min(int(value), most)
