"""Define the demo's sites and failing sources; render their feeds: RSS, Atom, RDF, JSON."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from html import escape
from importlib.resources import files
from typing import Any, Final, Literal, TypeVar

from syndicator.core.model import ContentMode

FeedFormat = Literal["rss", "atom", "rdf", "json"]
Place = TypeVar("Place", "Site", "Trouble")

_KINDS: Final = {"rss": "rss+xml", "atom": "atom+xml", "rdf": "rdf+xml", "json": "feed+json"}
TYPES: Final = {name: f"application/{kind}; charset=utf-8" for name, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    key: str
    title: str
    host: str  # a loopback address of its own
    tagline: str = ""
    path: str = "/{slug}"  # of a story; {y}, {m}, {d} and {slug} stand for its date and name
    feed_path: str = ""  # "": the site has no feed
    feed: FeedFormat = "rss"
    full: bool = False  # the feed carries whole articles
    content: ContentMode = "excerpt"  # how we publish it
    language: str = "en"
    robots: str = "User-agent: *\nDisallow: /search\n"
    # tag -> class, as this site's system writes them
    classes: Mapping[str, str] = field(default_factory=dict)
    promo_after: int = 0  # blocks of the story before the site's own block; 0: none
    boilerplate: tuple[str, ...] = ()  # texts on every page that are no part of any story


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A source that fails; `reason` is the code that a visit records."""

    key: str
    host: str
    path: str
    reason: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    body: str = ""
    type: str = "application/rss+xml; charset=utf-8"


def _rows(name: str, kind: type[Place]) -> tuple[Place, ...]:
    text = files("syndicator.cli.demo").joinpath("sites.toml").read_text(encoding="utf-8")
    tables: list[dict[str, Any]] = tomllib.loads(text)[name]
    for row in tables:
        row |= {key: tuple(value) for key, value in row.items() if isinstance(value, list)}
    return tuple(kind(**row) for row in tables)


