"""feedgen extensions for what its own methods leave out: attributes of links and titles, sources, archives, tombstones.

feedgen asks of an extension only these methods; its own base classes carry no types."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any, Final

from lxml import etree

from syndicator.publishing.render.xml import LOCAL, prefixes, qualified

_LIKE_MARKUP: Final = re.compile(r"<|&#?\w+;")  # what a reader that takes a text for HTML would not show as it stands


class Part:
    """An element to be added: a tag (lxml's spelling), attributes, text, children."""

    __slots__ = ("attributes", "children", "tag", "text")

    def __init__(self, tag: str, text: str = "", children: Sequence[Part] = (), **attributes: str) -> None:
        self.tag, self.text, self.children, self.attributes = tag, text, children, attributes

    def build(self, parent: Any) -> None:
        element = etree.SubElement(parent, self.tag, self.attributes, nsmap=_declared(self.tag))
        if self.text:
            element.text = self.text
        for child in self.children:
            child.build(element)


def _declared(tag: str) -> dict[str, str] | None:
    """The prefix that an element declares itself."""
    return next((prefixes(prefix) for prefix in LOCAL if tag.startswith(qualified(prefix, ""))), None)


def plain_text(tag: str, value: str) -> Part:
    """An Atom text construct (RFC 4287 3.1) of a text without markup. One that talks about <b> or AT&amp;T is
    type="html" and escaped once more, so that it reaches readers as it was written; all others are type="text", since
    five of seven readers show &amp; for an & that is escaped twice."""
    if _LIKE_MARKUP.search(value):
        return Part(tag, html.escape(value, quote=False), type="html")
    return Part(tag, value, type="text")


def _typed(element: Any) -> None:
    """Makes an element that holds a text what `plain_text` says."""
    made = plain_text(element.tag, element.text or "")
    element.text = made.text
    element.set("type", made.attributes["type"])


class EntryExtension:
    """Adds `parts` at the end of an entry or item, and the attributes that feedgen leaves out of an entry."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.attributes: dict[str, str] = {}

    def extend_atom(self, entry: Any) -> Any:
        _typed(entry.find("title"))
        entry.find("link").set("rel", "alternate")
        for name, value in self.attributes.items():
            entry.set(name, value)
        return self.extend_rss(entry)

    def extend_rss(self, entry: Any) -> Any:
        for part in self.parts:
            part.build(entry)
        return entry


class FeedExtension:
    """Adds `parts` at the end of a feed's head and declares `declared`."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.declared: tuple[str, ...] = ()

    def extend_ns(self) -> dict[str, str]:
        return prefixes(*self.declared)

    def extend_atom(self, feed: Any) -> Any:
        for name in ("title", "subtitle"):
            if (found := feed.find(name)) is not None:
                _typed(found)
        return self._add(feed)

    def extend_rss(self, feed: Any) -> Any:
        self._add(feed.find("channel"))
        return feed

    def _add(self, parent: Any) -> Any:
        for part in self.parts:
            part.build(parent)
        return parent
