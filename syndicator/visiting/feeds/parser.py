"""Parse any feed (RSS, Atom, JSON) or sitemap into entries; repair XML, limit its size.
By `well_formed`, else by feedparser, imported only here; sitemaps as feeds (sitemaps.org 0.9,
Google News); Podcasting 2.0."""

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
from syndicator.core.usage.statements import said
from syndicator.visiting.feeds.fields import YEARS, entry_id, one_line, parse_date, resolve
from syndicator.visiting.feeds.fields import names as fields_names
from syndicator.visiting.feeds.jsonfeed import looks_json, parse_json_feed
from syndicator.visiting.feeds.well_formed import read as read_well_formed
from syndicator.visiting.fetch.responses import BadEncoding, TooLarge, gunzip

_NAMESPACE: Final = "{https://podcastindex.org/namespace/1.0}"
_ITUNES: Final = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_NAMED: Final = (b"podcastindex.org/namespace/1.0", b"itunes.com/dtds/podcast-1.0.dtd")
_NUMBER: Final = re.compile("[1-9][0-9]{0,5}")
# what Apple takes now, and what it took
_EXPLICIT: Final = {
    "true": "true",
    "yes": "true",
    "explicit": "true",
    "false": "false",
    "no": "false",
    "clean": "false",
}
_MOST: Final = 30  # parts of an episode; none has so many
_LONGEST: Final = 300  # characters of a value
_KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "transcript": ("type", "language", "rel"),
    "chapters": ("type",),
    "person": ("role", "group", "href", "img"),
}
_EXTRAS_ROOT = re.compile(rb"<(?:[\w.-]+:)?(urlset|sitemapindex)[\s>]")
_NEVER = datetime.min.replace(tzinfo=UTC)
MOST_BYTES = 16_000_000  # of a decoded feed; our choice, as the next one is
MOST_ENTRIES = 1_000
# the time feedparser takes for an element grows with their square: 200,000 hang it
_MOST_ATTRIBUTES = 1_000
_LONG_TAG = re.compile(rb"<[^<>!?][^<>]{8191,}")
_ITEM = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(item|entry)[\s>]")
_HEAD = 65_536
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
_PERIODS = {
    "hourly": 3600,
    "daily": 86400,
    "weekly": 604800,
    "monthly": 2592000,
    "yearly": 31536000,
}
_LONGEST_CATEGORY = 100  # characters; longer ones are sentences
_MIDNIGHT = 24  # RSS 2.0 counts skipHours from 0 to 23, RSS 0.91 from 1 to 24
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Faults that lose no content: a wrong charset or media type, an undeclared prefix.
_HARMLESS = ("CharacterEncodingOverride", "NonXMLContentType", "UndeclaredNamespace")


def parts_of(body: bytes, url: str) -> dict[str, tuple[str, ...]]:
    """Return the lines of episodes (`model.Enclosure.podcast`) by the absolute address of the
    enclosure."""
    if not any(name in body for name in _NAMED):
        return {}
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    root: Any = etree.fromstring(body, parser)
    parts: dict[str, tuple[str, ...]] = {}
    for item in root.iter("item") if root is not None else ():
        enclosure = item.find("enclosure")
        lines = tuple(dict.fromkeys((*_itunes_lines(item), *_lines(item, url))))[:_MOST]
        if enclosure is not None and lines:
            parts.setdefault(resolve(url, enclosure.get("url", "")), lines)
    return parts


def _lines(item: Any, url: str) -> Iterator[str]:
    for kind, names in _KEPT.items():
        for node in item.iterfind(_NAMESPACE + kind):
            content = _value(node.text) if kind == "person" else resolve(url, node.get("url", ""))
            attributes = ((name, _value(node.get(name))) for name in names)
            if content:
                yield "; ".join(
                    [
                        f"{kind} {content}",
                        *(f"{name}={value}" for name, value in attributes if value),
                    ]
                )


