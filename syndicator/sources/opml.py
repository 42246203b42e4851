"""OPML 2.0 subscription lists (opml.org): read those that other programs export, write our sources. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from syndicator import text, urls
from syndicator.errors import NotAFeed
from syndicator.model import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One subscription. `folders`: the names of the outlines it is in, outermost first."""

    url: str
    title: str = ""
    site: str = ""
    folders: tuple[str, ...] = ()


def read_opml(data: bytes) -> tuple[Outline, ...]:
    """The feeds of an OPML document in its order, each URL once. Nothing is fetched. Raises NotAFeed(broken-xml |
    unknown-format) when the document is not OPML or declares entities."""
    # libxml2 expands entities in attributes with every setting, so the document is refused where it declares any;
    # without its NUL bytes, UTF-16 is searched too
    if b"<!ENTITY" in data.replace(b"\0", b""):
        raise NotAFeed("broken-xml", "the document declares entities")
    try:
        root = etree.fromstring(
            data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
        )
    except etree.XMLSyntaxError as error:
        raise NotAFeed("broken-xml", str(error)) from error
    if root is None or not isinstance(root.tag, str) or root.tag.rpartition("}")[2].lower() != "opml":
        raise NotAFeed("unknown-format", "the document is not OPML")
    found: dict[str, Outline] = {}
    for outline in root.iter("{*}outline"):
        made = _outline(outline)
        if made is not None:
            found.setdefault(made.url, made)
    return tuple(found.values())


def write_opml(title: str, sources: Sequence[Source]) -> bytes:
    """An OPML document of `sources`; those with a category are in an outline of its name."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = text.line(title)
    body = etree.SubElement(root, "body")
    folders: dict[str, Any] = {}
    for source in sources:
        parent = body
        folder = text.line(source.category or "")
        if folder:
            if folder not in folders:
                folders[folder] = etree.SubElement(body, "outline", {"text": folder, "title": folder})
            parent = folders[folder]
        name = text.line(source.title or source.key)
        etree.SubElement(
            parent, "outline", {"type": "rss", "text": name, "title": name, "xmlUrl": text.line(source.url)}
        )
    made: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return made


def _outline(element: Any) -> Outline | None:
    attributes = {name.lower(): value for name, value in element.attrib.items()}
    url = urls.absolute("", attributes.get("xmlurl") or attributes.get("url") or "")
    if url is None or attributes.get("type", "").lower() in ("link", "include"):
        return None
    names = [_name(parent) for parent in element.iterancestors("{*}outline")]
    site = urls.absolute("", attributes.get("htmlurl") or "") or ""
    return Outline(url=url, title=_name(element), site=site, folders=tuple(name for name in reversed(names) if name))


def _name(element: Any) -> str:
    return text.line(element.get("title") or element.get("text") or "")
