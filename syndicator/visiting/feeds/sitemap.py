"""Sitemaps (sitemaps.org protocol 0.9, with Google's news extension) as feeds: each URL is an entry. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from syndicator.core.errors import NotAFeed
from syndicator.core.model import Entry, ParsedFeed
from syndicator.visiting.feeds.dates import parse_date
from syndicator.visiting.feeds.fields import one_line, resolve

_ROOT = re.compile(rb"<(?:[\w.-]+:)?(urlset|sitemapindex)[\s>]")
_NEVER = datetime.min.replace(tzinfo=UTC)


def looks_sitemap(body: bytes) -> bool:
    """True for a sitemap or an index of sitemaps."""
    return _ROOT.search(body[:2000]) is not None


def parse_sitemap(body: bytes, url: str, most: int) -> ParsedFeed:
    """The newest `most` URLs of the sitemap in `body`, fetched from `url`, by publication date or lastmod. Raises
    NotAFeed(broken-xml | sitemap-index)."""
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
