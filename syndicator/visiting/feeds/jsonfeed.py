"""Parse JSON Feed (1 and 1.1), and the JSON posts of WordPress and Ghost, into entries. Pure.

JSON Feed is specified at jsonfeed.org. WordPress and Ghost serve their posts through a public
API."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from html import escape, unescape
from typing import Any
from urllib.parse import urlencode, urljoin

from syndicator.core.errors import NotAFeed
from syndicator.core.model import Enclosure, Entry, ParsedFeed
from syndicator.visiting.feeds.fields import (
    choose_entry_id,
    clean_names,
    one_line,
    parse_date,
    resolve,
)

# WordPress: the link to the root of its API, and the category or tag that the page lists.
_ROOT = re.compile(r"<link\s[^<>]{0,500}rel=[\"']https://api\.w\.org/[\"'][^<>]{0,500}>", re.I)
_TERM = re.compile(r"/wp/v2/(categories|tags)/(\d{1,12})(?![\d/])")
_HREF = re.compile(r"href=[\"']([^\"'<>]{1,500})[\"']", re.I)
# Ghost: a script element with the address of its API and a public key.
_SCRIPT = re.compile(r"<script\s[^<>]{0,2000}>", re.I)
_KEY = re.compile(r"data-key=[\"']([0-9a-f]{20,40})[\"']", re.I)
_API = re.compile(r"data-api=[\"']([^\"'<>]{1,500}/ghost/api/content/?)[\"']", re.I)
_ASKED_POSTS = 20  # posts to request: as many as a first visit reads
_LARGEST = 2**53  # bytes: the integers that JSON's numbers hold exactly (RFC 8259 section 6)
_LONGEST_SECONDS = 1e9  # 30 years


def find_posts_api(page: str, url: str) -> str | None:
    """Return the address of the JSON posts that the page at `url` lists, None if its HTML (`page`)
    names no API of WordPress or Ghost."""
    return _find_wordpress_api(page, url) or _find_ghost_api(page, url)


def _find_wordpress_api(page: str, url: str) -> str | None:
    """Return the address of the newest posts of a WordPress site, for the page of a category or tag
    only those in it. None for other sites."""
    tag = _ROOT.search(page)
    href = _HREF.search(tag[0]) if tag else None
    if href is None:
        return None
    root = resolve(url, unescape(href[1]))
    if not root:
        return None
    parameters = {"per_page": str(_ASKED_POSTS), "_embed": "author,wp:featuredmedia"}
    term = _TERM.search(page)
    if term:  # the page of a category or a tag: "categories" or "tags", and its number
        parameters[term[1]] = term[2]
    separator = "&" if "?" in root else "?"
    return f"{root}wp/v2/posts{separator}{urlencode(parameters)}"


def _find_ghost_api(page: str, url: str) -> str | None:
    """Return the address of the newest posts of a Ghost site, None for other sites."""
    for script in _SCRIPT.finditer(page):
        key = _KEY.search(script[0])
        api = _API.search(script[0])
        if key is None or api is None:
            continue
        root = resolve(url, unescape(api[1]))
        if root:
            parameters = {"key": key[1], "limit": str(_ASKED_POSTS), "include": "authors,tags"}
            return f"{root.rstrip('/')}/posts/?{urlencode(parameters)}"
    return None


def parse_posts(data: Any, url: str, most: int) -> ParsedFeed | None:
    """Return `data`, the parsed JSON answer from `url`, as a feed of at most `most` posts; None if
    it is no list of posts of WordPress or Ghost."""
    if isinstance(data, list) and all(_is_wordpress_post(post) for post in data):
        if not data and "/wp/v2/posts" not in url:
            return None
        entries = tuple(_read_post(post, url) for post in data[:most])
        return ParsedFeed(format="wordpress", entries=entries)
    posts = data.get("posts") if isinstance(data, dict) else None
    if isinstance(posts, list) and "/ghost/api/content/" in url:
        rows = [post for post in posts[:most] if isinstance(post, dict)]
        return ParsedFeed(
            format="ghost", entries=tuple(_read_ghost_post(post, url) for post in rows)
        )
    return None


def _is_wordpress_post(value: Any) -> bool:
    """Return True if `value` has the fields that every post of WordPress has."""
    return isinstance(value, dict) and "link" in value and "title" in value


def _read_post(post: dict[str, Any], url: str) -> Entry:
    """Return a post of WordPress as an entry. `url`: address of the posts."""
    link = resolve(url, _post_text(post.get("link")))
    title = one_line(unescape(_get_rendered(post, "title")))
    content = _get_rendered(post, "content")
    embedded = post.get("_embedded")
    if not isinstance(embedded, dict):
        embedded = {}
    images = _list_texts(embedded.get("wp:featuredmedia"), "source_url")
    return Entry(
        id=choose_entry_id(_get_rendered(post, "guid"), link, title, content),
        url=link,
        title=title,
        authors=clean_names(*_list_texts(embedded.get("author"), "name")),
        published=_parse_post_date(post.get("date_gmt")),
        updated=_parse_post_date(post.get("modified_gmt")),
        summary=_get_rendered(post, "excerpt"),
        content=content,
        image=resolve(url, images[0] if images else ""),
    )


def _read_ghost_post(post: dict[str, Any], url: str) -> Entry:
    """Return a post of Ghost as an entry. `url`: address of the posts."""
    link = resolve(url, _post_text(post.get("url")))
    title = one_line(_post_text(post.get("title")))
    content = _post_text(post.get("html"))
    categories = [one_line(tag) for tag in _list_texts(post.get("tags"), "name")]
    return Entry(
        id=choose_entry_id(_post_text(post.get("id")), link, title, content),
        url=link,
        title=title,
        authors=clean_names(*_list_texts(post.get("authors"), "name")),
        published=parse_date(_post_text(post.get("published_at"))),
        updated=parse_date(_post_text(post.get("updated_at"))),
        summary=_post_text(post.get("custom_excerpt")) or _post_text(post.get("excerpt")),
        content=content,
        categories=tuple(dict.fromkeys(categories)),
        image=resolve(url, _post_text(post.get("feature_image"))),
    )


def _get_rendered(post: dict[str, Any], name: str) -> str:
    """Return the field `name` of a WordPress post: its text, or the HTML in its member
    `rendered`."""
    value = post.get(name)
    if isinstance(value, dict):
        value = value.get("rendered")
    return _post_text(value)


def _list_texts(rows: Any, name: str) -> list[str]:
    """Return the texts of the field `name` in the objects `rows`, without empty ones; [] if `rows`
    is no list."""
    if not isinstance(rows, list):
        return []
    texts = [_post_text(row.get(name)) for row in rows if isinstance(row, dict)]
    return [text for text in texts if text]


def _parse_post_date(value: Any) -> datetime | None:
    """Parse a date of WordPress, which is UTC although it does not say so."""
    time = _post_text(value)
    if not time:
        return None
    if not time.endswith("Z"):
        time = f"{time}Z"
    return parse_date(time)


def _post_text(value: Any) -> str:
    """Return `value` if it is a text, "" otherwise."""
    return value.strip() if isinstance(value, str) else ""


def looks_json(body: bytes) -> bool:
    """Return True if the bytes begin like a JSON object or array."""
    return body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def parse_json_feed(body: bytes, url: str, most: int) -> ParsedFeed:
    """Return the JSON feed `body` from `url`, with its first `most` items. Raise
    NotAFeed(broken-json | unknown-format)."""
    try:
        data = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError) as error:
        raise NotAFeed("broken-json", type(error).__name__) from error
    posts = parse_posts(data, url, most)
    if posts is not None:
        return posts
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise NotAFeed("unknown-format", "JSON, but not a JSON Feed")
    version = _read_text(data.get("version"))
    if "jsonfeed.org" not in version and not _read_text(data.get("title")):
        raise NotAFeed("unknown-format", "JSON without a JSON Feed version")
    items = [item for item in data["items"][:most] if isinstance(item, dict)]
    hubs = [
        _read_text(hub.get("url")) for hub in _as_list(data.get("hubs")) if isinstance(hub, dict)
    ]
    return ParsedFeed(
        format="json11" if version.rstrip("/").endswith("1.1") else "json1",
        title=one_line(_read_text(data.get("title"))),
        site_url=resolve(url, _read_text(data.get("home_page_url"))),
        id=_read_text(data.get("feed_url")),
        hubs=tuple(hub for hub in hubs if hub),
        self_url=resolve(url, _read_text(data.get("feed_url"))),
        language=_read_text(data.get("language")),
        icons=_list_icons(data, url),
        entries=tuple(_read_item(item, data, url) for item in items),
    )


def _list_icons(data: dict[str, Any], url: str) -> tuple[str, ...]:
    """Return the addresses of the feed's icon and favicon, the larger one first."""
    addresses = [resolve(url, _read_text(data.get(name))) for name in ("icon", "favicon")]
    return tuple(dict.fromkeys(address for address in addresses if address))


