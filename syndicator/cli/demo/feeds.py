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
    """A site of the demo that works, and the traits of its pages."""

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
    """A site of the demo that fails on purpose. `reason`: the code that a visit of it must record.
    `delay`: seconds until it answers."""

    key: str
    host: str
    path: str
    reason: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    body: str = ""
    type: str = "application/rss+xml; charset=utf-8"


def _load_places(name: str, kind: type[Place]) -> tuple[Place, ...]:
    """Return the tables [[name]] of the file sites.toml as objects of the class `kind`. Each key of
    a table is a field of the class; lists become tuples."""
    text = files("syndicator.cli.demo").joinpath("sites.toml").read_text(encoding="utf-8")
    tables: list[dict[str, Any]] = tomllib.loads(text)[name]
    places = []
    for table in tables:
        fields: dict[str, Any] = {}
        for key, value in table.items():
            fields[key] = tuple(value) if isinstance(value, list) else value
        places.append(kind(**fields))
    return tuple(places)


SITES: Final = _load_places("site", Site)
TROUBLES: Final = _load_places("trouble", Trouble)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry for a feed of the demo. All addresses are absolute. `content`: HTML, "" if the feed
    has only summaries. `audio`: the address of a sound, or "". `audio_bytes`: the size of that
    sound."""

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


def render_feed(site: Site, base: str, feed_url: str, items: Iterable[Item]) -> bytes:
    """Return the feed of a site as a file, in the format `site.feed`. `base`: the address of the
    site. `feed_url`: the address of the feed. `items`: its entries, the newest first."""
    renderers = {"rss": _render_rss, "atom": _render_atom, "rdf": _render_rdf, "json": _render_json}
    render = renderers[site.feed]
    lines = render(site, base, feed_url, list(items))
    return "\n".join(lines).encode()


def _make_element(name: str, text: str, attributes: str = "") -> str:
    """Return the XML element `name` with this text; "" if there is no text. `attributes`: the
    attributes of the element as XML, with a space before each."""
    if not text:
        return ""
    return f"<{name}{attributes}>{escape(text, quote=False)}</{name}>"


def _render_rss(site: Site, base: str, feed_url: str, items: list[Item]) -> list[str]:
    """Return the RSS feed of a site as lines. `base`: the address of the site. `feed_url`: the
    address of the feed. `items`: its entries."""
    title = _make_element("title", site.title)
    link = _make_element("link", base + "/")
    description = _make_element("description", site.tagline)
    language = _make_element("language", site.language)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        (
            '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
            ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
        ),
        f"<channel>{title}",
        f'<atom:link href="{escape(feed_url)}" rel="self" type="application/rss+xml" />',
        f"{link}{description}{language}",
        "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>",
    ]
    for item in items:
        lines += _render_rss_item(item, site.title)
    lines.append("</channel></rss>\n")
    return lines


def _render_rss_item(item: Item, site_title: str) -> list[str]:
    """Return an entry as lines of an RSS feed. It is written as WordPress does: the address has
    parameters for statistics, and a sentence about the site follows the summary."""
    title = _make_element("title", item.title)
    link = _make_element("link", item.url + "?utm_source=rss&utm_medium=feed")
    categories = [f"<category><![CDATA[{label}]]></category>" for label in item.labels]
    ending = (
        f'The post <a href="{escape(item.url)}">{escape(item.title)}</a> appeared first on'
        f" {escape(site_title)}."
    )
    description = f"<p>{escape(item.summary, quote=False)}</p>\n<p>{ending}</p>"
    thumbnail = ""
    if item.picture:
        thumbnail = f'<media:thumbnail url="{escape(item.picture)}" />'
    return [
        "<item>",
        f"{title}{link}",
        f"<dc:creator><![CDATA[{item.author}]]></dc:creator>",
        _make_element("pubDate", format_datetime(item.published)),
        "".join(categories),
        _make_element("guid", item.guid, ' isPermaLink="false"'),
        f"<description><![CDATA[{description}]]></description>",
        thumbnail,
        "</item>",
    ]


def _render_atom(site: Site, base: str, feed_url: str, items: list[Item]) -> list[str]:
    """Return the Atom feed of a site as lines. `base`: the address of the site. `feed_url`: the
    address of the feed. `items`: its entries."""
    title = _make_element("title", site.title)
    subtitle = _make_element("subtitle", site.tagline)
    feed_id = _make_element("id", f"tag:{site.key}.example,2025:feed")
    updated = "2025-09-01T00:00:00Z"  # of a feed without entries
    if items:
        updated = max(item.updated for item in items).isoformat()
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{site.language}">',
        f"{title}{subtitle}{feed_id}",
        f'<link rel="alternate" type="text/html" href="{base}/"/>',
        f'<link rel="self" type="application/atom+xml" href="{escape(feed_url)}"/>',
        _make_element("updated", updated),
    ]
    for item in items:
        lines += _render_atom_entry(item)
    lines.append("</feed>\n")
    return lines


def _render_atom_entry(item: Item) -> list[str]:
    """Return an entry as lines of an Atom feed. If the entry has a sound file, the lines link it,
    and if it has its whole text as HTML, they contain that."""
    title = _make_element("title", item.title, ' type="text"')
    entry_id = _make_element("id", item.guid)
    links = f'<link rel="alternate" type="text/html" href="{escape(item.url)}"/>'
    if item.audio:
        links += (
            f'<link rel="enclosure" type="audio/wav" length="{item.audio_bytes}"'
            f' href="{escape(item.audio)}"/>'
        )
    published = _make_element("published", item.published.isoformat())
    updated = _make_element("updated", item.updated.isoformat())
    author = f"<author>{_make_element('name', item.author)}</author>" if item.author else ""
    categories = [f'<category term="{escape(label)}"/>' for label in item.labels]
    texts = _make_element("summary", item.summary, ' type="text"')
    if item.content:
        texts += f'<content type="html">{escape(item.content)}</content>'
    return [
        "<entry>",
        f"{title}{entry_id}",
        links,
        f"{published}{updated}",
        author,
        "".join(categories),
        texts,
        "</entry>",
    ]


def _render_rdf(site: Site, base: str, feed_url: str, items: list[Item]) -> list[str]:
    """Return the RDF feed (RSS 1.0) of a site as lines: the site, a list of the addresses of all
    entries, then the entries. `base`: the address of the site. `feed_url`: the address of the feed.
    `items`: its entries."""
    title = _make_element("title", site.title)
    link = _make_element("link", base + "/")
    description = _make_element("description", site.tagline)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        (
            '<rdf:RDF xmlns="http://purl.org/rss/1.0/"'
            ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        ),
        f'<channel rdf:about="{escape(feed_url)}">{title}{link}',
        f"{description}<items><rdf:Seq>",
    ]
    lines += [f'<rdf:li rdf:resource="{escape(item.url)}"/>' for item in items]
    lines.append("</rdf:Seq></items></channel>")
    for item in items:
        lines += _render_rdf_item(item)
    lines.append("</rdf:RDF>\n")
    return lines


def _render_rdf_item(item: Item) -> list[str]:
    """Return an entry as lines of an RDF feed (RSS 1.0 with Dublin Core)."""
    title = _make_element("title", item.title)
    link = _make_element("link", item.url)
    description = _make_element("description", item.summary)
    creator = _make_element("dc:creator", item.author)
    date = _make_element("dc:date", item.published.isoformat())
    subjects = "".join(_make_element("dc:subject", label) for label in item.labels)
    language = _make_element("dc:language", item.language)
    return [
        f'<item rdf:about="{escape(item.guid or item.url)}">',
        f"{title}{link}{description}",
        f"{creator}{date}",
        f"{subjects}{language}",
        "</item>",
    ]


def _render_json(site: Site, base: str, feed_url: str, items: list[Item]) -> list[str]:
    """Return the JSON feed of a site, as a list with one text; the functions for other formats
    return lists, too. `base`: the address of the site. `feed_url`: the address of the feed.
    `items`: its entries."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.title,
        "description": site.tagline,
        "home_page_url": base + "/",
        "feed_url": feed_url,
        "language": site.language,
        "items": [_make_json_item(item) for item in items],
    }
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return [text]


def _make_json_item(item: Item) -> dict[str, object]:
    """Return an entry as an item of a JSON feed. The text of the item is the HTML of the entry; if
    there is none, the summary. Empty fields are left out."""
    authors = []
    if item.author:
        authors.append({"name": item.author})
    fields: dict[str, object] = {
        "id": item.guid,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "date_published": item.published.isoformat(),
        "date_modified": item.updated.isoformat(),
        "authors": authors,
        "tags": list(item.labels),
        "image": item.picture,
    }
    if item.content:
        fields["content_html"] = item.content
    else:
        fields["content_text"] = item.summary
    return {name: value for name, value in fields.items() if value}
