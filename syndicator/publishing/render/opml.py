"""OPML 2.0 of the feeds we publish."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from syndicator import text
from syndicator.model import FeedSpec
from syndicator.publishing import paths


def opml(title: str, specs: Sequence[FeedSpec], base: str) -> bytes:
    """A subscription list: an outline a feed, its Atom address, else its RSS one."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = text.line(title)
    body = etree.SubElement(root, "body")
    for spec in specs:
        format = next((format for format in ("atom", "rss") if format in spec.formats), None)
        if format:
            outline = {"type": "rss", "text": text.line(spec.title), "title": text.line(spec.title)}
            outline["xmlUrl"] = base + paths.file_name(spec.key, format)
            if "html" in spec.formats:
                outline["htmlUrl"] = base + paths.file_name(spec.key, "html")
            etree.SubElement(body, "outline", outline)
    made: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return made
