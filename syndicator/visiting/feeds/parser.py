"""Parse feeds (RSS, Atom, JSON Feed) and sitemaps into entries; repair faulty XML.

Well-formed feeds are read by `well_formed`, others by feedparser, which is imported only here.
Sitemaps are read as feeds (sitemaps.org 0.9, Google News). Episodes may have parts of Podcasting
2.0."""

import calendar
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from html.entities import html5
from typing import Any, Final
from xml.sax import SAXException

from lxml import etree

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
from syndicator.visiting.feeds.well_formed import read as read_well_formed
from syndicator.visiting.fetch.responses import BadEncoding, TooLarge, decompress_gzip

_NAMESPACE: Final = "{https://podcastindex.org/namespace/1.0}"
_ITUNES: Final = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_NAMESPACE_MARKS: Final = (b"podcastindex.org/namespace/1.0", b"itunes.com/dtds/podcast-1.0.dtd")
_NUMBER: Final = re.compile("[1-9][0-9]{0,5}")
# values that Apple takes now, and earlier ones
_EXPLICIT: Final = {
    "true": "true",
    "yes": "true",
    "explicit": "true",
    "false": "false",
    "no": "false",
    "clean": "false",
}
_MOST_PARTS: Final = 30  # parts of an episode; none has so many
_LONGEST_VALUE: Final = 300  # characters of a value
# elements of an episode, and their attributes
_PODCAST_ELEMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "transcript": ("type", "language", "rel"),
    "chapters": ("type",),
    "person": ("role", "group", "href", "img"),
}
_SITEMAP_ROOT = re.compile(rb"<(?:[\w.-]+:)?(urlset|sitemapindex)[\s>]")
_NEVER = datetime.min.replace(tzinfo=UTC)
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
# A bare ampersand or an HTML entity that XML does not know; CDATA is matched so that it is skipped.
_FAULT = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:#(?:\d{1,7}|[xX][0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)?",
    re.S,
)
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_ROOT = re.compile(rb"<(?:rss|feed|rdf:RDF)(?=[\s>])", re.I)
# Prefixes that feeds use without declaring them.
_SPACES = {
    b"atom": b"http://www.w3.org/2005/Atom",
    b"content": b"http://purl.org/rss/1.0/modules/content/",
    b"dc": b"http://purl.org/dc/elements/1.1/",
    b"dcterms": b"http://purl.org/dc/terms/",
    b"itunes": b"http://www.itunes.com/dtds/podcast-1.0.dtd",
    b"media": b"http://search.yahoo.com/mrss/",
    b"slash": b"http://purl.org/rss/1.0/modules/slash/",
    b"sy": b"http://purl.org/rss/1.0/modules/syndication/",
    b"wfw": b"http://wellformedweb.org/CommentAPI/",
}
_KNOWN = frozenset((b"amp", b"lt", b"gt", b"quot", b"apos"))
_START = re.compile(rb"<\?xml\s|<(?:rss|feed|rdf:RDF|channel)[\s>]", re.I)
_END = re.compile(rb"</(?:rss|feed|rdf:RDF)\s*>", re.I)
_JUNK_BYTES = 8192  # that may come before the document, such as the warnings of a script
_TAIL_BYTES = 4096  # searched for the end of the document
_SUBSET_END = re.compile(rb"\]\s*>")
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


def read_podcast_parts(body: bytes, url: str) -> dict[str, tuple[str, ...]]:
    """Return lines about podcast episodes (`model.Enclosure.podcast`), such as "season 2" and
    "person Jane Doe; role=host", by the absolute address of the episode's enclosure. `url`: address
    of the feed."""
    if not any(mark in body for mark in _NAMESPACE_MARKS):
        return {}
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    root: Any = etree.fromstring(body, parser)
    if root is None:
        return {}
    parts: dict[str, tuple[str, ...]] = {}
    for item in root.iter("item"):
        enclosure = item.find("enclosure")
        lines = (*_list_itunes_lines(item), *_list_podcast_lines(item, url))
        distinct_lines = tuple(dict.fromkeys(lines))[:_MOST_PARTS]
        if enclosure is not None and distinct_lines:
            parts.setdefault(resolve(url, enclosure.get("url", "")), distinct_lines)
    return parts


