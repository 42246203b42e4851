"""Small helpers for XML bytes around feedgen's elements.

feedgen extensions for what its own methods leave out: attributes of links and titles, sources, archives, tombstones.
feedgen asks of an extension only these methods; its own base classes carry no types. OPML 2.0 of the feeds we
publish."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from lxml import etree

from syndicator.core import text
from syndicator.core.axes import AXES
from syndicator.core.formats import FORMATS, PAGE
from syndicator.core.model import FeedSpec
from syndicator.publishing import paths

ATOM: Final = "http://www.w3.org/2005/Atom"
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
NAMESPACES: Final[Mapping[str, str]] = {
    "media": "http://search.yahoo.com/mrss/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "atom": ATOM,
    "fh": "http://purl.org/syndication/history/1.0",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "source": "http://source.scripting.com/",
    "creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
}
LOCAL: Final = ("podcast", "source", "creativeCommons")  # declared by the elements themselves, which few feeds have
# RSS Advisory Board, RSS Best Practices Profile, "Character data": & and < of plain text as hexadecimal references.
_PLAIN_FIELD: Final = re.compile(
    rb"(<(?:title|description|category|dc:creator|source|name|generator)(?: (?![^>]*type=.html)[^>]*)?>)([^<]+)"
)
_DECLARATION = re.compile(rb' xmlns(?::\w+)?="[^"]*"')


def qualified(prefix: str, name: str) -> str:
    """lxml's spelling of prefix:name."""
    return f"{{{NAMESPACES[prefix]}}}{name}"


def prefixes(*wanted: str) -> dict[str, str]:
    return {prefix: NAMESPACES[prefix] for prefix in wanted}


def fragment(element: Any, declared: Mapping[str, str]) -> bytes:
    """The bytes of `element` as they stand inside a root that declares the prefixes `declared`: the same bytes fit
    every feed, so an entry is made once however many feeds carry it."""
    root = etree.Element("root", None, dict(declared))
    root.append(element)
    data: bytes = etree.tostring(element, encoding="UTF-8", xml_declaration=False, with_tail=False)
    start, close, rest = data.partition(b">")
    return _DECLARATION.sub(b"", start) + close + rest


def plain(data: bytes) -> bytes:
    """`data` with & and < of its plain text fields as hexadecimal references: the same XML, in the spelling that
    readers which take every field for HTML (and the validator) read right."""
    return _PLAIN_FIELD.sub(_hexadecimal, data)


def _hexadecimal(match: re.Match[bytes]) -> bytes:
    return match[1] + match[2].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")


def splice(feed: bytes, closing: bytes, fragments: Sequence[bytes], stylesheet: str) -> bytes:
    """`feed` with a stylesheet instruction after its XML declaration and `fragments` before its last `closing` tag, a
    line each."""
    declaration, _, rest = feed.partition(b"\n")
    body, tag, tail = rest.rpartition(closing)
    if not tag:
        raise ValueError("the feed has no closing tag")
    instruction = f'<?xml-stylesheet type="text/css" href="{stylesheet}"?>'.encode()
    return b"\n".join([declaration.replace(b"'", b'"'), instruction, body, *fragments, tag + tail, b""])


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
    return next((prefixes(prefix) for prefix in LOCAL if tag.startswith(qualified(prefix, ""))), None)


def plain_text(tag: str, value: str) -> Part:
    """An Atom text construct (RFC 4287 3.1) of a text without markup. One that talks about <b> or AT&amp;T is
    type="html" and escaped once more, so that it reaches readers as it was written; all others are type="text", since
    five of seven readers show &amp; for an & that is escaped twice."""
    if _LIKE_MARKUP.search(value):
        return Part(tag, html.escape(value, quote=False), type="html")
    return Part(tag, value, type="text")


def _typed(element: Any) -> None:
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
