"""The bytes of a feed as values: feedparser's only door. JSON Feed goes to `jsonfeed`."""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from typing import Any
from xml.sax import SAXException

from syndicator.errors import NotAFeed
from syndicator.model import Enclosure, Entry, ParsedFeed
from syndicator.visiting.feeds.dates import parse_date
from syndicator.visiting.feeds.fields import entry_id, names, one_line, resolve
from syndicator.visiting.feeds.jsonfeed import looks_json, parse_json_feed
from syndicator.visiting.feeds.precheck import MOST_BYTES, MOST_ENTRIES, checked, looks_html, trimmed
from syndicator.visiting.feeds.repair import repaired
from syndicator.visiting.feeds.sitemap import looks_sitemap, parse_sitemap
from syndicator.visiting.fetch.decompress import BadEncoding, TooLarge, gunzip

_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def parse_feed(body: bytes, url: str, headers: Mapping[str, str] | None = None) -> ParsedFeed:
    """The feed in `body`, fetched from `url` with answer `headers` (lower-case names).

    Entries keep the feed's order, at most 1,000 of them. Links are absolute, titles and names plain lines, HTML fields
    as given (unsanitised), dates aware UTC and left out when they are nonsense; future ones are kept as given.
    Raises NotAFeed(empty | html | broken-xml | broken-json | unknown-format | no-entries-parsed | too-large).
    """
    body = unpacked(body)
    if looks_json(body):
        return _distinct(parse_json_feed(body, url, MOST_ENTRIES))
    if looks_html(body):
        raise NotAFeed("html")
    if looks_sitemap(body):
        return _distinct(parse_sitemap(body, url, MOST_ENTRIES))
    body = repaired(trimmed(checked(body)))
    parsed = _feedparser(body, headers or {})
    if not parsed.get("version") and not parsed["entries"]:
        raise _refusal(body, parsed)
    feed = _feed(parsed, url, body)
    return _distinct(feed)


def unpacked(body: bytes) -> bytes:
    """A .gz file's content; other bytes as they are. Raises NotAFeed(empty | too-large | unknown-format)."""
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