def _itunes_lines(item: Any) -> Iterator[str]:
    for kind in ("season", "episode"):
        number = one_line(item.findtext(_ITUNES + kind) or "")
        if _NUMBER.fullmatch(number):
            yield f"{kind} {number}"
    explicit = one_line(item.findtext(_ITUNES + "explicit") or "").casefold()
    if explicit in _EXPLICIT:
        yield f"explicit {_EXPLICIT[explicit]}"


def _value(text: str | None) -> str:
    """Return the value on one line, without semicolons, which separate values."""
    return re.sub(r"\s*;\s*", ", ", one_line(text or ""))[:_LONGEST]


def looks_sitemap(body: bytes) -> bool:
    """Return True for a sitemap or an index of sitemaps."""
    return _EXTRAS_ROOT.search(body[:2000]) is not None


def parse_sitemap(body: bytes, url: str, most: int) -> ParsedFeed:
    """Return the newest `most` URLs of a sitemap by publication date or lastmod. Raise NotAFeed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(body, parser)
    if root is None:
        raise NotAFeed("broken-xml", "the sitemap cannot be read")
    if etree.QName(root).localname == "sitemapindex":
        first = next((_text(node) for node in root.iterfind("{*}sitemap/{*}loc")), "")
        raise NotAFeed(
            "sitemap-index",
            f"it lists other sitemaps; add the one with the articles, such as {first}",
        )
    entries = sorted(
        _entries(root, url),
        key=lambda entry: entry.published or entry.updated or _NEVER,
        reverse=True,
    )
    return ParsedFeed(format="sitemap", entries=tuple(entries[:most]))


def _entries(root: Any, url: str) -> Iterator[Entry]:
    for node in root.iterfind("{*}url"):
        address = resolve(url, _text(node.find("{*}loc")))
        if address:
            yield Entry(
                id=address,
                url=address,
                title=_text(node.find("{*}news/{*}title")),
                published=parse_date(_text(node.find("{*}news/{*}publication_date"))),
                updated=parse_date(_text(node.find("{*}lastmod"))),
                language=_text(node.find("{*}news/{*}publication/{*}language")),
            )


def _text(node: Any) -> str:
    return one_line(node.text or "") if node is not None else ""


def checked(body: bytes) -> bytes:
    """Return `body`. Raise NotAFeed(broken-xml) if an element has more than 1,000 attributes."""
    for match in _LONG_TAG.finditer(body):
        count = match[0].count(b"=")
        if count > _MOST_ATTRIBUTES:
            raise NotAFeed("broken-xml", f"an element with {count:,} attributes")
    return body


def trimmed(body: bytes) -> bytes:
    """Return a big feed without its middle entries: the newest are at one end. 1,000 remain."""
    if len(body) < _TRIM_FROM:
        return body
    starts = list(_ITEM.finditer(body))
    if len(starts) <= MOST_ENTRIES:
        return body
    half = MOST_ENTRIES // 2
    return body[: starts[half].start()] + body[starts[-half].start() :]


def looks_html(body: bytes) -> bool:
    """Return True if `body` begins like a web page and has no feed element in its first 64 KB."""
    head = body[:_HEAD].lower()
    if _FEED_ROOT.search(head):
        return False
    head = head[:2000]
    return (
        b"<html" in head
        or b"<!doctype html" in head
        or head.lstrip().startswith((b"<head", b"<body", b"<title"))
    )


def repaired(body: bytes) -> bytes:
    """Return `body` cut to the document, with valid ampersands, numeric entities and declared
    prefixes, without control characters. Entities that the document declares become plain text:
    their expansion is unbounded."""
    if b"\0" in body[:64] or body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body
    body = _declared(_without_subset(_cut(body)))
    if b"iso-2022" not in body[:200].lower():  # its escape sequences are control characters
        body = body.translate(None, _CONTROLS)
    return _FAULT.sub(_mend, body)


def _cut(body: bytes) -> bytes:
    start = _START.search(body, 0, _JUNK_BYTES)
    if start is not None and (start[0].startswith(b"<?") or not _prologue(body[: start.start()])):
        body = body[start.start() :]
    tail = len(body) - _TAIL_BYTES
    ends = list(_END.finditer(body, max(tail, 0)))
    return body[: ends[-1].end()] if ends else body


def _without_subset(body: bytes) -> bytes:
    start = body.find(b"<!DOCTYPE", 0, _JUNK_BYTES)
    opened = body.find(b"[", start, body.find(b">", start)) if start >= 0 else -1
    closed = re.compile(rb"\]\s*>").search(body, opened) if opened >= 0 else None
    return body[:start] + body[closed.end() :] if closed else body


def _declared(body: bytes) -> bytes:
    missing = [
        b' xmlns:%s="%s"' % (prefix, space)
        for prefix, space in _SPACES.items()
        if b"<" + prefix + b":" in body and b"xmlns:" + prefix not in body
    ]
    return _ROOT.sub(lambda match: match[0] + b"".join(missing), body, count=1) if missing else body


def _prologue(head: bytes) -> bool:
    rest = re.sub(rb"<\?.*?\?>|<!--.*?-->|<![A-Za-z][^>]*>", b"", head, flags=re.S)
    return not rest.strip(b"\xef\xbb\xbf \t\r\n")


def _mend(match: re.Match[bytes]) -> bytes:
    fault = match[0]
    if fault.startswith(b"<![CDATA["):
        return fault
    if fault == b"&":
        return b"&amp;"
    name = match[1]
    if name is None or name in _KNOWN:
        return fault
    character = html5.get(name.decode() + ";")
    if character is None:
        return b"&amp;" + fault[1:]
    return b"".join(b"&#%d;" % ord(char) for char in character)


def parse_feed(body: bytes, url: str, headers: Mapping[str, str] | None = None) -> ParsedFeed:
    """Parse the feed or sitemap from `url` into at most 1,000 entries in order. `headers`:
    lower-case names. Raise NotAFeed."""
    body = unpacked(body)
    if looks_json(body):
        return _distinct(parse_json_feed(body, url, MOST_ENTRIES))
    if looks_html(body):
        raise NotAFeed("html")
    if looks_sitemap(body):
        return _distinct(parse_sitemap(body, url, MOST_ENTRIES))
    body = trimmed(checked(body))
    content_type = (headers or {}).get("content-type", "")
    parsed = read_well_formed(body, content_type)
    if parsed is None:
        body = repaired(body)
        parsed = read_well_formed(body, content_type) or read_any(body, content_type)
    if not parsed.get("version") and not parsed["entries"]:
        raise _refusal(body, parsed)
    return _distinct(_feed(parsed, url, body))


def unpacked(body: bytes) -> bytes:
    """Return the content of a gzip file, other bytes unchanged. Raise NotAFeed(empty | too-large |
    unknown-format)."""
    if body.startswith(b"\x1f\x8b"):
        try:
            body = gunzip(body, MOST_BYTES)
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
    """Return feedparser's result for `body`. Raise NotAFeed."""
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


