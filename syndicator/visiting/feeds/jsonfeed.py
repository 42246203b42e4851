"""Parse JSON Feed, and the JSON posts of WordPress and Ghost, into entries. Pure.
JSON Feed 1 and 1.1 (jsonfeed.org)."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from html import escape, unescape
from typing import Any
from urllib.parse import urlencode, urljoin

from syndicator.core.errors import NotAFeed
from syndicator.core.model import Enclosure, Entry, ParsedFeed
from syndicator.visiting.feeds.fields import entry_id, names, one_line, parse_date, resolve

_ROOT = re.compile(r"<link\s[^<>]{0,500}rel=[\"']https://api\.w\.org/[\"'][^<>]{0,500}>", re.I)
_TERM = re.compile(r"/wp/v2/(categories|tags)/(\d{1,12})(?![\d/])")
_HREF = re.compile(r"href=[\"']([^\"'<>]{1,500})[\"']", re.I)
_SCRIPT = re.compile(r"<script\s[^<>]{0,2000}>", re.I)
_KEY = re.compile(r"data-key=[\"']([0-9a-f]{20,40})[\"']", re.I)
_API = re.compile(r"data-api=[\"']([^\"'<>]{1,500}/ghost/api/content/?)[\"']", re.I)
_POSTS = 20  # posts to request: as many as a first visit reads
_LARGEST = 2**53  # bytes: the integers that JSON's numbers hold exactly (RFC 8259 section 6)
_LONGEST_SECONDS = 1e9  # 30 years


def posts_api(page: str, url: str) -> str | None:
    """Return the address of the posts interface that the page names (for its category or tag), or
    None."""
    tag = _ROOT.search(page)
    href = _HREF.search(tag[0]) if tag else None
    if href and (root := resolve(url, unescape(href[1]))):
        term = _TERM.search(page)
        wanted = {"per_page": str(_POSTS), "_embed": "author,wp:featuredmedia"} | (
            {term[1]: term[2]} if term else {}
        )
        return f"{root}wp/v2/posts{'&' if '?' in root else '?'}{urlencode(wanted)}"
    for script in _SCRIPT.finditer(page):
        key = _KEY.search(script[0])
        api = _API.search(script[0])
        if key and api and (root := resolve(url, unescape(api[1]))):
            wanted = {"key": key[1], "limit": str(_POSTS), "include": "authors,tags"}
            return f"{root.rstrip('/')}/posts/?{urlencode(wanted)}"
    return None


def parse_posts(data: Any, url: str, most: int) -> ParsedFeed | None:
    """Return the posts in `data`, the JSON answer from `url`; None if it has another form."""
    alike = isinstance(data, list) and all(
        isinstance(post, dict) and "link" in post and "title" in post for post in data
    )
    if alike and (data or "/wp/v2/posts" in url):
        return ParsedFeed(
            format="wordpress", entries=tuple(_post(post, url) for post in data[:most])
        )
    posts = data.get("posts") if isinstance(data, dict) else None
    if isinstance(posts, list) and "/ghost/api/content/" in url:
        rows = (post for post in posts[:most] if isinstance(post, dict))
        return ParsedFeed(format="ghost", entries=tuple(_ghost_post(post, url) for post in rows))
    return None


def _post(post: dict[str, Any], url: str) -> Entry:
    link = resolve(url, _post_text(post.get("link")))
    title = one_line(unescape(_rendered(post, "title")))
    content = _rendered(post, "content")
    embedded = post.get("_embedded")
    parts = embedded if isinstance(embedded, dict) else {}
    return Entry(
        id=entry_id(_rendered(post, "guid"), link, title, content),
        url=link,
        title=title,
        authors=names(*_each(parts.get("author"), "name")),
        published=_post_date(post.get("date_gmt")),
        updated=_post_date(post.get("modified_gmt")),
        summary=_rendered(post, "excerpt"),
        content=content,
        image=resolve(url, next(_each(parts.get("wp:featuredmedia"), "source_url"), "")),
    )


def _ghost_post(post: dict[str, Any], url: str) -> Entry:
    link = resolve(url, _post_text(post.get("url")))
    title = one_line(_post_text(post.get("title")))
    content = _post_text(post.get("html"))
    return Entry(
        id=entry_id(_post_text(post.get("id")), link, title, content),
        url=link,
        title=title,
        authors=names(*_each(post.get("authors"), "name")),
        published=parse_date(_post_text(post.get("published_at"))),
        updated=parse_date(_post_text(post.get("updated_at"))),
        summary=_post_text(post.get("custom_excerpt")) or _post_text(post.get("excerpt")),
        content=content,
        categories=tuple(dict.fromkeys(one_line(tag) for tag in _each(post.get("tags"), "name"))),
        image=resolve(url, _post_text(post.get("feature_image"))),
    )


def _rendered(post: dict[str, Any], name: str) -> str:
    value = post.get(name)
    return _post_text(value.get("rendered") if isinstance(value, dict) else value)


def _each(value: Any, name: str) -> Iterator[str]:
    rows = value if isinstance(value, list) else []
    yield from (
        string for row in rows if isinstance(row, dict) and (string := _post_text(row.get(name)))
    )


def _post_date(value: Any) -> datetime | None:
    time = _post_text(value)
    return parse_date(f"{time}Z" if time and not time.endswith("Z") else time) if time else None


def _post_text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def looks_json(body: bytes) -> bool:
    """Return True if the bytes begin like a JSON object or array."""
    return body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def parse_json_feed(body: bytes, url: str, most: int) -> ParsedFeed:
    """Return the feed with its first `most` entries. Raise NotAFeed(broken-json |
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
        icons=_list_icons(data, url),
        id=_text(data.get("feed_url")),
        hubs=tuple(hub for hub in hubs if hub),
        self_url=resolve(url, _text(data.get("feed_url"))),
        language=_text(data.get("language")),
        entries=tuple(_entry(item, data, url) for item in items),
    )


