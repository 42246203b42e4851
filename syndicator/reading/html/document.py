"""Parse a page once into a `Document`: its tree, the metas of its head, its JSON-LD."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from syndicator.core import text, urls
from syndicator.core.errors import NotAnArticle
from syndicator.core.urls import refusal
from syndicator.reading.html import charset, jsonld

_PICTURES = (b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"BM6", b"\x00\x00\x01\x00")
_MAGIC = (*_PICTURES, b"%PDF", b"PK\x03\x04", b"RIFF", b"\x1f\x8b", b"OggS", b"ID3")
_OTHER_TYPES = re.compile(
    r"^\s*(image|audio|video|font)/|^\s*application/(pdf|zip|octet-stream|([\w.-]+\+)?json)\b", re.I
)
_TAG = re.compile(
    r"<\s{0,9}(!doctype|html|head|body|div|p|h1|article|main|section|table|span|title|meta|br|a)\b",
    re.I,
)
_FEED = re.compile(
    r"^\s*(<\?xml[^>]{0,200}>\s*)?(<!--.{0,500}?-->\s*){0,3}<(rss|feed|rdf:RDF|urlset|sitemapindex|opml|svg)\b",
    re.S,
)
_ENDS = re.compile(rb"</(?:body|html)\s{0,9}>", re.I)
_CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\t\n\f\r")
# characters of a tag whose attributes are counted, and the most that are kept
_LONG = 2_000
_MOST_ATTRIBUTES = 200
# contents of one meta; letters of a region in a language tag (RFC 5646 2.2.4)
_MOST_VALUES = 500
_REGION = 2
_LONG_TAG = re.compile(rf"<[a-zA-Z][^<>]{{{_LONG},}}")
_ATTRIBUTE = re.compile(r"""[^\s"'=<>]+(?:\s{0,9}=\s{0,9}(?:"[^"]*"|'[^']*'|[^\s"'>]+))?""")
_MOST = 12_000_000  # characters that are parsed; the longest real article page seen has 7 million
# lxml.html picks a class for each tag in Python, at each visit; one class for all is chosen in C
_CLASSES = etree.ElementDefaultClassLookup(
    lxml_html.HtmlElement,
    lxml_html.HtmlComment,
    lxml_html.HtmlProcessingInstruction,
    lxml_html.HtmlEntity,
)
_OF_HEAD = {
    "title",
    "meta",
    "link",
    "script",
    "style",
    "base",
    "noscript",
    "template",
    "object",
    "isindex",
}
_LEAST_UNSCRIPTED = 200  # characters of paragraphs in a noscript from which it can be the page
_CODE = re.compile(r"^[a-z]{2,3}([_-][a-z0-9]{2,8}){0,3}$", re.I)
# types of microdata that answer another item, and class names of comments
_REPLY_TYPES = re.compile(r"/(?:User)?(?:Comments?|Answer)$")
_REPLY_CLASS = re.compile(
    r"(?:^|[\s_-])comments?(?:[\s_-]?(?:list|body|item|wrapper|area)|\s|$)", re.I
)
_MOST_ABOVE = 12  # elements above one that may be in a comment
_PAGES = frozenset(
    {
        "WebPage",
        "ItemPage",
        "Product",
        "VideoObject",
        "FAQPage",
        "QAPage",
        "CollectionPage",
        "MedicalWebPage",
        "Recipe",
    }
)
# ends of the names of its types
_ARTICLES = ("Article", "Posting", "Report", "Review", "CreativeWork")


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A parsed page. `tree` is the root element. Copy it before you change it."""

    url: str
    base_url: str  # what relative references are resolved against
    tree: Any  # lxml.html.HtmlElement
    language: str | None  # BCP 47, as declared
    charset: str  # Python's name of the one used
    jsonld: tuple[dict[str, Any], ...]
    # name, property, itemprop or http-equiv in lower case -> contents
    metas: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    size: int = 0  # characters of its source

    def meta(self, *names: str) -> str:
        """Return the content of the first meta of `names`, in that order, as one line; "" if all
        are missing."""
        return next((value for name in names for value in self.metas.get(name, ()) if value), "")