def _list_podcast_lines(item: Any, url: str) -> Iterator[str]:
    """Yield a line for each transcript, chapters file and person of an episode: kind, address or
    name, then attributes, as in "chapters https://a.example/1.json; type=application/json"."""
    for kind, attribute_names in _PODCAST_ELEMENTS.items():
        for node in item.iterfind(_NAMESPACE + kind):
            if kind == "person":
                content = _clean_value(node.text)
            else:
                content = resolve(url, node.get("url", ""))
            if not content:
                continue
            values = [f"{kind} {content}"]
            for name in attribute_names:
                value = _clean_value(node.get(name))
                if value:
                    values.append(f"{name}={value}")
            yield "; ".join(values)


def _list_itunes_lines(item: Any) -> Iterator[str]:
    """Yield a line each for season, number and advice ("explicit true") that an episode states in
    the elements of Apple Podcasts."""
    for kind in ("season", "episode"):
        number = one_line(item.findtext(_ITUNES + kind) or "")
        if _NUMBER.fullmatch(number):
            yield f"{kind} {number}"
    explicit = one_line(item.findtext(_ITUNES + "explicit") or "").casefold()
    if explicit in _EXPLICIT:
        yield f"explicit {_EXPLICIT[explicit]}"


def _clean_value(text: str | None) -> str:
    """Return the value on one line, without semicolons, which separate values."""
    return re.sub(r"\s*;\s*", ", ", one_line(text or ""))[:_LONGEST_VALUE]


def looks_sitemap(body: bytes) -> bool:
    """Return True if `body` begins like a sitemap or an index of sitemaps."""
    return _SITEMAP_ROOT.search(body[:_START_BYTES]) is not None


