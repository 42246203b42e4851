"""OPML 2.0 of the feeds we publish."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from syndicator import text
from syndicator.formats import FORMATS, PAGE
from syndicator.model import FeedSpec
from syndicator.publishing import paths


def opml(title: str, specs: Sequence[FeedSpec], base: str) -> bytes:
    """A subscription list: an outline for each feed, with its address in the first of our XML formats that it has."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = text.line(title)
    body = etree.SubElement(root, "body")
    for spec in specs:
        format = next((name for name, format in FORMATS.items() if format.xml and name in spec.formats), None)
        if format:
            outline = {"type": "rss", "text": text.line(spec.title), "title": text.line(spec.title)}
            outline["xmlUrl"] = base + paths.file_name(spec.key, format)
            if PAGE in spec.formats:
                outline["htmlUrl"] = base + paths.file_name(spec.key, PAGE)
            etree.SubElement(body, "outline", outline)
    made: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return made
