"""OPML 2.0 subscription lists (opml.org): read those that other programs export, write our sources so that nothing of
them is lost. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from lxml import etree

from syndicator.configuration.sources.rules_table import table
from syndicator.core import text, urls
from syndicator.core.errors import NotAFeed
from syndicator.core.model import Source

Folders = Literal["category", "tag", "ignore"]  # what the folders of a list become

# What the operator wrote of a source, and OPML has no attribute for, stands in attributes of this namespace under the
# keys of sources.toml: texts as they are, all else as JSON. `place`: in the file, as folders change the order.
SPACE = "urn:x-syndicator:opml"
_PLACE = "place"
LONGEST_TITLE = 200  # characters, as sources.toml allows
_TEXTS = frozenset(
    ["key", "title", "kind", "category", "content", "language", "licence", "every", "cron", "robots", "keep", "mute"]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A subscription at a line. `folders`: outlines around it, outermost first; `own`: its table, if we wrote it."""

    url: str
    line: int = 0
    title: str = ""
    site: str = ""
    folders: tuple[str, ...] = ()
    own: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An outline that is no subscription of its own, and why."""

    line: int
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionList:
    """What an OPML document lists, each address once."""

    outlines: tuple[Outline, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def folders(self) -> tuple[str, ...]:
        """The names of the folders whose meaning is open: those of outlines that this program did not write."""
        return tuple(dict.fromkeys(name for one in self.outlines if not one.own for name in one.folders))


def read_opml(data: bytes) -> SubscriptionList:
    """The subscriptions of an OPML document. Raises NotAFeed(broken-xml | unknown-format), also for entities."""
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
    places: dict[str, int] = {}
    skipped: list[Skipped] = []
    for element in root.iter("{*}outline"):
        made = _outline(element)
        alias = urls.alias(made.url) if isinstance(made, Outline) else ""
        if isinstance(made, Outline) and alias in found:
            made = Skipped(line=made.line, name=made.title, why=f"{made.url} stands in line {found[alias].line} too")
        if isinstance(made, Skipped):
            skipped.append(made)
        elif made is not None:
            found[alias] = made
            place = made.own.get(_PLACE)
            places[made.url] = place if isinstance(place, int) else len(found)
    ordered = sorted(found.values(), key=lambda one: places[one.url])
    outlines = tuple(
        replace(one, own={name: value for name, value in one.own.items() if name != _PLACE}) for one in ordered
    )
    return SubscriptionList(outlines=outlines, skipped=tuple(skipped))


def followed(outline: Outline, folders: Folders, categories: Mapping[str, str]) -> dict[str, Any]:
    """The source's table of an outline. `folders`: what those become; `categories`: names by case-folded form."""
    if outline.own:
        return {**outline.own, "url": outline.url}
    made: dict[str, Any] = {"url": outline.url}
    if outline.title:
        made["title"] = outline.title[:LONGEST_TITLE].strip()
    if outline.folders and folders == "category":
        name = outline.folders[-1]
        made["category"] = categories.get(name.casefold(), name)
    elif outline.folders and folders == "tag":
        made["tags"] = tuple(dict.fromkeys(outline.folders))
    return made


def write_opml(title: str, sources: Sequence[Source], sites: Mapping[str, str] | None = None) -> bytes:
    """An OPML document of `sources`, outlined by category, without single pages and lists. `sites`: by key."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"syndicator": SPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = text.line(title)
    body = etree.SubElement(root, "body")
    folders: dict[str, Any] = {}
    for place, source in enumerate(sources, 1):
        parent = body
        folder = text.line(source.category or "")
        if folder:
            if folder not in folders:
                folders[folder] = etree.SubElement(body, "outline", {"text": folder, "title": folder})
            parent = folders[folder]
        site = text.line((sites or {}).get(source.key, ""))
        etree.SubElement(parent, "outline", {**_for_others(source, site), **_for_ourselves(source, place)})
    made: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return made


def _for_others(source: Source, site: str) -> dict[str, str]:
    name, url = text.line(source.title or source.key), text.line(source.url)
    if source.kind in ("page", "list") or source.rules.links:
        return {"type": "link", "text": name, "title": name, "url": url}
    return {"type": "rss", "text": name, "title": name, "xmlUrl": url} | ({"htmlUrl": site} if site else {})


def _for_ourselves(source: Source, place: int) -> dict[str, str]:
    told = {name: value for name, value in table(source).items() if name != "url"}
    written = {
        name: text.legal(value) if name in _TEXTS else json.dumps(value, ensure_ascii=True, default=dict)
        for name, value in told.items()
    }
    return {f"{{{SPACE}}}{name}": value for name, value in (*written.items(), (_PLACE, str(place)))}


def _outline(element: Any) -> Outline | Skipped | None:
    """A subscription, what is skipped, or None for a folder."""
    attributes = {name.lower(): value for name, value in element.attrib.items() if not name.startswith("{")}
    line, name = element.sourceline or 0, _name(element)
    try:
        own = dict(_own(element))
    except ValueError as error:
        return Skipped(line=line, name=name, why=f"an attribute of {SPACE} cannot be read: {error}")
    written = attributes.get("xmlurl") or attributes.get("url") or ""
    kind = attributes.get("type", "").lower()
    if kind in ("link", "include") and not own:
        return Skipped(line=line, name=name, why=f"it is of type {kind}, which is no feed")
    url = written.strip() if own else urls.absolute("", written)
    if not url:
        if not written and len(element):
            return None
        why = f"{written!r} is no web address" if written else "it has no xmlUrl"
        return Skipped(line=line, name=name, why=why)
    names = [_name(parent) for parent in element.iterancestors("{*}outline")]
    return Outline(
        url=url,
        line=line,
        title=name,
        site=urls.absolute("", attributes.get("htmlurl") or "") or "",
        folders=tuple(name for name in reversed(names) if name),
        own=own,
    )


def _own(element: Any) -> Iterator[tuple[str, Any]]:
    """What this program wrote of a source. Raises ValueError."""
    prefix = f"{{{SPACE}}}"
    for name, value in element.attrib.items():
        if name.startswith(prefix):
            key = name.removeprefix(prefix)
            yield key, value if key in _TEXTS else json.loads(value)


def _name(element: Any) -> str:
    return text.line(element.get("title") or element.get("text") or "")