def _feedparser(body: bytes, headers: Mapping[str, str]) -> Any:
    import feedparser

    # no content-location: told a base, feedparser joins it anew for every element, a fifth of its time; what is still
    # relative afterwards is resolved here
    answer = {"content-type": headers["content-type"]} if headers.get("content-type") else {}
    try:
        # BytesIO: bytes that look like a path would be opened as a file
        return feedparser.parse(
            io.BytesIO(body), response_headers=answer, sanitize_html=False, resolve_relative_uris=False
        )
    except (SAXException, ValueError, AssertionError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise NotAFeed("broken-xml", f"{type(error).__name__}: {str(error)[:100]}") from error


def _refusal(body: bytes, parsed: Any) -> NotAFeed:
    if b"<" not in body[:1000]:
        return NotAFeed("unknown-format", "neither XML nor JSON")
    if isinstance(parsed.get("bozo_exception"), SAXException):
        return NotAFeed("broken-xml", " ".join(str(parsed.get("bozo_exception", "")).split())[:200])
    return NotAFeed("unknown-format", "well-formed XML, but no feed")


def _feed(parsed: Any, url: str, body: bytes) -> ParsedFeed:
    head = parsed["feed"]
    links = [link for link in _list(head, "links") if isinstance(link, dict)]
    version = str(parsed.get("version") or "rss")
    return ParsedFeed(
        format="rdf" if version in ("rss090", "rss10") else version,
        title=_line(head, "title", version),
        site_url=resolve(url, _get(head, "link")),
        self_url=next((resolve(url, _get(link, "href")) for link in links if _get(link, "rel") == "self"), ""),
        id=_get(head, "id"),
        hubs=tuple(dict.fromkeys(resolve(url, _get(link, "href")) for link in links if _get(link, "rel") == "hub")),
        language=_get(head, "language"),
        icon=resolve(url, _get(head, "icon") or _get(head, "logo") or _get(head.get("image") or {}, "href")),
        ttl_minutes=_number(_get(head, "ttl"), 525_600),
        update_seconds=_update_seconds(head),
        skip_hours=_skip_hours(body),
        skip_days=_skip_days(body),
        complete=not parsed.get("bozo") or _harmless(parsed.get("bozo_exception")),
        entries=tuple(_entry(item, url, version) for item in parsed["entries"][:MOST_ENTRIES]),
    )


def _harmless(error: object) -> bool:
    """A wrong charset or media type is no loss of content."""
    return type(error).__name__ in ("CharacterEncodingOverride", "NonXMLContentType", "UndeclaredNamespace")


def _entry(item: Any, url: str, version: str) -> Entry:
    link = resolve(url, _get(item, "feedburner_origlink") or _get(item, "link"))
    title = _line(item, "title", version)
    content, summary = _texts(item)
    enclosures = tuple(_enclosures(item, url))
    return Entry(
        id=entry_id(_get(item, "id"), link, title, content or summary),
        url=link,
        title=title,
        authors=names(_authors(item)),
        published=_date(item, "published") or _date(item, "created"),
        updated=_date(item, "updated"),
        summary=summary,
        content=content,
        categories=_categories(item),
        enclosures=enclosures,
        image=_image(item, url, enclosures),
        language=_get(item.get("title_detail") or {}, "language"),
    )


def _distinct(feed: ParsedFeed) -> ParsedFeed:
    """Entries with ids that tell them apart, whatever their order. An id that entries of different links share says
    nothing: their links take its place; a link that entries of different titles share says nothing either: their
    titles are joined to it. Real repeats are dropped, the first kept, and so are entries that say nothing at all."""
    entries = [entry for entry in feed.entries if _says_something(entry)]
    links: dict[str, set[str]] = {}
    for entry in entries:
        links.setdefault(entry.id, set()).add(entry.url)
    entries = [
        replace(entry, id=entry_id("", entry.url, entry.title, entry.content)) if len(links[entry.id]) > 1 else entry
        for entry in entries
    ]
    titles: dict[str, set[str]] = {}
    for entry in entries:
        titles.setdefault(entry.id, set()).add(entry.title)
    found: dict[str, Entry] = {}
    for entry in entries:
        if len(titles[entry.id]) > 1:
            entry = replace(entry, id=entry_id("", "", entry.title, entry.id))
        found.setdefault(entry.id, entry)
    return replace(feed, entries=tuple(found.values()))


def _says_something(entry: Entry) -> bool:
    return any((entry.url, entry.title, entry.summary, entry.content, entry.enclosures, entry.image))


def _texts(item: Any) -> tuple[str, str]:
    """content and summary as HTML, the summary "" where it is the same."""
    contents = [part for part in _list(item, "content") if isinstance(part, dict)]
    content = max((_html(part) for part in contents), key=len, default="")
    summary = _html(item.get("summary_detail") or {}) or _get(item, "summary")
    return content, "" if summary == content else summary


def _html(part: Any) -> str:
    value = _get(part, "value")
    plain = _get(part, "type") == "text/plain" and not re.search(r"</?[a-zA-Z][^<>]*>|&[#\w]+;", value)
    return escape(value, quote=False) if plain else value


def _authors(item: Any) -> list[str]:
    found = [_get(author, "name") or _get(author, "email") for author in _list(item, "authors") if author]
    return [name for name in found if name] or [_get(item, "author")]


def _categories(item: Any) -> tuple[str, ...]:
    tags = [tag for tag in _list(item, "tags") if isinstance(tag, dict)]
    words = (one_line(_get(tag, "label") or _get(tag, "term")) for tag in tags)
    return tuple(dict.fromkeys(word for word in words if word and len(word) <= 100))


def _enclosures(item: Any, url: str) -> list[Enclosure]:
    found = []
    for part in _list(item, "links"):
        target = resolve(url, _get(part, "href")) if _get(part, "rel") == "enclosure" else ""
        if target:
            found.append(
                Enclosure(
                    url=target,
                    type=_get(part, "type").lower(),
                    length=_number(_get(part, "length"), 2**53) or 0,
                    duration=_get(item, "itunes_duration")[:20],
                )
            )
    return found


def _image(item: Any, url: str, enclosures: tuple[Enclosure, ...]) -> str:
    """media:content image, media:thumbnail, itunes:image, an image enclosure: the first there is."""
    media = [part for part in _list(item, "media_content") if isinstance(part, dict)]
    pictures = [part for part in media if _get(part, "medium") == "image" or _get(part, "type").startswith("image/")]
    thumbnails = [part for part in _list(item, "media_thumbnail") if isinstance(part, dict)]
    given = [_get(part, "url") for part in (*sorted(pictures, key=_area, reverse=True), *thumbnails)]
    given.append(_get(item.get("image") or {}, "href"))
    given += [part.url for part in enclosures if part.type.startswith("image/")]
    return next((target for target in (resolve(url, one) for one in given) if target), "")


def _area(part: Any) -> int:
    return (_number(_get(part, "width"), 100_000) or 0) * (_number(_get(part, "height"), 100_000) or 1)


def _date(item: Any, name: str) -> datetime | None:
    """The date as written; feedparser's reading of it where ours has none."""
    written = _get(item, name)
    found = parse_date(written) if written else None
    guess = dict.get(item, f"{name}_parsed")
    if found is None and written and guess is not None:
        try:
            found = datetime.fromtimestamp(calendar.timegm(guess), UTC)
        except (ValueError, TypeError, OverflowError):
            return None
        return found if 1990 <= found.year <= 2200 else None
    return found


def _update_seconds(head: Any) -> int | None:
    """sy:updatePeriod divided by sy:updateFrequency (RSS 1.0 syndication module)."""
    period = _PERIODS.get(_get(head, "sy_updateperiod").lower())
    if period is None:
        return None
    return period // max(1, _number(_get(head, "sy_updatefrequency"), 10_000) or 1)


def _skip_hours(body: bytes) -> tuple[int, ...]:
    hours = {int(number) for number in re.findall(rb"<hour>\s*(\d{1,2})\s*</hour>", _block(body, b"skipHours"))}
    return tuple(sorted(hour % 24 for hour in hours if hour <= 24))


def _skip_days(body: bytes) -> tuple[str, ...]:
    days = re.findall(rb"<day>\s*([A-Za-z]+)\s*</day>", _block(body, b"skipDays"))
    found = {day.decode().lower() for day in days}
    return tuple(day for day in _WEEKDAYS if day in found)


def _block(body: bytes, name: bytes) -> bytes:
    """What stands in the first element `name`; feedparser keeps only its last child."""
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
    return value if isinstance(value, list) else []


def _number(value: str, most: int) -> int | None:
    return min(int(value), most) if re.fullmatch(r"\d{1,18}", value) else None
