"""The interfaces in which WordPress and Ghost publish their posts as JSON, where a site without a feed has them open:
where its pages name them, and what they answer as a ParsedFeed. Pure.

WordPress: developer.wordpress.org/rest-api/reference/posts; pages link it with rel="https://api.w.org/". Ghost:
docs.ghost.org/content-api; its public key stands in the scripts of its pages, for their search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import urlencode

from syndicator.core.model import Entry, ParsedFeed
from syndicator.visiting.feeds.dates import parse_date
from syndicator.visiting.feeds.fields import entry_id, names, one_line, resolve

_ROOT = re.compile(r"<link\s[^<>]{0,500}rel=[\"']https://api\.w\.org/[\"'][^<>]{0,500}>", re.I)
_TERM = re.compile(r"/wp/v2/(categories|tags)/(\d{1,12})(?![\d/])")
_HREF = re.compile(r"href=[\"']([^\"'<>]{1,500})[\"']", re.I)
_SCRIPT = re.compile(r"<script\s[^<>]{0,2000}>", re.I)
_KEY = re.compile(r"data-key=[\"']([0-9a-f]{20,40})[\"']", re.I)
_API = re.compile(r"data-api=[\"']([^\"'<>]{1,500}/ghost/api/content/?)[\"']", re.I)
_POSTS = 20  # asked for: what a first visit takes


def posts_api(page: str, url: str) -> str | None:
    """The address of the posts that the page names an open interface for: those of its category or tag, where it is the
    page of one."""
    return _wordpress(page, url) or _ghost(page, url)


def _wordpress(page: str, url: str) -> str | None:
    found = _ROOT.search(page)
    href = _HREF.search(found[0]) if found else None
    root = resolve(url, unescape(href[1])) if href else None
    if not root:
        return None
    term = _TERM.search(page)
    wanted = {"per_page": str(_POSTS), "_embed": "author,wp:featuredmedia"} | ({term[1]: term[2]} if term else {})
    return f"{root}wp/v2/posts{'&' if '?' in root else '?'}{urlencode(wanted)}"


def _ghost(page: str, url: str) -> str | None:
    for script in _SCRIPT.finditer(page):
        key, api = _KEY.search(script[0]), _API.search(script[0])
        root = resolve(url, unescape(api[1])) if key and api else None
        if root and key:
            wanted = {"key": key[1], "limit": str(_POSTS), "include": "authors,tags"}
            return f"{root.rstrip('/')}/posts/?{urlencode(wanted)}"
    return None


def parse_posts(data: Any, url: str, most: int) -> ParsedFeed | None:
    """The posts in `data`, the JSON that was answered at `url`; None where it is of neither."""
    alike = isinstance(data, list) and all(isinstance(one, dict) and "link" in one and "title" in one for one in data)
    if alike and (data or "/wp/v2/posts" in url):
        return ParsedFeed(format="wordpress", entries=tuple(_post(one, url) for one in data[:most]))
    posts = data.get("posts") if isinstance(data, dict) else None
    if isinstance(posts, list) and "/ghost/api/content/" in url:
        found = (one for one in posts[:most] if isinstance(one, dict))
        return ParsedFeed(format="ghost", entries=tuple(_ghost_post(one, url) for one in found))
    return None


def _post(post: dict[str, Any], url: str) -> Entry:
    link = resolve(url, _post_text(post.get("link")))
    title, content = one_line(unescape(_rendered(post, "title"))), _rendered(post, "content")
    embedded = post.get("_embedded")
    parts = embedded if isinstance(embedded, dict) else {}
    return Entry(
        id=entry_id(_rendered(post, "guid"), link, title, content),
        url=link,
        title=title,
        authors=names(list(_each(parts.get("author"), "name"))),
        published=_post_date(post.get("date_gmt")),
        updated=_post_date(post.get("modified_gmt")),
        summary=_rendered(post, "excerpt"),
        content=content,
        image=resolve(url, next(_each(parts.get("wp:featuredmedia"), "source_url"), "")),
    )


def _ghost_post(post: dict[str, Any], url: str) -> Entry:
    link, title, content = (
        resolve(url, _post_text(post.get("url"))),
        one_line(_post_text(post.get("title"))),
        _post_text(post.get("html")),
    )
    return Entry(
        id=entry_id(_post_text(post.get("id")), link, title, content),
        url=link,
        title=title,
        authors=names(list(_each(post.get("authors"), "name"))),
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
    yield from (said for row in rows if isinstance(row, dict) and (said := _post_text(row.get(name))))


def _post_date(value: Any) -> datetime | None:
    """A time of WordPress in GMT, which says no zone."""
    said = _post_text(value)
    return parse_date(f"{said}Z" if said and not said.endswith("Z") else said) if said else None


def _post_text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
