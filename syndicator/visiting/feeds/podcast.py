"""What Podcasting 2.0 says of the episodes of an RSS feed (https://podcasting2.org/docs/podcast-namespace/1.0):
transcripts, chapters and persons. feedparser keeps the last of several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml import etree

from syndicator.visiting.feeds.fields import one_line, resolve

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
    """By the absolute address of its enclosure, what the feed in `body`, fetched from `url`, says of an episode: lines
    as `model.Enclosure.podcast` has them. Empty where the feed does not know the namespace."""
    if _NAMED not in body:
        return {}
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    root: Any = etree.fromstring(body, parser)
    found: dict[str, tuple[str, ...]] = {}
    for item in root.iter("item") if root is not None else ():
        enclosure = item.find("enclosure")
        lines = tuple(dict.fromkeys(_lines(item, url)))[:_MOST]
        if enclosure is not None and lines:
            found.setdefault(resolve(url, enclosure.get("url", "")), lines)
    return found


def _lines(item: Any, url: str) -> Iterator[str]:
    for kind, names in _KEPT.items():
        for node in item.iterfind(_NAMESPACE + kind):
            said = _value(node.text) if kind == "person" else resolve(url, node.get("url", ""))
            given = ((name, _value(node.get(name))) for name in names)
            if said:
                yield "; ".join([f"{kind} {said}", *(f"{name}={value}" for name, value in given if value)])


def _value(given: str | None) -> str:
    """A value on one line, without what parts values."""
    return re.sub(r"\s*;\s*", ", ", one_line(given or ""))[:_LONGEST]
