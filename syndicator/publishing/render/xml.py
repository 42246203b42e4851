"""Make and serialise elements of the XML documents that we publish; write OPML lists of feeds."""

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
_LIKE_MARKUP: Final = re.compile(r"<|&#?\w+;")  # texts with it may be taken for HTML by readers
_LONGEST_TEXT: Final = 10_000_000  # bytes: libxml2 refuses longer texts
_SIGNS: Final = re.compile("([&<])")
_REFERENCES: Final = {"&": "#x26", "<": "#x3C"}


def qualify_name(prefix: str, name: str) -> str:
    """Return the name of an element as lxml writes it, "{namespace}name". `prefix`: a key of
    NAMESPACES."""
    return f"{{{NAMESPACES[prefix]}}}{name}"


def select_namespaces(*prefixes: str) -> dict[str, str]:
    """Return prefix -> namespace for some keys of NAMESPACES, as lxml's `nsmap` takes them."""
    return {prefix: NAMESPACES[prefix] for prefix in prefixes}


def add_text(parent: Any, tag: str, value: str, /, **attributes: str) -> Any:
    """Add an element `tag` with the text `value` at the end of `parent`; return the element. Raises
    ValueError if the text has characters that XML does not allow."""
    element = etree.SubElement(parent, tag, attributes)
    element.text = value
    return element


def add_local(parent: Any, prefix: str, name: str, value: str = "", /, **attributes: str) -> None:
    """Add an element at the end of `parent` that declares its namespace itself. Use it for elements
    that few entries have, so that not every feed must declare their namespaces. `prefix`: a key of
    NAMESPACES; `name`: of the element; `value`: its text, "" for none."""
    element = etree.SubElement(
        parent, qualify_name(prefix, name), attributes, nsmap=select_namespaces(prefix)
    )
    if value:
        element.text = value


def set_text_type(element: Any) -> None:
    """Set the attribute `type` of an Atom element that has a text, such as <title> (RFC 4287 3.1).
    If the text contains something like <b> or AT&amp;T, escape it once more and set "html", so that
    readers show these characters literally. Set "text" for any other text, because five of seven
    readers that we tried do not unescape twice."""
    value = element.text
    if _LIKE_MARKUP.search(value):
        element.text = html.escape(value, quote=False)
        element.set("type", "html")
    else:
        element.set("type", "text")


def write_signs_as_references(root: Any, names: Sequence[str]) -> None:
    """Write & and < as hexadecimal references such as &#x26; in the texts of elements. Only this
    form is shown right by the validator and by readers that take these texts for HTML (RSS Best
    Practices Profile, "Character data"). `root`: the element under which elements are changed;
    `names`: their names. Texts of type "html" stay as they are."""
    for element in root.iter(*names):
        value = element.text or ""
        has_signs = "&" in value or "<" in value
        if not has_signs or element.get("type") == "html":
            continue
        # Split into text, sign, text, sign, ..., text. For lxml, a reference is a child element,
        # and the text behind it is its tail.
        pieces = _SIGNS.split(value)
        element.text = pieces[0]
        for sign, following in zip(pieces[1::2], pieces[2::2], strict=True):
            reference = etree.Entity(_REFERENCES[sign])
            reference.tail = following
            element.append(reference)


def serialise_entry(entry: Any, namespaces: Mapping[str, str]) -> bytes:
    """Return the bytes of an entry without declarations of `namespaces`, prefix -> namespace, which
    its feed declares. Raises ValueError if a text is longer than 10 MB: libxml2, and readers made
    with it, would refuse the whole feed."""
    # lxml declares a namespace once, in the outermost element: put the entry into a feed, serialise
    # both, then cut the feed's own tags off
    feed = etree.Element("feed", nsmap=namespaces)
    feed.append(entry)
    data: bytes = etree.tostring(feed, encoding="UTF-8", xml_declaration=False)
    if len(data) > _LONGEST_TEXT:
        longest = max((len(value.encode()) for value in entry.itertext()), default=0)
        if longest > _LONGEST_TEXT:
            raise ValueError("a text of more than 10 MB, which readers refuse")
    end_of_opening_tag = data.index(b">") + 1
    begin_of_closing_tag = data.rindex(b"<")
    return data[end_of_opening_tag:begin_of_closing_tag]


def add_stylesheet(feed: Any, base: str) -> None:
    """Put a processing instruction before the root element `feed` that tells browsers to show the
    feed with our stylesheet. `base`: the address of the web root."""
    stylesheet = f'type="text/css" href="{base}feed.css"'
    feed.addprevious(etree.ProcessingInstruction("xml-stylesheet", stylesheet))


def insert_entries(document: bytes, closing: bytes, entries: Sequence[bytes]) -> bytes:
    """Return a feed document with entries. `document`: a feed without entries, which ends with
    `closing`, its closing tags; each entry gets a line before them."""
    return b"\n".join([document.removesuffix(closing), *entries, closing, b""])


def write_opml(title: str, specs: Sequence[FeedSpec], base: str) -> bytes:
    """Return a list of feeds to subscribe to (OPML 2.0) as bytes. It has an outline for each feed
    that has an XML format, with the address of the first such format. Each kind of feed, such as
    the feeds of tags, has a folder, where feeds have their short names ("AI"); the feed of
    everything is in no folder and has its whole title. `title`: of the list; `specs`: the feeds;
    `base`: the address of the web root."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = text.line(title)
    body = etree.SubElement(root, "body")
    folders: dict[str, Any] = {"": body}  # by heading; "" is no folder
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
    """Return the name of the first XML format (Atom or RSS) that a feed has, None if it has
    none."""
    for name, feed_format in FORMATS.items():
        if feed_format.xml and name in spec.formats:
            return name
    return None