SITES: Final = _rows("site", Site)
TROUBLES: Final = _rows("trouble", Trouble)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry of a demo feed, with absolute addresses. `content`: HTML, "" for excerpts."""

    url: str
    guid: str
    title: str
    author: str
    published: datetime
    updated: datetime
    summary: str
    content: str = ""
    labels: tuple[str, ...] = ()
    picture: str = ""
    audio: str = ""
    audio_bytes: int = 0
    language: str = "en"


def render(site: Site, base: str, feed_url: str, items: Iterable[Item]) -> bytes:
    """Return the feed of `site`. `items`: newest first."""
    write = {"rss": _rss, "atom": _atom, "rdf": _rdf, "json": _json}[site.feed]
    return "\n".join(write(site, base, feed_url, list(items))).encode()


def _tag(name: str, text: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{escape(text, quote=False)}</{name}>" if text else ""


def _rss(site: Site, base: str, feed_url: str, items: list[Item]) -> list[str]:
    return [
        '<?xml version="1.0" encoding="UTF-8"?>',
        (
            '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
            ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
        ),
        f"<channel>{_tag('title', site.title)}",
        f'<atom:link href="{escape(feed_url)}" rel="self" type="application/rss+xml" />',
        _tag("link", base + "/")
        + _tag("description", site.tagline)
        + _tag("language", site.language),
        "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>",
        *("\n".join(_rss_item(item, site.title)) for item in items),
        "</channel></rss>\n",
    ]


def _rss_item(item: Item, site_title: str) -> list[str]:
    # as WordPress ends every excerpt
    tail = (
        f'The post <a href="{escape(item.url)}">{escape(item.title)}</a> appeared first on'
        f" {escape(site_title)}."
    )
    return [
        "<item>",
        _tag("title", item.title) + _tag("link", item.url + "?utm_source=rss&utm_medium=feed"),
        f"<dc:creator><![CDATA[{item.author}]]></dc:creator>",
        _tag("pubDate", format_datetime(item.published)),
        "".join(f"<category><![CDATA[{label}]]></category>" for label in item.labels),
        _tag("guid", item.guid, ' isPermaLink="false"'),
        (
            f"<description><![CDATA[<p>{escape(item.summary, quote=False)}</p>\n<p>{tail}</p>]]></description>"  # noqa: E501
        ),
        f'<media:thumbnail url="{escape(item.picture)}" />' if item.picture else "",
        "</item>",
    ]


def _atom(site: Site, base: str, feed_url: str, items: list[Item]) -> list[str]:
    newest = max((item.updated for item in items), default=None)
    return [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{site.language}">',
        _tag("title", site.title)
        + _tag("subtitle", site.tagline)
        + _tag("id", f"tag:{site.key}.example,2025:feed"),
        f'<link rel="alternate" type="text/html" href="{base}/"/>',
        f'<link rel="self" type="application/atom+xml" href="{escape(feed_url)}"/>',
        _tag("updated", newest.isoformat() if newest else "2025-09-01T00:00:00Z"),
        *("\n".join(_atom_entry(item)) for item in items),
        "</feed>\n",
    ]


def _atom_entry(item: Item) -> list[str]:
    body = f'<content type="html">{escape(item.content)}</content>' if item.content else ""
    audio = (
        f'<link rel="enclosure" type="audio/wav" length="{item.audio_bytes}"'
        f' href="{escape(item.audio)}"/>'
    )
    return [
        "<entry>",
        _tag("title", item.title, ' type="text"') + _tag("id", item.guid),
        (
            '<link rel="alternate" type="text/html"'
            f' href="{escape(item.url)}"/>{audio if item.audio else ""}'
        ),
        _tag("published", item.published.isoformat()) + _tag("updated", item.updated.isoformat()),
        f"<author>{_tag('name', item.author)}</author>" if item.author else "",
        "".join(f'<category term="{escape(label)}"/>' for label in item.labels),
        _tag("summary", item.summary, ' type="text"') + body,
        "</entry>",
    ]


def _rdf(site: Site, base: str, feed_url: str, items: list[Item]) -> list[str]:
    return [
        '<?xml version="1.0" encoding="utf-8"?>',
        (
            '<rdf:RDF xmlns="http://purl.org/rss/1.0/"'
            ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        ),
        (
            "<channel"
            f' rdf:about="{escape(feed_url)}">{_tag("title", site.title)}{_tag("link", base + "/")}'
        ),
        _tag("description", site.tagline) + "<items><rdf:Seq>",
        *(f'<rdf:li rdf:resource="{escape(item.url)}"/>' for item in items),
        "</rdf:Seq></items></channel>",
        *("\n".join(_rdf_item(item)) for item in items),
        "</rdf:RDF>\n",
    ]


def _rdf_item(item: Item) -> list[str]:
    return [
        f'<item rdf:about="{escape(item.guid or item.url)}">',
        _tag("title", item.title) + _tag("link", item.url) + _tag("description", item.summary),
        _tag("dc:creator", item.author) + _tag("dc:date", item.published.isoformat()),
        "".join(_tag("dc:subject", label) for label in item.labels)
        + _tag("dc:language", item.language),
        "</item>",
    ]


def _json(site: Site, base: str, feed_url: str, items: list[Item]) -> list[str]:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.title,
        "description": site.tagline,
        "home_page_url": base + "/",
        "feed_url": feed_url,
        "language": site.language,
        "items": [_json_item(item) for item in items],
    }
    return [json.dumps(document, ensure_ascii=False, indent=1) + "\n"]


def _json_item(item: Item) -> dict[str, object]:
    body = {"content_html": item.content} if item.content else {"content_text": item.summary}
    fields: dict[str, object] = {
        "id": item.guid,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "date_published": item.published.isoformat(),
        "date_modified": item.updated.isoformat(),
        "authors": [{"name": item.author}] if item.author else [],
        "tags": list(item.labels),
        "image": item.picture,
        **body,
    }
    return {name: value for name, value in fields.items() if value}
