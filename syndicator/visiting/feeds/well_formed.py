"""Parse well-formed RSS and Atom fast with lxml, with the same results as feedparser.
Those of feedparser 6.0 that `parser` uses, in less CPU. `_ROWS` maps elements to methods of
`_Reader`. Unusual input (RDF, a DOCTYPE, misplaced elements) raises Unusual."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from syndicator.visiting.feeds.fields import parse_date

# Namespaces whose elements mean something to feedparser, in lower case, by the prefix that they
# usually have.
_SPACES = {
    "cc": "http://creativecommons.org/ns#license http://web.resource.org/cc/",
    "creativecommons": "http://backend.userland.com/creativecommonsrssmodule",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd http://example.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss http://search.yahoo.com/mrss/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
_PREFIXES = {space: prefix for prefix, spaces in _SPACES.items() for space in spaces.split()}
# Method of `_Reader`, its argument, and the elements, named as feedparser names them: prefix,
# underscore, lower case.
_ROWS = (
    ("item", "", "item entry"),
    ("title", "", "title dc_title"),
    ("title", "media", "media_title"),
    ("link", "", "link"),
    ("guid", "", "guid id"),
    ("summary", "text/html", "description dc_description media_description"),
    ("summary", "text/plain", "summary itunes_summary"),
    ("content", "text/plain", "content"),
    ("content", "text/html", "content_encoded"),
    ("kept", "published", "published issued pubdate dcterms_issued"),
    ("kept", "updated", "updated modified lastbuilddate dc_date dcterms_modified"),
    ("kept", "created", "created dcterms_created"),
    ("kept", "language", "language dc_language"),
    ("kept", "href", "url"),
    ("kept", "rights", "rights copyright dc_rights"),
    ("author", "", "author managingeditor dc_author dc_creator itunes_author"),
    ("category", "", "category keywords dc_subject"),
    ("category", "http://search.yahoo.com/mrss/category_schema", "media_category"),
    ("category", "http://www.itunes.com/", "itunes_category"),
    ("keywords", "", "itunes_keywords media_keywords"),
    ("attached", "links", "enclosure"),
    ("attached", "media_content", "media_content"),
    ("attached", "media_thumbnail", "media_thumbnail"),
    ("other", "media_group", "media_group"),
    ("attached", "image", "itunes_image itunes_link"),
    ("image", "", "image"),
    ("icon", "icon", "icon"),
    ("icon", "logo", "logo"),
    ("inside", "person", "contributor itunes_owner"),
    ("inside", "source", "source"),
    ("inside", "textinput", "textinput"),
    # not used here; may contain only text
    (
        "kept",
        "",
        (
            "subtitle tagline generator webmaster expirationdate cloud homepage uri name email"
            " width height"
        ),
    ),
    (
        "kept",
        "",
        (
            "media_rating media_credit media_restriction media_license media_player itunes_subtitle"
            " dc_publisher"
        ),
    ),
    (
        "kept",
        "",
        "dc_contributor dcterms_valid feedburner_browserfriendly itunes_name itunes_email",
    ),
    # elements of a feed where they do not belong, keys that feedparser uses itself, and rare ones
    # that become links
    (
        "inside",
        "refused",
        "rss cc_license creativecommons_license channel feed body abstract info fullitem",
    ),
    ("inside", "refused", "newlocation"),
    (
        "inside",
        "refused",
        "date date_parsed items entries authors links tags published_parsed updated_parsed where",
    ),
    ("inside", "refused", "created_parsed title_detail summary_detail description_detail"),
)
_BY_NAME = {name: (method, argument) for method, argument, names in _ROWS for name in names.split()}
_REFUSED = frozenset(name for name, (_, argument) in _BY_NAME.items() if argument == "refused")
_IN_AUTHOR = frozenset(("name", "email", "url", "uri", "homepage"))
_NOT_IN = {  # by unused element: elements inside that make it Unusual
    "source": _REFUSED | {"description", "summary", "content", "content_encoded", "item"},
    "textinput": _BY_NAME.keys() - {"title", "link", "description", "name"},
    "person": _BY_NAME.keys() - _IN_AUTHOR - {"itunes_name", "itunes_email"},
}
_IN_IMAGE = frozenset(("title", "link", "url", "width", "height", "description"))
# Elements without a row that are used.
_STORED = frozenset(
    ("ttl", "sy_updateperiod", "sy_updatefrequency", "itunes_duration", "feedburner_origlink")
)
# Namespaces whose elements feedparser takes for RSS, Atom or XHTML, in versions that it reads in
# other ways.
_OTHER_VERSIONS = (
    "http://backend.userland.com/rss http://blogs.law.harvard.edu/tech/rss http://example.com/necho"
    " http://example.com/newformat# http://my.netscape.com/rdf/simple/0.9/ http://purl.org/atom/ns#"
    " http://purl.org/echo/ http://purl.org/pie/ http://purl.org/rss/1.0/"
    " http://purl.org/rss/1.0/modules/rss091# http://www.w3.org/1999/xhtml uri/of/echo/namespace#"
)
_HTML = ("html", "text/html", "xhtml", "application/xhtml+xml")
_CDF = frozenset(("lastmod", "href"))  # attributes of another format
_TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html"}
_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_EMAIL = re.compile(
    r"(([a-zA-Z0-9\_\-\.\+]+)@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.)|(([a-zA-Z0-9\-]+\.)+))([a-zA-Z]{2,4}|[0-9]{1,3})"
    r"(\]?))(\?subject=\S+)?"
)
_ENTITY = re.compile(r"&([A-Za-z0-9_]+);")
_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")
_BASE = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")
# The characters that windows-1252 has where ISO 8859-1 has controls: pages say the one and mean the
# other.
_WINDOWS = {
    code: bytes((code,)).decode("cp1252")
    for code in range(128, 160)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
# Bytes or references that may be of the characters in _WINDOWS.
_CONTROLS = re.compile(rb"\xc2[\x80-\x9f]"), re.compile(rb"&#(?:0*1[2-5]\d|[xX]0*[89][\da-fA-F]);")
_Row = tuple[str, Callable[[Any, str, int], None], str]  # name, method, argument

_UTF8 = frozenset((b"utf-8", b"utf8"))
_ASCII = _UTF8 | {b"", b"us-ascii", b"ascii"}
_CHARSET = re.compile(rb";\s*charset\s*=[\s\"']*([^\s;\"']*)", re.I)
_ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?<\?.*encoding=['\"](.*?)['\"].*\?>")


class Unusual(Exception):
    """Input that only feedparser can read."""


def _attributes(element: Any, *, language: bool = False, based: bool = False) -> dict[str, str]:
    """Return attributes by name as feedparser does: lower case, no namespaces. Raise Unusual."""
    attributes: dict[str, str] = {}
    for name, value in element.items():
        local = name.rpartition("}")[2].lower()
        if local in attributes or (local == "base" and not based):
            raise Unusual("a base, or two attributes of one name")
        attributes[local] = value.lower() if local in ("rel", "type") else value
    if "lang" in attributes and not language and len(element):
        raise Unusual("a language of a part")
    return attributes


def _leaf(element: Any, *, based: bool = False) -> dict[str, str]:
    if len(element):
        raise Unusual("markup in a text")
    return _attributes(element, based=based) if element.keys() else {}


class _Reader:
    """The state of reading one feed. `depth`: nesting of an element, 1 for the root."""

    def __init__(self, body: bytes) -> None:
        # True if there may be characters of _WINDOWS
        self.windows = any(pattern.search(body) for pattern in _CONTROLS)
        self.head: dict[str, Any] = {}
        # the values of the feed, of the entry or of the picture that is being read
        self.context = self.head
        self.entries: list[dict[str, Any]] = []
        self.entry: dict[str, Any] | None = None
        self.depths: dict[str, int] = {}  # of the elements that the entry's values came from
        self.title_depth = -1  # of the last title with text, else -1
        self.has_content = False
        self.language = ""
        self.base = self.base_around = ""  # base of links; base of the parent element
        self.rows: dict[object, _Row] = {}  # by tag as lxml has it

    def parsed(self, root: Any) -> dict[str, Any]:
        """Return the result of `feedparser.parse` for a document. Raise Unusual."""
        attributes = _attributes(root, language=True, based=True)
        self.base = attributes.get("base", "")
        self.language = attributes.get("lang", "").replace("_", "-")
        if self.base and not _BASE.fullmatch(self.base):
            raise Unusual("a base that is no plain address")
        self.head["language"] = self.language
        if self.row(root)[0] == "rss":
            version = attributes.get("version", "")
            version = _VERSIONS.get(version) or ("rss20" if version.startswith("2.") else "rss")
            if [self.row(child)[0] for child in root] != ["channel"] or not _CDF.isdisjoint(
                _attributes(root[0])
            ):
                raise Unusual("an RSS feed is one channel")
            self.children(root[0], 2)
        elif root.tag == "{http://www.w3.org/2005/Atom}feed":
            version = "atom10"
            self.children(root, 1)
        else:
            raise Unusual(self.row(root)[0])
        return {"version": version, "feed": self.head, "entries": self.entries, "bozo": False}

    def children(self, parent: Any, depth: int) -> None:
        outer = self.base_around
        self.base_around = self.base
        for child in parent:
            _, method, argument = self.rows.get(child.tag) or self.row(child)
            method(child, argument, depth + 1)
        self.base_around = outer
        self.base = outer or self.base

    def row(self, element: Any) -> _Row:
        """Return feedparser's name of an element, and its row. Raise Unusual."""
        tag = element.tag
        prefix = element.prefix
        if tag in self.rows:
            return self.rows[tag]
        space, _, name = tag.lower().rpartition("}") if isinstance(tag, str) else ("", "", ":")
        space = space[1:]
        if ":" in name:
            raise Unusual("a prefix without a namespace, or an entity")
        if space in _PREFIXES:
            name = f"{_PREFIXES[space]}_{name}"
        elif space and space != "http://www.w3.org/2005/atom":
            if (
                space in _OTHER_VERSIONS.split()
                or "userland.com/rss" in space
                or (prefix or "").lower() in _SPACES
            ):
                raise Unusual("a namespace that is not what it seems")
            if prefix is None and list(element.nsmap.values()).count(element.nsmap[None]) > 1:
                raise Unusual("a namespace with two names")
            name = name if prefix is None else f"{prefix.lower()}:{name}"
        method, argument = _BY_NAME.get(name, ("other", name))
        self.rows[tag] = name, getattr(self, method), argument
        return self.rows[tag]

    def keep(self, name: str, value: str, depth: int) -> None:
        """Store a value. Of several, an entry keeps the least nested one, a feed the last one."""
        if self.entry is None or depth <= self.depths.get(name, depth):
            self.depths[name] = depth
            self.context[name] = value

    def detail(self, element: Any, kind: str) -> dict[str, Any]:
        """Return type, language and value of a text. Raise Unusual."""
        attributes = _leaf(element, based=True)
        value = self.text(element)
        language = self.language
        if attributes:
            if not _BASE.fullmatch(attributes.get("base", "http://none")) or "mode" in attributes:
                raise Unusual("a base that is no plain address, or a mode")
            if "base" in attributes:
                # no text is resolved; with none around it, it stays
                self.base = self.base_around or attributes["base"]
            kind = attributes.get("type", kind)
            language = attributes.get("lang", language).replace("_", "-")
            kind = _TYPES.get(kind, kind)
            if kind not in ("text/plain", "text/html"):
                raise Unusual(kind)
        return {"type": kind, "language": language, "value": value}

    def text(self, element: Any) -> str:
        value: str = (element.text or "").strip()
        return value if value.isascii() else self.mended(value)

    def mended(self, value: str) -> str:
        """Repair UTF-8 that was encoded twice, and windows-1252 labelled as ISO 8859-1."""
        with suppress(UnicodeError):
            value = value.encode("iso-8859-1").decode()
        return value.translate(_WINDOWS) if self.windows else value

    def address(self, element: Any) -> str:
        address = (element.text or "").strip()
        address = self.resolved(address) if address else ""
        return address if address.isascii() else self.mended(address)

    def resolved(self, url: str) -> str:
        if ":///" in url:
            url = _SLASHES.sub(r"\1\3", url)
        with suppress(ValueError):
            return urljoin(self.base, url) if self.base else url
        return ""

    def other(self, element: Any, name: str, depth: int) -> None:
        """Read an unknown element: its text, or "" if it has attributes. Its children are read as
        siblings."""
        if element.keys():
            _attributes(element)
            self.context[name] = ""
        elif name in _STORED and not len(element):
            self.keep(name, self.text(element), depth)
        if len(element):
            self.children(element, depth)

    def item(self, element: Any, name: str, depth: int) -> None:
        if self.context is not self.head:
            raise Unusual("an entry in an entry")
        attributes = _attributes(element, language=True)
        before = self.language
        if "about" in attributes or not _CDF.isdisjoint(attributes):
            raise Unusual("CDF or RDF")
        self.context = self.entry = {}
        self.depths = {}
        self.title_depth = -1
        self.language = attributes.get("lang", before).replace("_", "-")
        self.children(element, depth)
        self.entries.append(self.entry)
        self.entry = None
        self.context = self.head
        self.has_content = False
        self.language = before

    def title(self, element: Any, name: str, depth: int) -> None:
        detail = self.detail(element, "text/plain")
        value = detail["value"]
        if not -1 < self.title_depth <= depth:  # no second title
            self.keep("title", value, depth)
            self.context["title_detail"] = detail
        if value and name != "media":
            self.title_depth = depth

    def link(self, element: Any, name: str, depth: int) -> None:
        attributes = _leaf(element)
        context = self.context
        attributes.setdefault("rel", "alternate")
        attributes.setdefault(
            "type", "application/atom+xml" if attributes["rel"] == "self" else "text/html"
        )
        context.setdefault("links", []).append(attributes)
        if href := attributes.get("url", attributes.get("uri")):
            attributes["href"] = href
        if "href" in attributes:
            attributes["href"] = self.resolved(attributes["href"])
            if attributes["rel"] == "alternate" and attributes["type"] in _HTML:
                context["link"] = attributes["href"]
            return
        value = self.address(element)
        if "&" in value:
            value = _ENTITY.sub(
                r"&\g<1>", value.replace("&amp;", "&") if self.entry is not None else value
            )
        context["link"] = value
        if value or self.entry is None:
            attributes["href"] = value

    def guid(self, element: Any, name: str, depth: int) -> None:
        is_link = _leaf(element).get("ispermalink", "true") == "true"
        value = self.address(element) if is_link else self.text(element)
        self.keep("id", value, depth)
        if is_link:
            self.context.setdefault("link", value)

    def summary(self, element: Any, kind: str, depth: int) -> None:
        """Read a summary; if there is no content, read a second summary as content."""
        if "summary" in self.context and not self.has_content:
            return self.content(element, "text/plain", depth)
        # description of a feed
        name = "subtitle" if self.entry is None and kind == "text/html" else "summary"
        detail = self.detail(element, kind)
        self.keep(name, detail["value"], depth)
        self.context[f"{name}_detail"] = detail

    def content(self, element: Any, kind: str, depth: int) -> None:
        self.has_content = True
        detail = self.detail(element, kind)
        if self.entry is not None:
            self.entry.setdefault("content", []).append(detail)
        self.context.setdefault("summary", detail["value"])

    def kept(self, element: Any, name: str, depth: int) -> None:
        # raise Unusual
        _ = self.detail(element, "text/plain") if name == "rights" else _leaf(element)
        value = self.address(element) if name == "href" else self.text(element)
        dated = (
            bool(value) and self.entry is not None and name in ("published", "updated", "created")
        )
        if dated and parse_date(value) is None:
            raise Unusual("a date that feedparser may read")
        self.keep(name, value, depth)

    def inside(self, element: Any, name: str, depth: int) -> None:
        """Skip a person, source or search form; if it has a title, later titles do not count, as in
        feedparser."""
        for inner in element.iter():
            _attributes(inner, language=name != "person")
        inside = {self.row(inner)[0] for inner in element.iterdescendants()}
        if (
            name in ("refused", "source" if self.entry is None else "textinput")
            or inside & _NOT_IN[name]
        ):
            raise Unusual(f"much in a {name}, or one where it does not belong")
        if name != "person":
            titles = [
                (_leaf(child), self.text(child))[1]
                for child in element
                if self.row(child)[0] == "title"
            ]
            self.title_depth = depth + 1 if any(titles) else -1

    def author(self, element: Any, name: str, depth: int) -> None:
        entry = self.entry
        if entry is None:  # authors of the feed are not used
            return self.inside(element, "person", depth)
        _attributes(element)
        entry.setdefault("authors", []).append({})
        for child in element:
            part = self.row(child)[0]
            _leaf(child)
            value = (child.text or "").strip()
            if part not in _IN_AUTHOR:
                if part in _BY_NAME or child.text:
                    raise Unusual("more in an author than name and address")
                continue
            if part in ("url", "uri", "homepage"):
                part = "href"
                value = self.address(child)
            # feedparser may change an earlier author, too
            entry.setdefault("author_detail", {})[part] = value
            self.complete_author(entry)
            entry["authors"][-1][part] = value
        text = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
        self.keep("author", self.mended(text), depth)
        self.complete_author(entry)

    def complete_author(self, entry: dict[str, Any]) -> None:
        """Fill `author` from the detail of the last author, or that detail from `author`."""
        detail = entry["authors"][-1]
        if detail:
            name = detail.get("name")
            email = detail.get("email")
            if name or email:
                entry["author"] = f"{name} ({email})" if name and email else name or email
            return
        if author := entry.get("author"):
            if match := _EMAIL.search(author) if "@" in author else None:
                detail["email"] = match[0]
                for part in (match[0], "()", "<>", "&lt;&gt;"):
                    author = author.replace(part, "")
                author = author.strip().removeprefix("(").removesuffix(")").strip()
            if author:
                detail["name"] = author
            entry.setdefault("author_detail", detail)

    def attached(self, element: Any, key: str, depth: int) -> None:
        attributes = _attributes(element) if key == "media_content" else _leaf(element)
        if key == "image":
            target = attributes.get("href") or attributes.get("url")
            self.context.update({"image": {"href": target}} if target else {})
            return
        if key == "links":
            attributes |= {
                "rel": "enclosure",
                "href": attributes.get("url", attributes.get("uri")) or attributes.get("href", ""),
            }
        elif key == "media_thumbnail" and (value := self.address(element)):
            attributes.setdefault("url", value)
        self.context.setdefault(key, []).append(attributes)
        self.children(element, depth)

    def image(self, element: Any, name: str, depth: int) -> None:
        self.title_depth = -1
        if self.entry is not None:
            _leaf(element)
            return
        _attributes(element)
        if not _IN_IMAGE.issuperset(self.row(child)[0] for child in element):
            raise Unusual("more in an image")
        self.context = self.head.setdefault("image", {})
        self.children(element, depth)
        self.context = self.head

    def icon(self, element: Any, name: str, depth: int) -> None:
        if _leaf(element):  # attributes hide the address from feedparser
            self.context[name] = ""
            return
        self.keep(name, self.address(element), depth)

    def category(self, element: Any, scheme: str, depth: int) -> None:
        itunes = scheme == "http://www.itunes.com/"
        if itunes and self.entry is None:
            return
        attributes = _leaf(element)
        if attributes or scheme:
            attributes = {"term": attributes.get("text", "")} if itunes else attributes
            self.tag(
                attributes.get("term"),
                attributes.get("scheme", scheme or attributes.get("domain")),
                attributes.get("label"),
            )
        if value := self.text(element):
            if (tags := self.context.get("tags")) and not tags[-1]["term"]:
                tags[-1]["term"] = value
            else:
                self.tag(value)

    def tag(self, term: str | None, scheme: str | None = None, label: str | None = None) -> None:
        tags = self.context.setdefault("tags", [])
        tag = {"term": term, "scheme": scheme, "label": label}
        if (term or scheme or label) and tag not in tags:
            tags.append(tag)

    def keywords(self, element: Any, name: str, depth: int) -> None:
        if not _leaf(element):  # attributes hide them from feedparser
            for term in filter(None, map(str.strip, self.text(element).split(","))):
                self.tag(term)


def read(body: bytes, content_type: str = "") -> dict[str, Any] | None:
    """Return the result of `feedparser.parse`, or None if only feedparser can read the feed."""
    matches = _CHARSET.search(content_type.encode()), _ENCODING.match(body)
    names = {match[1].lower() for match in matches if match}
    named = body.isascii() or body.startswith(b"\xef\xbb\xbf") or names & _UTF8
    guessed = not named and (any(names) or content_type.startswith("text/"))
    if guessed or not names <= _ASCII or b"<!DOCTYPE" in body[:4096]:
        return None
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, remove_comments=True, remove_pis=True
    )
    with suppress(etree.XMLSyntaxError, Unusual):
        return _Reader(body).parsed(etree.fromstring(body, parser))
    return None