def _refusal(body: bytes, parsed: Any) -> NotAFeed:
    if b"<" not in body[:1000]:
        return NotAFeed("unknown-format", "neither XML nor JSON")
    if isinstance(parsed.get("bozo_exception"), SAXException):
        return NotAFeed("broken-xml", " ".join(str(parsed.get("bozo_exception", "")).split())[:200])
    return NotAFeed("unknown-format", "well-formed XML, but not a feed")


def _feed(parsed: Any, url: str, body: bytes) -> ParsedFeed:
    head = parsed["feed"]
    links = _list(head, "links")
    version = str(parsed.get("version") or "rss")
    licences = _linked(links, "license")
    parts = parts_of(body, url)
    hours = re.findall(rb"<hour>\s*(\d{1,2})\s*</hour>", _block(body, b"skipHours"))
    days = {
        day.decode().lower()
        for day in re.findall(rb"<day>\s*([A-Za-z]+)\s*</day>", _block(body, b"skipDays"))
    }
    return ParsedFeed(
        format="rdf" if version in ("rss090", "rss10") else version,
        title=_line(head, "title", version),
        site_url=resolve(url, _get(head, "link")),
        icons=_list_icons(head, url),
        id=_get(head, "id"),
        hubs=tuple(
            dict.fromkeys(
                resolve(url, _get(link, "href")) for link in links if _get(link, "rel") == "hub"
            )
        ),
        self_url=next(
            (resolve(url, _get(link, "href")) for link in links if _get(link, "rel") == "self"), ""
        ),
        language=_get(head, "language"),
        ttl_minutes=_number(_get(head, "ttl"), 525_600),
        update_seconds=_update_seconds(head),
        skip_hours=tuple(sorted({int(hour) % 24 for hour in hours if int(hour) <= _MIDNIGHT})),
        skip_days=tuple(day for day in _WEEKDAYS if day in days),
        complete=not parsed.get("bozo") or type(parsed.get("bozo_exception")).__name__ in _HARMLESS,
        entries=tuple(
            _entry(item, url, version, licences, parts) for item in parsed["entries"][:MOST_ENTRIES]
        ),
    )