def parse(html: bytes, url: str, headers: Mapping[str, str] | None = None) -> Document:
    """Parse the page that `url` answered. Raises NotAnArticle("not-html") for feeds, JSON, text and
    other types."""
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    content_type = lower.get("content-type", "")
    start = html[:64].lstrip()
    if not start and not html.strip():
        raise NotAnArticle("not-html", "no bytes")
    if start.startswith(_MAGIC):
        raise NotAnArticle("not-html", f"starts with {start[:4]!r}")
    if _OTHER_TYPES.match(content_type) and not start.startswith(b"<"):
        raise NotAnArticle("not-html", f"content type {content_type[:100]}")
    content, used = charset.decode(html, content_type)
    content = content[:_MOST]
    content = _LONG_TAG.sub(_few_attributes, content)
    _refuse_text(content)
    tree = tree_of(content)
    _open_noscript(tree)
    metas = _metas(tree)
    scripts = (
        script.text or ""
        for script in tree.iter("script")
        if "ld+json" in (script.get("type") or "").lower()
        or "ld+json" in (script.get("class") or "")
    )
    objects = jsonld.read(scripts)
    href = next((element.get("href") for element in tree.iter("base") if element.get("href")), None)
    base = urls.absolute(url, href) if href else None
    base = base if base and not refusal(base, url) else url
    return Document(
        url,
        base,
        tree,
        _language(tree, metas, objects, lower),
        used,
        objects,
        metas,
        lower,
        len(content),
    )


def _refuse_text(content: str) -> None:
    start = content[:2_000].lstrip("\ufeff \t\r\n")
    if _FEED.match(start):
        raise NotAnArticle("not-html", "an XML document")
    if not _TAG.search(content[:200_000]):
        raise NotAnArticle("not-html", "JSON" if start[:1] in ("{", "[") else "no HTML tag in it")
    if start[:1] in ("{", "[") and start[1:].lstrip()[:1] in ('"', "{", "["):
        raise NotAnArticle("not-html", "JSON")


def tree_of(content: str) -> Any:
    """Parse a page or fragment into a tree without comments. Raises NotAnArticle("not-html") if it
    has no element."""
    parser = etree.HTMLParser(
        encoding="utf-8", collect_ids=False, remove_comments=True, remove_pis=True
    )
    parser.set_element_class_lookup(_CLASSES)
    try:
        data = content.encode("utf-8", "ignore").translate(None, _CONTROLS)
        ends = (at for at in (data.find(b"</html"), data.find(b"</HTML")) if at >= 0)
        # end tags of body and html before paragraphs end nothing (WHATWG HTML 13.2.6.4.22)
        data = _ENDS.sub(b"", data) if min(ends, default=len(data)) < data.rfind(b"<p") else data
        tree = lxml_html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise NotAnArticle("not-html", str(error)[:200]) from error
    _end_head(tree)
    return tree


def _end_head(tree: Any) -> None:
    """Move elements that may not stand in the head, and all after them, to the body (WHATWG HTML
    13.2.6.4.4)."""
    strange = (
        child
        for child in tree.iterfind("head/*")
        if isinstance(child.tag, str) and child.tag not in _OF_HEAD
    )
    first = next(strange, None)
    if first is None:
        return
    body = tree.find("body")
    if body is None:
        body = etree.SubElement(tree, "body")
    moved = [first, *first.itersiblings()]
    moved[-1].tail = (moved[-1].tail or "") + (body.text or "")
    body.text = None
    for place, child in enumerate(moved):
        body.insert(place, child)


