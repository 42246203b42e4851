"""Read sitemaps as feeds (sitemaps.org 0.9, Google News)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from syndicator.core.errors import NotAFeed
from syndicator.core.model import Entry, ParsedFeed
from syndicator.visiting.feeds.fields import one_line, parse_date, resolve

_START_BYTES = 2000  # of a document by which it is known as a sitemap
_SITEMAP_ROOT = re.compile(rb"<(?:[\w.-]+:)?(urlset|sitemapindex)[\s>]")
_NEVER = datetime.min.replace(tzinfo=UTC)


def looks_sitemap(body: bytes) -> bool:
    """Return True if `body` begins like a sitemap or an index of sitemaps."""
    return _SITEMAP_ROOT.search(body[:_START_BYTES]) is not None


def parse_sitemap(body: bytes, url: str, most: int) -> ParsedFeed:
    """Return the sitemap `body` from `url` as a feed of at most `most` entries: its newest
    addresses. An address is dated by the publication date of Google News, or else by lastmod. Raise
    NotAFeed for an index of sitemaps, and for XML that cannot be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(body, parser)
    if root is None:
        raise NotAFeed("broken-xml", "the sitemap cannot be read")
    if etree.QName(root).localname == "sitemapindex":
        first = _read_text(root.find("{*}sitemap/{*}loc"))
        raise NotAFeed(
            "sitemap-index",
            f"it lists other sitemaps; add the one with the articles, such as {first}",
        )
    entries = sorted(
        _read_sitemap_entries(root, url),
        key=lambda entry: entry.published or entry.updated or _NEVER,
        reverse=True,
    )
    return ParsedFeed(format="sitemap", entries=tuple(entries[:most]))


def _read_sitemap_entries(root: Any, url: str) -> Iterator[Entry]:
    """Yield an entry for each address in a sitemap. `root`: its root element. `url`: the address of
    the sitemap."""
    for node in root.iterfind("{*}url"):
        address = resolve(url, _read_text(node.find("{*}loc")))
        if not address:
            continue
        yield Entry(
            id=address,
            url=address,
            title=_read_text(node.find("{*}news/{*}title")),
            published=parse_date(_read_text(node.find("{*}news/{*}publication_date"))),
            updated=parse_date(_read_text(node.find("{*}lastmod"))),
            language=_read_text(node.find("{*}news/{*}publication/{*}language")),
        )


def _read_text(node: Any) -> str:
    """Return the text of an XML element on one line; "" if the element is missing (None) or
    empty."""
    return one_line(node.text or "") if node is not None else ""