def _list_icons(data: dict[str, Any], url: str) -> tuple[str, ...]:
    """Return the addresses of the icon and of the favicon, which is smaller."""
    addresses = (resolve(url, _text(data.get(name))) for name in ("icon", "favicon"))
    return tuple(dict.fromkeys(address for address in addresses if address))


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
        authors=names(*(_authors(item) or _authors(feed))),
        published=published,
        updated=_date(item.get("date_modified")),
        summary=escape(_text(item.get("summary")), quote=False),
        content=content,
        categories=tuple(
            dict.fromkeys(one_line(_text(tag)) for tag in _list(item.get("tags")) if _text(tag))
        ),
        enclosures=tuple(_enclosures(item, url)),
        image=resolve(url, _text(item.get("image")) or _text(item.get("banner_image"))),
        language=_text(item.get("language")),
    )


def _authors(owner: dict[str, Any]) -> list[str]:
    people = _list(owner.get("authors")) or [owner.get("author")]
    return [_text(person.get("name")) for person in people if isinstance(person, dict)]


def _enclosures(item: dict[str, Any], url: str) -> Iterator[Enclosure]:
    for attachment in _list(item.get("attachments")):
        if isinstance(attachment, dict) and _text(attachment.get("url")):
            size = attachment.get("size_in_bytes")
            seconds = attachment.get("duration_in_seconds")
            if not isinstance(seconds, int | float) or not 0 < seconds < _LONGEST_SECONDS:
                seconds = 0
            yield Enclosure(
                url=urljoin(url, _text(attachment.get("url"))),
                type=_text(attachment.get("mime_type")),
                length=size if isinstance(size, int) and 0 < size < _LARGEST else 0,
                duration=str(int(seconds)) if seconds else "",
            )


def _paragraphs(value: str) -> str:
    blocks = [block.strip() for block in value.replace("\r\n", "\n").split("\n\n")]
    return "".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks if block)


def _date(value: object) -> datetime | None:
    return parse_date(_text(value)) if isinstance(value, str) else None


def _text(value: object) -> str:
    """Return a text, a number as text (JSON Feed: numeric ids), or ""."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