def parse_sitemap(body: bytes, url: str, most: int) -> ParsedFeed:
    """Return the `most` newest addresses of the sitemap from `url` as a feed. Their time is the
    publication date (Google News) or lastmod. Raise NotAFeed for an index of sitemaps and for XML
    that cannot be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(body, parser)
    if root is None:
        raise NotAFeed("broken-xml", "the sitemap cannot be read")
    if etree.QName(root).localname == "sitemapindex":
        first = _read_text(root.find("{*}sitemap/{*}loc"))
        raise NotAFeed(
            "sitemap-index",
            f"it lists other sitemaps; add the one with the articles, such as {first}",
        )
    entries = sorted(
        _read_sitemap_entries(root, url),
        key=lambda entry: entry.published or entry.updated or _NEVER,
        reverse=True,
    )
    return ParsedFeed(format="sitemap", entries=tuple(entries[:most]))


def _read_sitemap_entries(root: Any, url: str) -> Iterator[Entry]:
    """Yield an entry for each address of a sitemap."""
    for node in root.iterfind("{*}url"):
        address = resolve(url, _read_text(node.find("{*}loc")))
        if not address:
            continue
        yield Entry(
            id=address,
            url=address,
            title=_read_text(node.find("{*}news/{*}title")),
            published=parse_date(_read_text(node.find("{*}news/{*}publication_date"))),
            updated=parse_date(_read_text(node.find("{*}lastmod"))),
            language=_read_text(node.find("{*}news/{*}publication/{*}language")),
        )


def _read_text(node: Any) -> str:
    """Return the text of an element, "" if it is missing."""
    return one_line(node.text or "") if node is not None else ""


def refuse_huge_elements(body: bytes) -> None:
    """Raise NotAFeed(broken-xml) if an element has more than 1,000 attributes. The time that
    feedparser needs grows with the square of their number."""
    for match in _LONG_TAG.finditer(body):
        count = match[0].count(b"=")
        if count > _MOST_ATTRIBUTES:
            raise NotAFeed("broken-xml", f"an element with {count:,} attributes")


def drop_middle_entries(body: bytes) -> bytes:
    """Return `body` without its middle entries if it has over 1 MB and over 1,000 entries. The
    first 500 and the last 500 remain, as feeds have their newest entries at one end."""
    if len(body) < _TRIM_FROM:
        return body
    starts = list(_ITEM.finditer(body))
    if len(starts) <= MOST_ENTRIES:
        return body
    half = MOST_ENTRIES // 2
    return body[: starts[half].start()] + body[starts[-half].start() :]


def looks_html(body: bytes) -> bool:
    """Return True if `body` begins like a web page and has no feed element in its first 64 KB."""
    head = body[:_HEAD_BYTES].lower()
    if _FEED_ROOT.search(head):
        return False
    start = head[:_START_BYTES]
    if b"<html" in start or b"<!doctype html" in start:
        return True
    return start.lstrip().startswith((b"<head", b"<body", b"<title"))


def repair_xml(body: bytes) -> bytes:
    """Return `body` as XML that feedparser can read: without text around the document and without
    control characters, with valid ampersands, numeric entities and declared prefixes.

    Entities that the document itself declares are not expanded, as their expansion may be huge;
    they become plain text. UTF-16 and UTF-32 are not repaired."""
    if b"\0" in body[:64] or body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body
    body = _declare_prefixes(_remove_subset(_cut_junk(body)))
    if b"iso-2022" not in body[:200].lower():  # its escape sequences are control characters
        body = body.translate(None, _CONTROLS)
    return _FAULT.sub(_repair_fault, body)


def _cut_junk(body: bytes) -> bytes:
    """Return `body` without text before the feed's first element or XML declaration and after its
    last element. Scripts print warnings there."""
    start = _START.search(body, 0, _JUNK_BYTES)
    if start is not None:
        # comments and a DOCTYPE may precede the first element, but nothing the XML declaration
        is_declaration = start[0].startswith(b"<?")
        if is_declaration or not _is_prologue(body[: start.start()]):
            body = body[start.start() :]
    tail = max(len(body) - _TAIL_BYTES, 0)
    ends = list(_END.finditer(body, tail))
    if not ends:
        return body
    return body[: ends[-1].end()]


def _remove_subset(body: bytes) -> bytes:
    """Return `body` without its DOCTYPE if that declares entities (has an internal subset,
    "[...]")."""
    start = body.find(b"<!DOCTYPE", 0, _JUNK_BYTES)
    if start < 0:
        return body
    opening = body.find(b"[", start, body.find(b">", start))
    if opening < 0:
        return body
    closing = _SUBSET_END.search(body, opening)
    if closing is None:
        return body
    return body[:start] + body[closing.end() :]


def _declare_prefixes(body: bytes) -> bytes:
    """Return `body` with the namespaces of common prefixes that it uses and does not declare."""
    declarations = b""
    for prefix, namespace in _SPACES.items():
        if b"<" + prefix + b":" in body and b"xmlns:" + prefix not in body:
            declarations += b' xmlns:%s="%s"' % (prefix, namespace)
    if not declarations:
        return body
    return _ROOT.sub(lambda match: match[0] + declarations, body, count=1)


def _is_prologue(head: bytes) -> bool:
    """Return True if `head` has only parts that XML permits before the root element."""
    rest = re.sub(rb"<\?.*?\?>|<!--.*?-->|<![A-Za-z][^>]*>", b"", head, flags=re.S)
    return not rest.strip(b"\xef\xbb\xbf \t\r\n")


def _repair_fault(match: re.Match[bytes]) -> bytes:
    """Return the replacement for a match of `_FAULT`: "&amp;" for a bare ampersand, numbers for an
    HTML entity ("&nbsp;" gives "&#160;"), "&amp;name;" for an unknown entity. CDATA and what XML
    knows stay as they are."""
    fault = match[0]
    if fault.startswith(b"<![CDATA["):
        return fault
    if fault == b"&":
        return b"&amp;"
    name = match[1]  # of an entity, None for a number
    if name is None or name in _KNOWN:
        return fault
    character = html5.get(name.decode() + ";")
    if character is None:
        return b"&amp;" + fault[1:]
    return b"".join(b"&#%d;" % ord(char) for char in character)


def parse_feed(body: bytes, url: str, headers: Mapping[str, str] | None = None) -> ParsedFeed:
    """Return the feed or sitemap `body` from `url`, with at most 1,000 entries in their order.
    `headers`: those of the HTTP answer, lower-case names. Raise NotAFeed with a reason if `body` is
    neither."""
    body = decompress_body(body)
    if looks_json(body):
        return _make_ids_distinct(parse_json_feed(body, url, MOST_ENTRIES))
    if looks_html(body):
        raise NotAFeed("html")
    if looks_sitemap(body):
        return _make_ids_distinct(parse_sitemap(body, url, MOST_ENTRIES))
    refuse_huge_elements(body)
    body = drop_middle_entries(body)
    content_type = (headers or {}).get("content-type", "")
    parsed = read_well_formed(body, content_type)
    if parsed is None:
        body = repair_xml(body)
        parsed = read_well_formed(body, content_type) or read_any(body, content_type)
    if not parsed.get("version") and not parsed["entries"]:
        raise _explain_refusal(body, parsed)
    return _make_ids_distinct(_read_feed(parsed, url, body))


def decompress_body(body: bytes) -> bytes:
    """Return the content of a gzip file; other bytes are returned as they are. Raise NotAFeed(empty
    | too-large | unknown-format)."""
    if body.startswith(b"\x1f\x8b"):
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
    """Return feedparser's result for `body`, also for faulty XML. Raise NotAFeed(broken-xml) if
    feedparser fails."""
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
    """Return the exception for a document in which feedparser found no feed. `parsed`: feedparser's
    result."""
    if b"<" not in body[:1000]:
        return NotAFeed("unknown-format", "neither XML nor JSON")
    if isinstance(parsed.get("bozo_exception"), SAXException):
        return NotAFeed("broken-xml", " ".join(str(parsed.get("bozo_exception", "")).split())[:200])
    return NotAFeed("unknown-format", "well-formed XML, but not a feed")


def _read_feed(parsed: Any, url: str, body: bytes) -> ParsedFeed:
    """Return feedparser's result `parsed` for the feed from `url` as a ParsedFeed. Elements that
    feedparser drops (skipHours, skipDays, podcast elements) are read from `body`."""
    head = parsed["feed"]
    version = str(parsed.get("version") or "rss")
    links = _list_objects(head, "links")
    hubs = [resolve(url, _get_text(link, "href")) for link in _filter_links(links, "hub")]
    own_urls = [resolve(url, _get_text(link, "href")) for link in _filter_links(links, "self")]
    is_complete = True
    if parsed.get("bozo"):  # feedparser noticed a fault
        is_complete = type(parsed.get("bozo_exception")).__name__ in _HARMLESS
    licences = _list_addresses(links, "license")
    podcast_parts = read_podcast_parts(body, url)
    entries = [
        _read_entry(item, url, version, licences, podcast_parts)
        for item in parsed["entries"][:MOST_ENTRIES]
    ]
    return ParsedFeed(
        format="rdf" if version in ("rss090", "rss10") else version,
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
    """Return the addresses of a feed's icon, image (or that of a podcast) and logo, in this order,
    without repetition."""
    image = _get_text(head.get("image") or {}, "href")
    stated = (_get_text(head, "icon"), image, _get_text(head, "logo"))
    addresses = [resolve(url, address) for address in stated]
    return tuple(dict.fromkeys(address for address in addresses if address))


def _read_skip_hours(body: bytes) -> tuple[int, ...]:
    """Return the hours (0 to 23, UTC) at which the feed asks not to be visited (skipHours of RSS
    2.0)."""
    hours = [int(hour) for hour in _HOUR.findall(_find_block(body, b"skipHours"))]
    return tuple(sorted({hour % _MIDNIGHT for hour in hours if hour <= _MIDNIGHT}))


def _read_skip_days(body: bytes) -> tuple[str, ...]:
    """Return the days ("monday", ...) on which the feed asks not to be visited (skipDays of RSS
    2.0)."""
    days = {day.decode().lower() for day in _DAY.findall(_find_block(body, b"skipDays"))}
    return tuple(day for day in _WEEKDAYS if day in days)


def _read_entry(
    item: Any,
    url: str,
    version: str,
    licences: list[str],
    podcast_parts: Mapping[str, tuple[str, ...]],
) -> Entry:
    """Return an entry of feedparser's result. `url`: address of the feed; `version`: feedparser's
    name for its format; `licences`: addresses of the feed's licences, which hold for entries
    without a licence of their own (RFC 4946 section 2), unlike the feed's copyright;
    `podcast_parts`: see `read_podcast_parts`."""
    # FeedBurner replaces links by those of its counter, and keeps the original ones
    link = resolve(url, _get_text(item, "feedburner_origlink") or _get_text(item, "link"))
    title = _get_title(item, version)
    contents = [_get_html(part) for part in _list_objects(item, "content")]
    content = max(contents, key=len, default="")  # some entries have plain text besides HTML
    summary = _get_html(item.get("summary_detail") or {}) or _get_text(item, "summary")
    entry_id = choose_entry_id(_get_text(item, "id"), link, title, content or summary)
    if summary == content:
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
    """Return the categories of an entry, without repetition and without those of over 100
    characters, which are sentences."""
    categories: dict[str, None] = {}
    for tag in _list_objects(item, "tags"):
        name = one_line(_get_text(tag, "label") or _get_text(tag, "term"))
        if name and len(name) <= _LONGEST_CATEGORY:
            categories[name] = None
    return tuple(categories)


def _list_rights(item: Any, url: str, licences: list[str]) -> tuple[str, ...]:
    """Return what an entry states on its rights (its copyright and `licences`), as lines of
    `Entry.rights`."""
    rights = [("rights", one_line(_get_text(item, "rights")))]
    rights += [("rel=license", licence) for licence in licences]
    if not any(value for _, value in rights):
        return ()
    return tuple(statement.line() for statement in read_statements("feed", rights, url))


def _filter_links(links: list[Any], relation: str) -> list[Any]:
    """Return the `links` whose `rel` is `relation`."""
    return [link for link in links if _get_text(link, "rel") == relation]


def _list_addresses(links: list[Any], relation: str) -> list[str]:
    """Return the addresses of the `links` whose `rel` is `relation`."""
    addresses = [_get_text(link, "href") for link in _filter_links(links, relation)]
    return [address for address in addresses if address]


def _make_ids_distinct(feed: ParsedFeed) -> ParsedFeed:
    """Return the feed with distinct ids, without empty entries.

    Some feeds use one id for several articles. If entries with the same id have different links,
    their ids become their links; if entries still share an id and have different titles, a digest
    of title and id. Of entries that are equal then, the first stays."""
    entries = [entry for entry in feed.entries if _has_content(entry)]

    # ids that several links share
    links: dict[str, set[str]] = {}
    for entry in entries:
        links.setdefault(entry.id, set()).add(entry.url)
    with_links = []
    for entry in entries:
        if len(links[entry.id]) > 1:
            link_id = choose_entry_id("", entry.url, entry.title, entry.content)
            with_links.append(replace(entry, id=link_id))
        else:
            with_links.append(entry)

    # ids that several titles still share
    titles: dict[str, set[str]] = {}
    for entry in with_links:
        titles.setdefault(entry.id, set()).add(entry.title)
    distinct: dict[str, Entry] = {}
    for entry in with_links:
        if len(titles[entry.id]) > 1:
            distinct_id = choose_entry_id("", "", entry.title, entry.id)
            distinct.setdefault(distinct_id, replace(entry, id=distinct_id))
        else:
            distinct.setdefault(entry.id, entry)
    return replace(feed, entries=tuple(distinct.values()))


def _has_content(entry: Entry) -> bool:
    """Return True if an entry has more than an id, names and times."""
    texts = (entry.url, entry.title, entry.summary, entry.content, entry.image)
    return any(texts) or bool(entry.enclosures)


def _get_html(part: Any) -> str:
    """Return a content or summary of feedparser's result as HTML. Plain text is escaped, unless it
    has markup, as in feeds that state the wrong type."""
    value = _get_text(part, "value")
    is_plain = _get_text(part, "type") == "text/plain" and not _MARKUP.search(value)
    if not is_plain:
        return value
    return escape(value, quote=False)


def _list_authors(item: Any) -> list[str]:
    """Return the names of an entry's authors, of those without a name the e-mail address."""
    authors = _list_objects(item, "authors")
    people = [_get_text(author, "name") or _get_text(author, "email") for author in authors]
    names = [name for name in people if name]
    return names or [_get_text(item, "author")]


