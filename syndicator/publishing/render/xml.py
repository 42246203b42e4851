"""Write XML as text (a third of the cost of trees), and OPML 2.0 of our feeds."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from lxml import etree

from syndicator.core import text
from syndicator.core.axes import listed
from syndicator.core.formats import FORMATS, PAGE
from syndicator.core.model import FeedSpec
from syndicator.publishing import paths

ATOM: Final = "http://www.w3.org/2005/Atom"
NAMESPACES: Final[Mapping[str, str]] = {
    "media": "http://search.yahoo.com/mrss/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "atom": ATOM,
    "fh": "http://purl.org/syndication/history/1.0",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "source": "http://source.scripting.com/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
}
LOCAL: Final = ("podcast", "source", "creativeCommons")  # declared by the elements, which few feeds have
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, section 2.2
_LIKE_MARKUP: Final = re.compile(r"<|&#?\w+;")  # texts that readers may take for HTML
_NOT_PLAIN: Final = ("subtitle", "rights")


def escaped(value: str) -> str:
    """Escape a text for XML. Raises ValueError for characters that XML does not allow."""
    if _ILLEGAL.search(value):
        raise ValueError("All strings must be XML compatible: Unicode or ASCII, no NULL bytes or control characters")
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def plain(value: str) -> str:
    """Escape a plain field (title, description, category, name), with hexadecimal references for & and <, which the
    validator and readers that take fields for HTML read right (RSS Best Practices Profile, "Character data")."""
    return escaped(value).replace("&amp;", "&#x26;").replace("&lt;", "&#x3C;")


def element(tag: str, content: str = "", /, **attributes: str) -> str:
    """Return an element. `content`: XML; `attributes`: unescaped texts. Elements of LOCAL declare their namespaces."""
    local, colon, _ = tag.partition(":")
    if colon and local in LOCAL:
        attributes = {f"xmlns:{local}": NAMESPACES[local], **attributes}
    values = "".join(f' {name}="{_attribute(value)}"' for name, value in attributes.items())
    return f"<{tag}{values}>{content}</{tag}>" if content else f"<{tag}{values}/>"


def _attribute(value: str) -> str:
    return escaped(value).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def plain_text(tag: str, value: str) -> str:
    """Return an Atom text construct (RFC 4287 3.1). A text with <b> or AT&amp;T in it has type="html" and is escaped
    twice, so that readers show it literally. Others have type="text": five of seven readers do not unescape twice."""
    if _LIKE_MARKUP.search(value):
        return element(tag, escaped(html.escape(value, quote=False)), type="html")
    return element(tag, (escaped if tag in _NOT_PLAIN else plain)(value), type="text")


def declared(prefixes: Sequence[str]) -> str:
    """Return namespace declarations as attributes of a root element."""
    return "".join(f' xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in prefixes)


def document(opening: str, entries: Sequence[bytes], closing: str, stylesheet: str) -> bytes:
    """Return a feed: `opening`, the entries, one a line, and `closing`."""
    instruction = f'<?xml-stylesheet type="text/css" href="{stylesheet}"?>'
    before = ('<?xml version="1.0" encoding="UTF-8"?>', instruction, opening)
    return b"\n".join([*(line.encode() for line in before), *entries, closing.encode(), b""])


def opml(title: str, specs: Sequence[FeedSpec], base: str) -> bytes:
    """Return a subscription list with an outline for each feed, in the first of our XML formats that it has. Each axis
    but that of everything is a folder. Feed names do not repeat our site's name."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = text.line(title)
    body = etree.SubElement(root, "body")
    folders: dict[str, Any] = {"": body}
    for spec in specs:
        format = next((name for name, format in FORMATS.items() if format.xml and name in spec.formats), None)
        if format:
            heading = listed(spec.key.axis).heading
            if heading not in folders:
                folders[heading] = etree.SubElement(body, "outline", text=heading, title=heading)
            name = text.line(spec.name if heading else spec.title)
            outline = {"type": "rss", "text": name, "title": name}
            outline["xmlUrl"] = base + paths.file_name(spec.key, format)
            if PAGE in spec.formats:
                outline["htmlUrl"] = base + paths.file_name(spec.key, PAGE)
            etree.SubElement(folders[heading], "outline", outline)
    return bytes(etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8"))
