"""OPML 2.0 of the feeds we publish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree

from syndicator.core import text
from syndicator.core.axes import AXES
from syndicator.core.formats import FORMATS, PAGE
from syndicator.core.model import FeedSpec
from syndicator.publishing import paths


def opml(title: str, specs: Sequence[FeedSpec], base: str) -> bytes:
    """A subscription list: an outline for each feed, with its address in the first of our XML formats that it has, in a
    folder for each kind of feed, which readers make a category of; the feed of everything stands in none. Its name is
    short: what a reader lists needs no name of our site behind each."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = text.line(title)
    body = etree.SubElement(root, "body")
    folders: dict[str, Any] = {"": body}
    for spec in specs:
        format = next((name for name, format in FORMATS.items() if format.xml and name in spec.formats), None)
        if format:
            heading = AXES[spec.key.axis].heading
            if heading not in folders:
                folders[heading] = etree.SubElement(body, "outline", text=heading, title=heading)
            name = text.line(spec.name if heading else spec.title)
            outline = {"type": "rss", "text": name, "title": name}
            outline["xmlUrl"] = base + paths.file_name(spec.key, format)
            if PAGE in spec.formats:
                outline["htmlUrl"] = base + paths.file_name(spec.key, PAGE)
            etree.SubElement(folders[heading], "outline", outline)
    made: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return made