def _list_icons(head: Any, url: str) -> tuple[str, ...]:
    """Return the addresses of a feed's icon, image (also of podcasts) and logo, without
    repetition."""
    stated = (_get(head, "icon"), _get(head.get("image") or {}, "href"), _get(head, "logo"))
    addresses = (resolve(url, address) for address in stated)
    return tuple(dict.fromkeys(address for address in addresses if address))


def _entry(
    item: Any, url: str, version: str, licences: list[str], parts: Mapping[str, tuple[str, ...]]
) -> Entry:
    """Return the entry. Its licence defaults to the feed's (RFC 4946 section 2), never to the
    feed's copyright."""
    link = resolve(url, _get(item, "feedburner_origlink") or _get(item, "link"))
    title = _line(item, "title", version)
    contents = [_html(part) for part in _list(item, "content")]
    content = max(contents, key=len, default="")
    summary = _html(item.get("summary_detail") or {}) or _get(item, "summary")
    links = _list(item, "links")
    enclosures = tuple(_enclosures(links, url, item, parts))
    words = [one_line(_get(tag, "label") or _get(tag, "term")) for tag in _list(item, "tags")]
    rights = [("rights", one_line(_get(item, "rights")))]
    rights += [("rel=license", licence) for licence in _linked(links, "license") or licences]
    return Entry(
        id=entry_id(_get(item, "id"), link, title, content or summary),
        url=link,
        title=title,
        authors=fields_names(*_authors(item)),
        published=_date(item, "published") or _date(item, "created"),
        updated=_date(item, "updated"),
        summary="" if summary == content else summary,
        content=content,
        categories=tuple(
            dict.fromkeys(word for word in words if word and len(word) <= _LONGEST_CATEGORY)
        ),
        enclosures=enclosures,
        image=_image(item, url, enclosures),
        language=_get(item.get("title_detail") or {}, "language"),
        rights=(
            tuple(one.line() for one in said("feed", rights, url))
            if any(value for _, value in rights)
            else ()
        ),
    )


def _linked(links: list[Any], rel: str) -> list[str]:
    return [target for link in links if _get(link, "rel") == rel and (target := _get(link, "href"))]


def _distinct(feed: ParsedFeed) -> ParsedFeed:
    """Return the feed with distinct ids: shared ones become links, else digests; of other
    duplicates the first stays."""
    entries = [
        entry
        for entry in feed.entries
        if any(
            (entry.url, entry.title, entry.summary, entry.content, entry.enclosures, entry.image)
        )
    ]
    links: dict[str, set[str]] = {}
    for entry in entries:
        links.setdefault(entry.id, set()).add(entry.url)
    entries = [
        (
            replace(entry, id=entry_id("", entry.url, entry.title, entry.content))
            if len(links[entry.id]) > 1
            else entry
        )
        for entry in entries
    ]
    titles: dict[str, set[str]] = {}
    for entry in entries:
        titles.setdefault(entry.id, set()).add(entry.title)
    distinct: dict[str, Entry] = {}
    for entry in entries:
        if len(titles[entry.id]) > 1:
            entry = replace(entry, id=entry_id("", "", entry.title, entry.id))
        distinct.setdefault(entry.id, entry)
    return replace(feed, entries=tuple(distinct.values()))


