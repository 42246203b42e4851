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
    """Return the address of the JSON posts of the page at `url`. None if the page names no API of
    WordPress or Ghost. `page`: the HTML of the page."""
    return _find_wordpress_api(page, url) or _find_ghost_api(page, url)


def _find_wordpress_api(page: str, url: str) -> str | None:
    """Return the address at which the API of a WordPress site has its newest posts; None for
    another site. If the page is that of a category or a tag, the address has only the posts of this
    category or tag. `page`: the HTML of the page at `url`."""
    link_to_api = _ROOT.search(page)
    if link_to_api is None:
        return None
    href = _HREF.search(link_to_api[0])
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
    """Return the address of the newest posts of a site with Ghost, a publishing system; None for
    another site. `page`: the HTML of the page at `url`."""
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
    """Return `data`, the parsed JSON from `url`, as a feed of at most `most` posts. Return None if
    it is not a list of posts of WordPress or Ghost."""
    if isinstance(data, list):
        return _parse_wordpress_posts(data, url, most)
    if isinstance(data, dict) and "/ghost/api/content/" in url:
        rows = data.get("posts")
        if not isinstance(rows, list):
            return None
        posts = [row for row in rows[:most] if isinstance(row, dict)]
        entries = tuple(_read_ghost_post(post, url) for post in posts)
        return ParsedFeed(format="ghost", entries=entries)
    return None


def _parse_wordpress_posts(rows: list[Any], url: str, most: int) -> ParsedFeed | None:
    """Return a list of posts from `url` as a feed of at most `most` posts. Return None if they are
    not posts of WordPress."""
    # an empty list can only be recognised by its address
    if not rows and "/wp/v2/posts" not in url:
        return None
    if not all(_is_wordpress_post(row) for row in rows):
        return None
    entries = tuple(_read_wordpress_post(row, url) for row in rows[:most])
    return ParsedFeed(format="wordpress", entries=entries)


def _is_wordpress_post(value: Any) -> bool:
    """Return True if `value` has the fields that every post of WordPress has."""
    return isinstance(value, dict) and "link" in value and "title" in value


def _read_wordpress_post(post: dict[str, Any], url: str) -> Entry:
    """Return a post of the WordPress API as an entry. `url`: the address of the posts, against
    which relative links are resolved."""
    link = resolve(url, _get_text(post, "link"))
    title = one_line(unescape(_get_rendered(post, "title")))
    content = _get_rendered(post, "content")
    embedded = post.get("_embedded")
    if not isinstance(embedded, dict):
        embedded = {}
    images = _list_texts(embedded.get("wp:featuredmedia"), "source_url")
    first_image = next(iter(images), "")
    return Entry(
        id=choose_entry_id(_get_rendered(post, "guid"), link, title, content),
        url=link,
        title=title,
        authors=clean_names(*_list_texts(embedded.get("author"), "name")),
        published=_read_post_date(post, "date_gmt"),
        updated=_read_post_date(post, "modified_gmt"),
        summary=_get_rendered(post, "excerpt"),
        content=content,
        image=resolve(url, first_image),
    )


def _read_ghost_post(post: dict[str, Any], url: str) -> Entry:
    """Return a post of the API of Ghost, a publishing system, as an entry. `url`: the address of
    the posts, against which relative links are resolved."""
    link = resolve(url, _get_text(post, "url"))
    title = one_line(_get_text(post, "title"))
    content = _get_text(post, "html")
    summary = _get_text(post, "custom_excerpt") or _get_text(post, "excerpt")
    categories = [one_line(tag) for tag in _list_texts(post.get("tags"), "name")]
    return Entry(
        id=choose_entry_id(_get_text(post, "id"), link, title, content),
        url=link,
        title=title,
        authors=clean_names(*_list_texts(post.get("authors"), "name")),
        published=parse_date(_get_text(post, "published_at")),
        updated=parse_date(_get_text(post, "updated_at")),
        summary=summary,
        content=content,
        categories=tuple(dict.fromkeys(categories)),
        image=resolve(url, _get_text(post, "feature_image")),
    )


def _get_rendered(post: dict[str, Any], name: str) -> str:
    """Return the text of the field `name` of a WordPress post. If the field is an object, this is
    the HTML in its member `rendered`."""
    value = post.get(name)
    if isinstance(value, dict):
        return _get_text(value, "rendered")
    return _get_text(post, name)


def _list_texts(rows: Any, name: str) -> list[str]:
    """Return the text field `name` of each object in the list `rows`. Empty texts are left out.
    Return [] if `rows` is not a list."""
    if not isinstance(rows, list):
        return []
    texts = [_get_text(row, name) for row in rows if isinstance(row, dict)]
    return [text for text in texts if text]


def _read_post_date(post: dict[str, Any], name: str) -> datetime | None:
    """Return the date in the field `name` of a WordPress post; None without one. The date is in
    UTC, although it states no zone."""
    time = _get_text(post, name)
    if not time:
        return None
    if not time.endswith("Z"):
        time = f"{time}Z"
    return parse_date(time)


def _get_text(owner: dict[str, Any], name: str) -> str:
    """Return the field `name` of an object if it is a text, else ""."""
    value = owner.get(name)
    return value.strip() if isinstance(value, str) else ""


