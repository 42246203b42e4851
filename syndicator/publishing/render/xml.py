"""Small helpers for XML bytes around feedgen's elements."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from lxml import etree

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
    return b"\n".join([_quoted(declaration), instruction, body, *fragments, tag + tail, b""])


def _quoted(declaration: bytes) -> bytes:
    return declaration.replace(b"'", b'"')
