"""Which method of `reader.Reader` reads which element. Names are those of feedparser: in lower case, with the prefix
that their namespace usually has and an underscore.

Texts, addresses and attributes of elements, as feedparser has them. What is known of a feed while its elements are
read, and how a value finds its place."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin

from lxml import etree

# Namespaces whose elements mean something to feedparser, in lower case.
PREFIXES: Mapping[str, str] = {
    "http://creativecommons.org/ns#license": "cc",
    "http://web.resource.org/cc/": "cc",
    "http://backend.userland.com/creativecommonsrssmodule": "creativecommons",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
}

_BY_METHOD: Mapping[str, str] = {
    "item": "item entry",
    "title": "title dc_title",
    "media_title": "media_title",
    "link": "link",
    "guid": "guid id",
    "description": "description dc_description media_description",
    "summary": "summary itunes_summary",
    "content": "content",
    "content_encoded": "content_encoded",
    "published": "published issued pubdate dcterms_issued",
    "updated": "updated modified lastbuilddate dc_date dcterms_modified",
    "created": "created dcterms_created",
    "author": "author managingeditor dc_author dc_creator itunes_author",
    "category": "category keywords dc_subject",
    "media_category": "media_category",
    "itunes_category": "itunes_category",
    "itunes_keywords": "itunes_keywords",
    "media_keywords": "media_keywords",
    "enclosure": "enclosure",
    "media_content": "media_content",
    "media_group": "media_group",
    "media_thumbnail": "media_thumbnail",
    "itunes_image": "itunes_image itunes_link",
    "picture": "image",
    "text_input": "textinput",
    "person": "contributor itunes_owner",
    "said_language": "language dc_language",
    "source": "source",
    "rights": "rights copyright dc_rights",
    # what changes nothing that is asked for, as long as there is no more than text in it
    "skip": "subtitle tagline generator webmaster expirationdate cloud url homepage uri name email "
    "width height media_rating media_credit media_restriction media_license media_player itunes_subtitle "
    "dc_publisher dc_contributor dcterms_valid feedburner_browserfriendly "
    "itunes_name itunes_email",
}
NAMES: Mapping[str, str] = {name: method for method, names in _BY_METHOD.items() for name in names.split()}

# Elements of a feed where they do not belong, names under which feedparser keeps something else, and rare ones that it
# makes links of.
BELONG_ELSEWHERE = frozenset(
    (
        "rss",
        "cc_license",
        "creativecommons_license",
        "channel",
        "feed",
        "body",
        "abstract",
        "info",
        "fullitem",
        "newlocation",
        "tags",
        "date",
        "date_parsed",
        "items",
        "entries",
        "authors",
        "links",
        "published_parsed",
        "updated_parsed",
        "created_parsed",
        "title_detail",
        "summary_detail",
        "description_detail",
        "where",
    )
)

# Namespaces whose elements feedparser takes for RSS, Atom or XHTML, in versions that it reads otherwise.
READ_OTHERWISE = frozenset(
    (
        "http://backend.userland.com/rss",
        "http://blogs.law.harvard.edu/tech/rss",
        "http://example.com/necho",
        "http://example.com/newformat#",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://purl.org/atom/ns#",
        "http://purl.org/echo/",
        "http://purl.org/pie/",
        "http://purl.org/rss/1.0/",
        "http://purl.org/rss/1.0/modules/rss091#",
        "http://www.w3.org/1999/xhtml",
        "uri/of/echo/namespace#",
    )
)


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


_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")
BASE = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")
_TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html"}


class State:
    """One feed on its way through. `depth`: of an element, the root's is 1."""

    def __init__(self) -> None:
        self.head: dict[str, Any] = {}
        self.entries: list[dict[str, Any]] = []
        self.entry: dict[str, Any] | None = None
        self.depths: dict[str, int] = {}  # of the elements that the entry's values came from
        self.image: dict[str, Any] | None = None
        self.title_depth = -1  # of the last title that was no empty one
        self.has_content = False
        self.language: str | None = None
        self.base = ""  # against which links are resolved
        self.bases = [""]  # of the elements around
        self.names: dict[str, str] = {}  # by tag as lxml has it

    def visit(self, element: etree._Element, depth: int) -> None:
        """Reads an element."""
        raise NotImplementedError

    def children(self, parent: etree._Element, depth: int) -> None:
        self.bases.append(self.base)
        for child in parent:
            self.visit(child, depth + 1)
        self.bases.pop()
        self.base = self.bases[-1] or self.base

    def named(self, element: etree._Element) -> str:
        """The name under which feedparser knows an element: with the prefix that its namespace usually has."""
        tag = element.tag
        found = self.names.get(tag) if isinstance(tag, str) else None
        if found is None:
            if not isinstance(tag, str):
                raise Unusual("an entity")
            space = element.nsmap.get(None)
            alone = space not in [one for prefix, one in element.nsmap.items() if prefix]
            found = self.names[tag] = name_of(tag, element.prefix, alone=alone)
        return found

    @property
    def context(self) -> dict[str, Any]:
        if self.image is not None:
            return self.image
        return self.head if self.entry is None else self.entry

    def keep(self, name: str, value: str, depth: int, detail: dict[str, Any] | None = None) -> None:
        """Stores a value where it counts: of an entry not one from deeper down than the one that is there, no second
        title, and of the feed the last."""
        if name == "title" and -1 < self.title_depth <= depth:
            return
        if self.entry is None:
            name = "subtitle" if name == "description" else name
            self.context[name] = value
        else:
            name = "summary" if name == "description" else name
            before = self.depths.get(name)
            if before is None or depth <= before:
                self.depths[name] = depth
                self.entry[name] = value
        if detail is not None:
            self.context[f"{name}_detail"] = {**detail, "value": value}

    def detail(self, element: etree._Element, default: str) -> dict[str, Any]:
        given = attributes(element, based=True)
        if "base" in given:
            if not BASE.fullmatch(given["base"]):
                raise Unusual("a base that is no plain address")
            self.base = self.bases[-1] or given["base"]  # no text is resolved; with none around it, it stays
        type = _TYPES.get(given.get("type", default), given.get("type", default))
        if type not in ("text/plain", "text/html") or "mode" in given:
            raise Unusual(type)
        return {"type": type, "language": language(given, self.language)}

    def address(self, element: etree._Element) -> str:
        found = raw(element)
        return mended(self.resolved(found)) if found else ""

    def resolved(self, url: str) -> str:
        url = _SLASHES.sub(r"\1\3", url)
        try:
            return urljoin(self.base, url)
        except ValueError:
            return ""

    def tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        tags = self.context.setdefault("tags", [])
        made = {"term": term, "scheme": scheme, "label": label}
        if any((term, scheme, label)) and made not in tags:
            tags.append(made)