def _read_item(item: dict[str, Any], feed: dict[str, Any], url: str) -> Entry:
    """Return an item of a JSON Feed as an entry. `feed`: the whole document, whose authors are
    those of items without authors; `url`: its address."""
    link = resolve(url, _read_text(item.get("url")) or _read_text(item.get("external_url")))
    content = _read_text(item.get("content_html"))
    if not content:
        content = _make_paragraphs(_read_text(item.get("content_text")))
    title = one_line(_read_text(item.get("title")))
    tags = [_read_text(tag) for tag in _as_list(item.get("tags"))]
    return Entry(
        id=choose_entry_id(_read_text(item.get("id")), link, title, content),
        url=link,
        title=title,
        authors=clean_names(*(_list_authors(item) or _list_authors(feed))),
        published=_read_date(item.get("date_published")),
        updated=_read_date(item.get("date_modified")),
        summary=escape(_read_text(item.get("summary")), quote=False),
        content=content,
        categories=tuple(dict.fromkeys(one_line(tag) for tag in tags if tag)),
        enclosures=tuple(_read_attachments(item, url)),
        image=resolve(url, _read_text(item.get("image")) or _read_text(item.get("banner_image"))),
        language=_read_text(item.get("language")),
    )


def _list_authors(owner: dict[str, Any]) -> list[str]:
    """Return the names of the authors of an item or a feed (`owner`), from `authors` (1.1) or
    `author` (1)."""
    people = _as_list(owner.get("authors")) or [owner.get("author")]
    return [_read_text(person.get("name")) for person in people if isinstance(person, dict)]


