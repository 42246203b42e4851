"""Make and serialise elements of our XML documents; write the OPML 2.0 list of feeds."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from lxml import etree

from syndicator.core import text
from syndicator.core.axes import find_axis
from syndicator.core.formats import FORMATS, PAGE
from syndicator.core.model import FeedSpec
from syndicator.publishing import paths

NAMESPACES: Final[Mapping[str, str]] = {
    "media": "http://search.yahoo.com/mrss/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "atom": "http://www.w3.org/2005/Atom",
    "fh": "http://purl.org/syndication/history/1.0",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "source": "http://source.scripting.com/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
}
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_LIKE_MARKUP: Final = re.compile(r"<|&#?\w+;")  # texts that readers may take for HTML
_LONGEST_TEXT: Final = 10_000_000  # bytes
_SIGNS: Final = re.compile("([&<])")
_REFERENCES: Final = {"&": "#x26", "<": "#x3C"}


def qualify_name(prefix: str, name: str) -> str:
    """Return the name of an element as lxml spells it: "{namespace}name"."""
    return f"{{{NAMESPACES[prefix]}}}{name}"


def select_namespaces(*prefixes: str) -> dict[str, str]:
    """Return prefix -> namespace, for lxml's `nsmap`."""
    return {prefix: NAMESPACES[prefix] for prefix in prefixes}


def add_text(parent: Any, tag: str, value: str, /, **attributes: str) -> Any:
    """Add an element with a text at the end of `parent`; return it. Raises ValueError for
    characters that XML does not allow."""
    element = etree.SubElement(parent, tag, attributes)
    element.text = value
    return element


def add_local(parent: Any, prefix: str, name: str, value: str = "", /, **attributes: str) -> None:
    """Add an element that declares its namespace, because few feeds have it. `value`: its text, if
    it has one."""
    element = etree.SubElement(
        parent, qualify_name(prefix, name), attributes, nsmap=select_namespaces(prefix)
    )
    if value:
        element.text = value


def set_text_type(element: Any) -> None:
    """Give an Atom text construct (RFC 4287 3.1) its type. A text with <b> or AT&amp;T in it is
    "html" and escaped once more, so that readers show it literally. Others are "text": five of
    seven readers do not unescape twice."""
    value = element.text
    if _LIKE_MARKUP.search(value):
        element.text = html.escape(value, quote=False)
        element.set("type", "html")
    else:
        element.set("type", "text")


def write_signs_as_references(root: Any, names: Sequence[str]) -> None:
    """Write & and < of the plain elements `names` as hexadecimal references, which the validator
    and readers that take fields for HTML read right (RSS Best Practices Profile, "Character
    data")."""
    for element in root.iter(*names):
        value = element.text or ""
        has_signs = "&" in value or "<" in value
        if not has_signs or element.get("type") == "html":
            continue
        pieces = _SIGNS.split(value)  # text, sign, text, sign, text
        element.text = pieces[0]
        for sign, following in zip(pieces[1::2], pieces[2::2], strict=True):
            reference = etree.Entity(_REFERENCES[sign])
            reference.tail = following
            element.append(reference)


def serialise_entry(entry: Any, namespaces: Mapping[str, str]) -> bytes:
    """Return the bytes of an entry inside a feed that declares `namespaces`. Raises ValueError for
    a text so long that libxml2, and readers made with it, refuse the whole feed."""
    feed = etree.Element("feed", nsmap=namespaces)
    feed.append(entry)
    data: bytes = etree.tostring(feed, encoding="UTF-8", xml_declaration=False)
    if len(data) > _LONGEST_TEXT:
        longest = max((len(value.encode()) for value in entry.itertext()), default=0)
        if longest > _LONGEST_TEXT:
            raise ValueError("a text of more than 10 MB, which readers refuse")
    return data[data.index(b">") + 1 : data.rindex(b"<")]


def add_stylesheet(feed: Any, base: str) -> None:
    """Put the instruction that makes browsers show a feed with our stylesheet before the root
    element `feed`."""
    feed.addprevious(
        etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{base}feed.css"')
    )


def insert_entries(head: bytes, closing: bytes, entries: Sequence[bytes]) -> bytes:
    """Return the document `head`, which ends with `closing`, with `entries` at its end, one a
    line."""
    return b"\n".join([head.removesuffix(closing), *entries, closing, b""])


def write_opml(title: str, specs: Sequence[FeedSpec], base: str) -> bytes:
    """Return a subscription list with an outline for each feed, in the first XML format that the
    feed has. Each axis but that of everything is a folder. Names of feeds in folders do not repeat
    the name of our site. `base`: the web root."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = text.line(title)
    body = etree.SubElement(root, "body")
    folders: dict[str, Any] = {"": body}
    for spec in specs:
        feed_format = _find_xml_format(spec)
        if feed_format is None:
            continue
        heading = find_axis(spec.key.axis).heading
        if heading not in folders:
            folders[heading] = etree.SubElement(body, "outline", text=heading, title=heading)
        name = text.line(spec.name if heading else spec.title)
        outline = {"type": "rss", "text": name, "title": name}
        outline["xmlUrl"] = base + paths.file_name(spec.key, feed_format)
        if PAGE in spec.formats:
            outline["htmlUrl"] = base + paths.file_name(spec.key, PAGE)
        etree.SubElement(folders[heading], "outline", outline)
    return bytes(etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8"))


def _find_xml_format(spec: FeedSpec) -> str | None:
    for name, feed_format in FORMATS.items():
        if feed_format.xml and name in spec.formats:
            return name
    return None