def looks_json(body: bytes) -> bool:
    """Return True if `body` begins like a JSON object or array."""
    return body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def parse_json_feed(body: bytes, url: str, most: int) -> ParsedFeed:
    """Return the JSON document `body` from `url` as a feed with its first `most` items. It must be
    a JSON Feed, or a list of posts of WordPress or Ghost.

    Raise NotAFeed(broken-json) if it cannot be parsed, and NotAFeed(unknown-format) if it is any
    other JSON."""
    try:
        data = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError) as error:
        raise NotAFeed("broken-json", type(error).__name__) from error
    posts = parse_posts(data, url, most)
    if posts is not None:
        return posts
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise NotAFeed("unknown-format", "JSON, but not a JSON Feed")
    version = _read_field(data, "version")
    states_version = "jsonfeed.org" in version
    if not states_version and not _read_field(data, "title"):
        raise NotAFeed("unknown-format", "JSON without a JSON Feed version")
    items = [item for item in data["items"][:most] if isinstance(item, dict)]
    is_version_11 = version.rstrip("/").endswith("1.1")
    return ParsedFeed(
        format="json11" if is_version_11 else "json1",
        title=one_line(_read_field(data, "title")),
        site_url=resolve(url, _read_field(data, "home_page_url")),
        id=_read_field(data, "feed_url"),
        hubs=_list_hubs(data),
        self_url=resolve(url, _read_field(data, "feed_url")),
        language=_read_field(data, "language"),
        icons=_list_icons(data, url),
        entries=tuple(_read_item(item, data, url) for item in items),
    )


def _list_hubs(data: dict[str, Any]) -> tuple[str, ...]:
    """Return the addresses of the WebSub hubs that the JSON Feed `data` names."""
    addresses = []
    for hub in _get_list(data, "hubs"):
        if isinstance(hub, dict):
            addresses.append(_read_field(hub, "url"))
    return tuple(address for address in addresses if address)


def _list_icons(data: dict[str, Any], url: str) -> tuple[str, ...]:
    """Return the addresses of the feed's icon and its smaller favicon, in this order. `data`: the
    JSON Feed. `url`: its address."""
    addresses = [resolve(url, _read_field(data, name)) for name in ("icon", "favicon")]
    return tuple(dict.fromkeys(address for address in addresses if address))


def _read_item(item: dict[str, Any], feed: dict[str, Any], url: str) -> Entry:
    """Return `item`, an object of a JSON Feed, as an entry. `feed`: the whole JSON Feed; if the
    item states no authors, those of the feed count. `url`: the address of the feed."""
    link = resolve(url, _read_field(item, "url") or _read_field(item, "external_url"))
    image = resolve(url, _read_field(item, "image") or _read_field(item, "banner_image"))
    title = one_line(_read_field(item, "title"))
    authors = _list_authors(item) or _list_authors(feed)
    content = _read_field(item, "content_html")
    if not content:
        content = _make_paragraphs(_read_field(item, "content_text"))
    tags = [_read_text(tag) for tag in _get_list(item, "tags")]
    categories = [one_line(tag) for tag in tags if tag]
    return Entry(
        id=choose_entry_id(_read_field(item, "id"), link, title, content),
        url=link,
        title=title,
        authors=clean_names(*authors),
        published=_read_date(item, "date_published"),
        updated=_read_date(item, "date_modified"),
        summary=escape(_read_field(item, "summary"), quote=False),
        content=content,
        categories=tuple(dict.fromkeys(categories)),
        enclosures=tuple(_read_attachments(item, url)),
        image=image,
        language=_read_field(item, "language"),
    )


def _list_authors(owner: dict[str, Any]) -> list[str]:
    """Return the names of the authors of `owner`, an item or a feed. They are in `authors` (version
    1.1) or `author` (version 1)."""
    people = _get_list(owner, "authors") or [owner.get("author")]
    return [_read_field(person, "name") for person in people if isinstance(person, dict)]


def _read_attachments(item: dict[str, Any], url: str) -> Iterator[Enclosure]:
    """Yield the attachments of an item as enclosures. An attachment without an address is left out.
    A size or duration that is not plausible counts as unknown. `url`: the address of the feed."""
    for attachment in _get_list(item, "attachments"):
        if not isinstance(attachment, dict):
            continue
        address = _read_field(attachment, "url")
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
            type=_read_field(attachment, "mime_type"),
            length=size,
            duration=str(int(seconds)) if seconds else "",
        )


def _make_paragraphs(text: str) -> str:
    """Return plain text as HTML. Empty lines in it separate paragraphs."""
    blocks = [block.strip() for block in text.replace("\r\n", "\n").split("\n\n")]
    return "".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks if block)


def _read_date(item: dict[str, Any], name: str) -> datetime | None:
    """Return the date in the field `name` of an item; None without one."""
    value = item.get(name)
    if not isinstance(value, str):
        return None
    return parse_date(value.strip())


def _read_field(owner: dict[str, Any], name: str) -> str:
    """Return the field `name` of an object as text. Numbers become texts; other values and a
    missing field give ""."""
    return _read_text(owner.get(name))


def _read_text(value: object) -> str:
    """Return `value` as text if it is a text or a number, as some feeds have numeric ids. Otherwise
    return ""."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def _get_list(owner: dict[str, Any], name: str) -> list[Any]:
    """Return the field `name` of an object if it is a list, else []."""
    value = owner.get(name)
    return value if isinstance(value, list) else []