def _read_attachments(item: dict[str, Any], url: str) -> Iterator[Enclosure]:
    """Yield the attachments of an item that have an address as enclosures. A size or duration that
    is no plausible number counts as unknown."""
    for attachment in _as_list(item.get("attachments")):
        if not isinstance(attachment, dict):
            continue
        address = _read_text(attachment.get("url"))
        if not address:
            continue
        size = attachment.get("size_in_bytes")
        if not isinstance(size, int) or not 0 < size < _LARGEST:
            size = 0
        seconds = attachment.get("duration_in_seconds")
        if not isinstance(seconds, int | float) or not 0 < seconds < _LONGEST_SECONDS:
            seconds = 0
        yield Enclosure(
            url=urljoin(url, address),
            type=_read_text(attachment.get("mime_type")),
            length=size,
            duration=str(int(seconds)) if seconds else "",
        )


def _make_paragraphs(text: str) -> str:
    """Return plain text as HTML: empty lines separate paragraphs."""
    blocks = [block.strip() for block in text.replace("\r\n", "\n").split("\n\n")]
    return "".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks if block)


def _read_date(value: object) -> datetime | None:
    return parse_date(_read_text(value)) if isinstance(value, str) else None


def _read_text(value: object) -> str:
    """Return `value` if it is a text, a number as text (some feeds have numeric ids), ""
    otherwise."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
