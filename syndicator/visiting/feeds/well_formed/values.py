"""Texts, addresses and attributes of elements, as feedparser has them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from lxml import etree

from syndicator.visiting.feeds.well_formed.names import PREFIXES, READ_OTHERWISE

Attributes = dict[str, str]

# The characters that windows-1252 has where ISO 8859-1 has controls: pages say the one and mean the other.
_WINDOWS = {
    code: bytes((code,)).decode("cp1252") for code in range(128, 160) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


class Unusual(Exception):
    """Something that feedparser reads in ways of its own."""


def name_of(tag: str, prefix: str | None, *, alone: bool = True) -> str:
    """The name under which feedparser knows an element. One without a `prefix` is an element of the feed, unless its
    namespace has a prefix too (`alone` is False). Raises Unusual."""
    space, _, local = tag.rpartition("}")
    local, space = local.lower(), space[1:].lower()
    if ":" in local:
        raise Unusual("a prefix without a namespace")
    if not space or space == "http://www.w3.org/2005/atom":
        return local
    known = PREFIXES.get(space)
    if known is not None:
        return f"{known}_{local}"
    if space in READ_OTHERWISE or "userland.com/rss" in space or (prefix or "").lower() in PREFIXES.values():
        raise Unusual("a namespace that is not what it seems")
    if prefix is None and not alone:
        raise Unusual("a namespace with two names")
    return local if prefix is None else f"{prefix.lower()}:{local}"


def language(given: Attributes, around: str | None) -> str | None:
    """What `xml:lang` says, of an element or of what is around it."""
    said = given.get("lang", around)
    return said.replace("_", "-") if said else None


def attributes(element: etree._Element, *, language: bool = False, based: bool = False) -> Attributes:
    """The attributes with names in lower case; a namespace makes no difference to feedparser. Links would be resolved
    against a base, but no text is (`based`). `language`: it may have one for what is in it."""
    found: Attributes = {}
    for name, value in element.attrib.items():
        local = str(name).rpartition("}")[2].lower()
        if local in found or (local == "base" and not based):
            raise Unusual("a base, or two attributes of one name")
        found[local] = str(value).lower() if local in ("rel", "type") else str(value)
    if language or "lang" not in found or not len(element):
        return found
    raise Unusual("a language of a part")


def leaf(element: etree._Element, *, based: bool = False) -> etree._Element:
    """`element`, which has no other in it, and a base only where that may be (`based`). Raises Unusual."""
    if len(element):
        raise Unusual("markup in a text")
    if element.attrib and not based and "base" in (str(key).rpartition("}")[2].lower() for key in element.attrib):
        raise Unusual("a base")
    return element


def raw(element: etree._Element) -> str:
    return (element.text or "").strip()


def text(element: etree._Element) -> str:
    return mended(raw(element))


def around(element: etree._Element) -> str:
    """The text between the children of an element."""
    return mended("".join(_pieces(element)).strip())


def _pieces(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield child.tail or ""


def mended(text: str) -> str:
    """UTF-8 that was taken for ISO 8859-1 and encoded once more, and windows-1252, as they were meant."""
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode()
    return text.translate(_WINDOWS)


def with_href(given: Attributes) -> Attributes:
    href = given.get("url", given.get("uri", given.get("href")))
    if href:
        given = {name: value for name, value in given.items() if name not in ("url", "uri")} | {"href": href}
    return given
