"""JSON Feed 1 and 1.1 (jsonfeed.org), and the posts of WordPress and Ghost, as a ParsedFeed. Pure."""

from __future__ import annotations

import json
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urljoin

from syndicator.core.errors import NotAFeed
from syndicator.core.model import Enclosure, Entry, ParsedFeed
from syndicator.visiting.feeds.dates import parse_date
from syndicator.visiting.feeds.fields import entry_id, names, one_line, resolve
from syndicator.visiting.feeds.posts_api import parse_posts

_LARGEST = 2**53  # bytes: the integers that JSON's numbers hold exactly (RFC 8259 section 6)
_LONGEST_SECONDS = 1e9  # 30 years


def looks_json(body: bytes) -> bool:
    """True when the bytes begin as a JSON object or array does."""
    return body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def parse_json_feed(body: bytes, url: str, most: int) -> ParsedFeed:
    """The feed in `body`, fetched from `url`, with its first `most` entries. Raises NotAFeed(broken-json |
    unknown-format)."""
    try:
        data = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError) as error:
        raise NotAFeed("broken-json", type(error).__name__) from error
    if posts := parse_posts(data, url, most):
        return posts
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise NotAFeed("unknown-format", "JSON, but not a JSON Feed")
    version = _text(data.get("version"))
    if "jsonfeed.org" not in version and not _text(data.get("title")):
        raise NotAFeed("unknown-format", "JSON without a JSON Feed version")
    items = [item for item in data["items"][:most] if isinstance(item, dict)]
    hubs = [_text(hub.get("url")) for hub in _list(data.get("hubs")) if isinstance(hub, dict)]
    return ParsedFeed(
        format="json11" if version.rstrip("/").endswith("1.1") else "json1",
        title=one_line(_text(data.get("title"))),
        site_url=resolve(url, _text(data.get("home_page_url"))),
        id=_text(data.get("feed_url")),
        hubs=tuple(hub for hub in hubs if hub),
        self_url=resolve(url, _text(data.get("feed_url"))),
        language=_text(data.get("language")),
        icon=resolve(url, _text(data.get("icon")) or _text(data.get("favicon"))),
        entries=tuple(_entry(item, data, url) for item in items),
    )


def _entry(item: dict[str, Any], feed: dict[str, Any], url: str) -> Entry:
    link = resolve(url, _text(item.get("url")) or _text(item.get("external_url")))
    html = _text(item.get("content_html"))
    content = html or _paragraphs(_text(item.get("content_text")))
    title = one_line(_text(item.get("title")))
    published = _date(item.get("date_published"))
    return Entry(
        id=entry_id(_text(item.get("id")), link, title, content),
        url=link,
        title=title,
        authors=names(_authors(item) or _authors(feed)),
        published=published,
        updated=_date(item.get("date_modified")),
        summary=escape(_text(item.get("summary")), quote=False),
        content=content,
        categories=tuple(dict.fromkeys(one_line(_text(tag)) for tag in _list(item.get("tags")) if _text(tag))),
        enclosures=tuple(_enclosures(item, url)),
        image=resolve(url, _text(item.get("image")) or _text(item.get("banner_image"))),
        language=_text(item.get("language")),
    )


def _authors(owner: dict[str, Any]) -> list[str]:
    people = _list(owner.get("authors")) or [owner.get("author")]
    return [_text(person.get("name")) for person in people if isinstance(person, dict)]


def _enclosures(item: dict[str, Any], url: str) -> list[Enclosure]:
    found = []
    for attachment in _list(item.get("attachments")):
        if isinstance(attachment, dict) and _text(attachment.get("url")):
            size, seconds = attachment.get("size_in_bytes"), attachment.get("duration_in_seconds")
            found.append(
                Enclosure(
                    url=urljoin(url, _text(attachment.get("url"))),
                    type=_text(attachment.get("mime_type")),
                    length=size if isinstance(size, int) and 0 < size < _LARGEST else 0,
                    duration=_duration(seconds),
                )
            )
    return found


def _duration(seconds: object) -> str:
    return str(int(seconds)) if isinstance(seconds, int | float) and 0 < seconds < _LONGEST_SECONDS else ""


def _paragraphs(value: str) -> str:
    blocks = [block.strip() for block in value.replace("\r\n", "\n").split("\n\n")]
    return "".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks if block)


def _date(value: object) -> datetime | None:
    return parse_date(_text(value)) if isinstance(value, str) else None


def _text(value: object) -> str:
    """A string as it is, a number as a string (JSON Feed asks readers to accept numeric ids), "" for anything else."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