def _read_enclosures(
    links: list[Any], url: str, item: Any, podcast_parts: Mapping[str, tuple[str, ...]]
) -> Iterator[Enclosure]:
    """Yield the enclosures of an entry with an absolute address. `podcast_parts`: see
    `read_podcast_parts`."""
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
    """Return the address of an entry's picture, "" without one: the largest picture of
    media:content, else media:thumbnail, itunes:image, or an enclosure that is a picture."""
    pictures = [part for part in _list_objects(item, "media_content") if _is_picture(part)]
    pictures.sort(key=_measure_area, reverse=True)
    thumbnails = _list_objects(item, "media_thumbnail")
    addresses = [_get_text(part, "url") for part in (*pictures, *thumbnails)]
    addresses.append(_get_text(item.get("image") or {}, "href"))
    addresses += [part.url for part in enclosures if part.type.startswith("image/")]
    for address in addresses:
        if not address:
            continue
        target = resolve(url, address)
        if target:
            return target
    return ""


def _is_picture(part: Any) -> bool:
    """Return True if an element media:content states that it is a picture."""
    return _get_text(part, "medium") == "image" or _get_text(part, "type").startswith("image/")


def _measure_area(part: Any) -> int:
    """Return the pixels of a picture as it states them; its width if it states no height, 0 if no
    width."""
    width = _parse_number(_get_text(part, "width"), _MOST_PIXELS) or 0
    height = _parse_number(_get_text(part, "height"), _MOST_PIXELS) or 1
    return width * height


