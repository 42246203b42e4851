"""Sitemaps (sitemaps.org 0.9, Google News) as feeds; Podcasting 2.0 transcripts, chapters and persons. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from lxml import etree

from syndicator.core.errors import NotAFeed
from syndicator.core.model import Entry, ParsedFeed
from syndicator.visiting.feeds.fields import one_line, parse_date, resolve

_NAMESPACE: Final = "{https://podcastindex.org/namespace/1.0}"
_NAMED: Final = b"podcastindex.org/namespace/1.0"
_MOST: Final = 30  # parts of an episode; none has so many
_LONGEST: Final = 300  # characters of a value
_KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "transcript": ("type", "language", "rel"),
    "chapters": ("type",),
    "person": ("role", "group", "href", "img"),
}


def parts_of(body: bytes, url: str) -> dict[str, tuple[str, ...]]:
    """Return Podcasting 2.0 lines (`model.Enclosure.podcast`) by the absolute address of the enclosure."""
    if _NAMED not in body:
        return {}
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    root: Any = etree.fromstring(body, parser)
    parts: dict[str, tuple[str, ...]] = {}
    for item in root.iter("item") if root is not None else ():
        enclosure = item.find("enclosure")
        lines = tuple(dict.fromkeys(_lines(item, url)))[:_MOST]
        if enclosure is not None and lines:
            parts.setdefault(resolve(url, enclosure.get("url", "")), lines)
    return parts


def _lines(item: Any, url: str) -> Iterator[str]:
    for kind, names in _KEPT.items():
        for node in item.iterfind(_NAMESPACE + kind):
            content = _value(node.text) if kind == "person" else resolve(url, node.get("url", ""))
            attributes = ((name, _value(node.get(name))) for name in names)
            if content:
                yield "; ".join([f"{kind} {content}", *(f"{name}={value}" for name, value in attributes if value)])


def _value(text: str | None) -> str:
    """Return the value on one line, without semicolons, as these separate values."""
    return re.sub(r"\s*;\s*", ", ", one_line(text or ""))[:_LONGEST]


_ROOT = re.compile(rb"<(?:[\w.-]+:)?(urlset|sitemapindex)[\s>]")
_NEVER = datetime.min.replace(tzinfo=UTC)


def looks_sitemap(body: bytes) -> bool:
    """Return True for a sitemap or an index of sitemaps."""
    return _ROOT.search(body[:2000]) is not None


def parse_sitemap(body: bytes, url: str, most: int) -> ParsedFeed:
    """Return the newest `most` URLs of a sitemap by publication date or lastmod. Raise NotAFeed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(body, parser)
    if root is None:
        raise NotAFeed("broken-xml", "the sitemap cannot be read")
    if etree.QName(root).localname == "sitemapindex":
        first = next((_text(node) for node in root.iterfind("{*}sitemap/{*}loc")), "")
        raise NotAFeed("sitemap-index", f"it lists other sitemaps; add the one with the articles, such as {first}")
    entries = sorted(_entries(root, url), key=lambda entry: entry.published or entry.updated or _NEVER, reverse=True)
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