def _open_noscript(tree: Any) -> None:
    """Make `noscript` part of the page if it has more paragraph text than the rest, as on
    Discourse."""
    holders = [element for element in tree.iter("noscript") if element.find(".//p") is not None]
    if not holders:
        return
    within = sum(
        len(text.line("".join(each.itertext()))) for holder in holders for each in holder.iter("p")
    )
    others = (each for each in tree.iter("p") if next(each.iterancestors("noscript"), None) is None)
    if within >= _LEAST_UNSCRIPTED and within > sum(
        len(text.line("".join(each.itertext()))) for each in others
    ):
        for holder in holders:
            holder.tag = "div"


def inner(element: Any, most: int = 1_000) -> str:
    """Return the text in `element`, at most `most` characters."""
    if not len(element):
        return (element.text or "")[:most]
    pieces: list[str] = []
    length = 0
    for count, piece in enumerate(element.itertext()):
        pieces.append(piece)
        length += len(piece)
        if length > most or count > most:
            break
    return "".join(pieces)[:most]


def _few_attributes(tag: re.Match[str]) -> str:
    """Cut a tag after 200 attributes: libxml2 takes quadratic time."""
    attributes = list(islice(_ATTRIBUTE.finditer(tag[0], 1), _MOST_ATTRIBUTES + 1))
    return tag[0] if len(attributes) <= _MOST_ATTRIBUTES else tag[0][: attributes[-1].start()]


def is_in_reply(element: Any) -> bool:
    """Return True if the microdata or the classes around `element` call it a comment or answer."""
    return any(
        _REPLY_TYPES.search(holder.get("itemtype") or "")
        or _REPLY_CLASS.search(holder.get("class") or "")
        for holder in islice(element.iterancestors(), _MOST_ABOVE)
    )


def _metas(tree: Any) -> dict[str, tuple[str, ...]]:
    out: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        if "itemprop" in element.attrib and is_in_reply(element):
            continue
        value = text.line((element.get("content") or element.get("value") or "")[:20_000])
        for attribute in ("name", "property", "itemprop", "http-equiv"):
            name = (element.get(attribute) or "").strip().lower()[:100]
            values = out.setdefault(name, []) if name else []
            if name and value and value not in values[:50] and len(values) < _MOST_VALUES:
                values.append(value)
    return {name: tuple(values) for name, values in out.items()}


def _language(
    tree: Any,
    metas: Mapping[str, tuple[str, ...]],
    objects: tuple[dict[str, Any], ...],
    headers: Mapping[str, str],
) -> str | None:
    stated = [
        tree.get("lang"),
        tree.get("{http://www.w3.org/XML/1998/namespace}lang"),
        tree.get("xml:lang"),
    ]
    stated += [
        value
        for name in ("content-language", "language", "dc.language", "og:locale")
        for value in metas.get(name, ())
    ]
    stated += [item.get("inLanguage") for item in objects] + [headers.get("content-language")]
    return next(
        (_tag(value) for value in stated if isinstance(value, str) and _CODE.match(value.strip())),
        None,
    )


def _tag(value: str) -> str:
    first, *rest = re.split("[_-]", value.strip())
    return "-".join(
        [first.lower(), *(part.upper() if len(part) == _REGION else part.title() for part in rest)]
    )


def articles(document: Document) -> tuple[jsonld.Object, ...]:
    """Return the schema.org articles, those with the page's address first; without articles the
    objects about the page itself."""
    stated = [
        item
        for item in document.jsonld
        if any(name.endswith(_ARTICLES) for name in jsonld.types(item))
    ]
    if len(stated) > 1:  # those of this page before those it only links to
        own = urls.alias(document.url)
        stated.sort(key=lambda item: own not in map(urls.alias, _addresses(item)))
    return tuple(stated) or tuple(
        item for item in document.jsonld if _PAGES & set(jsonld.types(item))
    )


def _addresses(item: jsonld.Object) -> Iterator[str]:
    for name in ("url", "mainEntityOfPage", "@id"):
        yield from (
            value.partition("#")[0] for value in jsonld.strings(item.get(name), "@id", "url")
        )