def _get_date(item: Any, name: str) -> datetime | None:
    """Return the time in the element `name` of an entry, as `parse_date` reads it, else as
    feedparser does. None if it is missing, unreadable or outside 1990 to 2200."""
    written = _get_text(item, name)
    if not written:
        return None
    moment = parse_date(written)
    if moment is None:
        parsed = dict.get(item, f"{name}_parsed")
        if parsed is not None:
            with suppress(ValueError, TypeError, OverflowError):
                moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    if moment is None or moment.year not in YEARS:
        return None
    return moment


def _get_update_seconds(head: Any) -> int | None:
    """Return the seconds between updates that the feed states: sy:updatePeriod divided by
    sy:updateFrequency. None if it states no period."""
    period = _PERIODS.get(_get_text(head, "sy_updateperiod").lower())
    if period is None:
        return None
    frequency = _parse_number(_get_text(head, "sy_updatefrequency"), _MOST_UPDATES) or 1
    return period // max(1, frequency)


def _find_block(body: bytes, name: bytes) -> bytes:
    """Return the bytes of the first element `name` up to its end tag; b"" if it is missing or over
    4,000 bytes long. feedparser has only the last child of such elements."""
    start = body.find(b"<" + name)
    if start < 0:
        return b""
    end = body.find(b"</" + name, start)
    if end < 0 or end >= start + _LONGEST_BLOCK:
        return b""
    return body[start:end]


def _get_title(owner: Any, version: str) -> str:
    """Return the title of a feed or an entry (`owner`) as plain text. Only in Atom, a title of the
    type "text" has no markup and no entities; in RSS, titles are HTML."""
    detail = owner.get("title_detail") or {}
    is_plain = version.startswith("atom") and _get_text(detail, "type") == "text/plain"
    return one_line(_get_text(owner, "title"), markup=not is_plain)


def _get_text(owner: Any, name: str) -> str:
    """Return the text `name` of an object in feedparser's result, "" if it is missing or no
    text."""
    # dict.get: feedparser's own `get` finds values of other names, too
    value = dict.get(owner, name) if isinstance(owner, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _list_objects(owner: Any, name: str) -> list[Any]:
    """Return the objects in the list `name` of an object in feedparser's result; [] if there is no
    list."""
    value = dict.get(owner, name)
    if not isinstance(value, list):
        return []
    return [part for part in value if isinstance(part, dict)]


def _parse_number(value: str, most: int) -> int | None:
    """Return the number that the digits `value` write, but at most `most`; None for any other
    text."""
    if not re.fullmatch(r"\d{1,18}", value):
        return None
    return min(int(value), most)