def _html(part: Any) -> str:
    value = _get(part, "value")
    plain = _get(part, "type") == "text/plain" and not re.search(
        r"</?[a-zA-Z][^<>]*>|&[#\w]+;", value
    )
    return escape(value, quote=False) if plain else value


def _authors(item: Any) -> list[str]:
    people = [_get(author, "name") or _get(author, "email") for author in _list(item, "authors")]
    return [name for name in people if name] or [_get(item, "author")]


def _enclosures(
    links: list[Any], url: str, item: Any, parts: Mapping[str, tuple[str, ...]]
) -> Iterator[Enclosure]:
    for part in links:
        if _get(part, "rel") == "enclosure" and (target := resolve(url, _get(part, "href"))):
            yield Enclosure(
                url=target,
                type=_get(part, "type").lower(),
                length=_number(_get(part, "length"), 2**53) or 0,
                duration=_get(item, "itunes_duration")[:20],
                podcast=parts.get(target, ()),
            )


def _image(item: Any, url: str, enclosures: tuple[Enclosure, ...]) -> str:
    """Return the largest image of media:content, else media:thumbnail, itunes:image, an image
    enclosure, or ""."""
    media = _list(item, "media_content")
    pictures = [
        part
        for part in media
        if _get(part, "medium") == "image" or _get(part, "type").startswith("image/")
    ]
    pictures = sorted(pictures, key=_area, reverse=True) + _list(item, "media_thumbnail")
    addresses = [*(_get(part, "url") for part in pictures), _get(item.get("image") or {}, "href")]
    addresses += [part.url for part in enclosures if part.type.startswith("image/")]
    return next(
        (target for address in addresses if address and (target := resolve(url, address))), ""
    )


def _area(part: Any) -> int:
    return (_number(_get(part, "width"), 100_000) or 0) * (
        _number(_get(part, "height"), 100_000) or 1
    )


def _date(item: Any, name: str) -> datetime | None:
    written = _get(item, name)
    moment = parse_date(written) if written else None
    guess = dict.get(item, f"{name}_parsed") if moment is None and written else None
    if guess is not None:
        with suppress(ValueError, TypeError, OverflowError):
            moment = datetime.fromtimestamp(calendar.timegm(guess), UTC)
    return moment if moment is not None and moment.year in YEARS else None


def _update_seconds(head: Any) -> int | None:
    period = _PERIODS.get(_get(head, "sy_updateperiod").lower())
    if period is None:
        return None
    return period // max(1, _number(_get(head, "sy_updatefrequency"), 10_000) or 1)


def _block(body: bytes, name: bytes) -> bytes:
    """Return the content of the first element `name`; feedparser has only its last child."""
    start = body.find(b"<" + name)
    end = body.find(b"</" + name, start) if start >= 0 else -1
    return body[start:end] if 0 <= start < end < start + 4000 else b""


def _line(owner: Any, name: str, version: str) -> str:
    detail = owner.get(f"{name}_detail") or {}
    plain = version.startswith("atom") and _get(detail, "type") == "text/plain"
    return one_line(_get(owner, name), markup=not plain)


def _get(owner: Any, name: str) -> str:
    value = dict.get(owner, name) if isinstance(owner, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _list(owner: Any, name: str) -> list[Any]:
    value = dict.get(owner, name)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _number(value: str, most: int) -> int | None:
    return min(int(value), most) if re.fullmatch(r"\d{1,18}", value) else None
