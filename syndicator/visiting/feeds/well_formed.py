"""Parse well-formed RSS and Atom fast with lxml, with the same results as feedparser.

It gives the results of feedparser 6.0 that `parser` uses, in less CPU time, with feedparser's
peculiarities. `_ROWS` maps elements to methods of `_Reader`. Unusual input (RDF, a DOCTYPE,
misplaced elements) raises Unusual; then feedparser itself has to read the feed."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple
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
# Method of `_Reader` (without "read_"), its argument, and the elements, named as feedparser names
# them: prefix, underscore, lower case.
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
    ("value", "published", "published issued pubdate dcterms_issued"),
    ("value", "updated", "updated modified lastbuilddate dc_date dcterms_modified"),
    ("value", "created", "created dcterms_created"),
    ("value", "language", "language dc_language"),
    ("value", "href", "url"),
    ("value", "rights", "rights copyright dc_rights"),
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
    ("unused", "person", "contributor itunes_owner"),
    ("unused", "source", "source"),
    ("unused", "textinput", "textinput"),
    # not used here; may contain only text
    (
        "value",
        "",
        (
            "subtitle tagline generator webmaster expirationdate cloud homepage uri name email"
            " width height"
        ),
    ),
    (
        "value",
        "",
        (
            "media_rating media_credit media_restriction media_license media_player itunes_subtitle"
            " dc_publisher"
        ),
    ),
    (
        "value",
        "",
        "dc_contributor dcterms_valid feedburner_browserfriendly itunes_name itunes_email",
    ),
    # elements of a feed where they do not belong, keys that feedparser uses itself, and rare ones
    # that become links
    (
        "unused",
        "refused",
        "rss cc_license creativecommons_license channel feed body abstract info fullitem",
    ),
    ("unused", "refused", "newlocation"),
    (
        "unused",
        "refused",
        "date date_parsed items entries authors links tags published_parsed updated_parsed where",
    ),
    ("unused", "refused", "created_parsed title_detail summary_detail description_detail"),
)
_BY_NAME = {name: (method, argument) for method, argument, names in _ROWS for name in names.split()}
_REFUSED = frozenset(name for name, (_, argument) in _BY_NAME.items() if argument == "refused")
_IN_AUTHOR = frozenset(("name", "email", "url", "uri", "homepage"))
_REFUSED_INSIDE = {  # by unused element: elements inside that make it Unusual
    "source": _REFUSED | {"description", "summary", "content", "content_encoded", "item"},
    "textinput": _BY_NAME.keys() - {"title", "link", "description", "name"},
    "person": _BY_NAME.keys() - _IN_AUTHOR - {"itunes_name", "itunes_email"},
}
_IN_IMAGE = frozenset(("title", "link", "url", "width", "height", "description"))
# Elements without a row in _ROWS whose texts `parser` uses.
_STORED_NAMES = frozenset(
    ("ttl", "sy_updateperiod", "sy_updatefrequency", "itunes_duration", "feedburner_origlink")
)
# Namespaces whose elements feedparser takes for RSS, Atom or XHTML, in versions that it reads in
# other ways.
_OTHER_VERSIONS = frozenset(
    [
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
    ]
)
_HTML_TYPES = ("html", "text/html", "xhtml", "application/xhtml+xml")
_CDF_ATTRIBUTES = frozenset(("lastmod", "href"))  # attributes of another format
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
_TITLE_NOT_SEEN = -1  # in place of the depth of the last title with text
_DOCTYPE_BYTES = 4096  # of a document in which a DOCTYPE is looked for


class _Row(NamedTuple):
    """How an element is read. `name`: the element's name in feedparser, such as "dc_creator".
    `method`: the method of _Reader that reads it. `argument`: the second argument of this
    method."""

    name: str
    method: Callable[[Any, str, int], None]
    argument: str


_UTF8 = frozenset((b"utf-8", b"utf8"))
_ASCII = _UTF8 | {b"", b"us-ascii", b"ascii"}
_CHARSET = re.compile(rb";\s*charset\s*=[\s\"']*([^\s;\"']*)", re.I)
_ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?<\?.*encoding=['\"](.*?)['\"].*\?>")


class Unusual(Exception):
    """Raised for input that only feedparser can read."""


def _read_attributes(
    element: Any, *, may_have_language: bool = False, may_have_base: bool = False
) -> dict[str, str]:
    """Return the attributes of an element, by name. As in feedparser, names are in lower case and
    without namespaces.

    Raise Unusual if only feedparser can read the element: if a name occurs twice, if it has
    xml:base and not `may_have_base`, or if it has xml:lang and children, and not
    `may_have_language`."""
    attributes: dict[str, str] = {}
    for name, value in element.items():
        local = name.rpartition("}")[2].lower()  # without "{namespace}"
        if local in attributes or (local == "base" and not may_have_base):
            raise Unusual("a base, or two attributes of one name")
        attributes[local] = value.lower() if local in ("rel", "type") else value
    if "lang" in attributes and not may_have_language and len(element):
        raise Unusual("a language of a part")
    return attributes


def _read_leaf(element: Any, *, may_have_base: bool = False) -> dict[str, str]:
    """Return the attributes of an element whose content must be text alone. Raise Unusual, for an
    element that only feedparser can read, if it has children, or if it has xml:base and not
    `may_have_base`."""
    if len(element):
        raise Unusual("markup in a text")
    return _read_attributes(element, may_have_base=may_have_base) if element.keys() else {}


class _Reader:
    """The state while one feed is read.

    Each method `read_*` reads one element. Its arguments are the element, the argument in the
    element's row in `_ROWS`, and the depth of the element, which is 1 for the root. It raises
    Unusual if only feedparser can read the element."""

    def __init__(self, body: bytes) -> None:
        """`body`: the XML of the feed. The reader starts outside of any entry."""
        # True if the text may have characters that are wrongly encoded (windows-1252)
        self.may_have_windows = any(pattern.search(body) for pattern in _CONTROLS)
        self.head: dict[str, Any] = {}
        # where values are stored now: the dict of the feed, of its image or of the current entry
        self.context = self.head
        self.entries: list[dict[str, Any]] = []
        self.entry: dict[str, Any] | None = None
        # by name of a value of the entry: the depth of the element that it came from
        self.depths: dict[str, int] = {}
        self.title_depth = _TITLE_NOT_SEEN
        self.has_content = False
        self.language = ""
        self.base = ""  # of relative links (xml:base)
        self.base_around = ""  # the base of the parent element
        # how elements are read, by tag in lxml's spelling, "{namespace}name"
        self.rows: dict[object, _Row] = {}

    def read_document(self, root: Any) -> dict[str, Any]:
        """Return the dict that `feedparser.parse` returns for a feed with the root element `root`.
        Its keys are "version", "feed", "entries" and "bozo", which is False as the XML is
        well-formed. Raise Unusual if only feedparser can read the feed."""
        attributes = _read_attributes(root, may_have_language=True, may_have_base=True)
        self.base = attributes.get("base", "")
        self.language = attributes.get("lang", "").replace("_", "-")
        if self.base and not _BASE.fullmatch(self.base):
            raise Unusual("a base that is no plain address")
        self.head["language"] = self.language
        if self.find_row(root).name == "rss":
            version = _name_version(attributes.get("version", ""))
            if [self.find_row(child).name for child in root] != ["channel"]:
                raise Unusual("an RSS feed is one channel")
            channel = root[0]
            # CDF is an early format of Microsoft, which feedparser reads, too
            if _CDF_ATTRIBUTES.intersection(_read_attributes(channel)):
                raise Unusual("CDF")
            self.read_children(channel, 2)
        elif root.tag == "{http://www.w3.org/2005/Atom}feed":
            version = "atom10"
            self.read_children(root, 1)
        else:
            raise Unusual(self.find_row(root).name)
        return {"version": version, "feed": self.head, "entries": self.entries, "bozo": False}

    def read_children(self, parent: Any, depth: int) -> None:
        """Read each child of `parent` with the method that its row in `_ROWS` names. `depth`: the
        depth of `parent`. Raise Unusual if only feedparser can read a child.

        As in feedparser, relative links after `parent` are resolved against the base of the element
        around it, if that has one."""
        outer_base = self.base_around
        self.base_around = self.base
        for child in parent:
            _, method, argument = self.rows.get(child.tag) or self.find_row(child)
            method(child, argument, depth + 1)
        self.base_around = outer_base
        self.base = outer_base or self.base

    def find_row(self, element: Any) -> _Row:
        """Return the row that says how an element is read. An element that is not in `_ROWS` is
        read by `read_other`, with its name as the argument. Raise Unusual if feedparser might take
        the namespace of the element for another one."""
        tag = element.tag
        prefix = element.prefix
        if tag in self.rows:
            return self.rows[tag]
        if not isinstance(tag, str):
            raise Unusual("an entity")
        braced_namespace, _, name = tag.lower().rpartition("}")
        namespace = braced_namespace.removeprefix("{")
        if ":" in name:
            raise Unusual("a prefix without a namespace")

        # feedparser's name for the element, such as "dc_creator" or "title"
        if namespace in _PREFIXES:
            name = f"{_PREFIXES[namespace]}_{name}"
        elif namespace and namespace != "http://www.w3.org/2005/atom":
            # feedparser reads these as RSS, Atom or XHTML, in other ways than this module
            is_other_version = namespace in _OTHER_VERSIONS or "userland.com/rss" in namespace
            if is_other_version or (prefix or "").lower() in _SPACES:
                raise Unusual("a namespace that is not what it seems")
            if prefix is not None:
                name = f"{prefix.lower()}:{name}"
            else:
                # feedparser may know this namespace by the other name
                default_namespace = element.nsmap[None]
                if list(element.nsmap.values()).count(default_namespace) > 1:
                    raise Unusual("a namespace with two names")

        # method: the rest of the name of one of the methods `read_*`
        method, argument = _BY_NAME.get(name, ("other", name))
        row = _Row(name, getattr(self, f"read_{method}"), argument)
        self.rows[tag] = row
        return row

    def store(self, name: str, value: str, depth: int) -> None:
        """Store `value` as `name` in the feed or the current entry. A feed keeps the last value of
        a name. An entry keeps the value of the least nested element, and of equally nested elements
        the last. `depth`: how deep the element with the value is nested."""
        if self.entry is None or depth <= self.depths.get(name, depth):
            self.depths[name] = depth
            self.context[name] = value

    def read_detail(self, element: Any, kind: str) -> dict[str, Any]:
        """Return the text of an element with its type and language, in the form of feedparser:
        {"type": "text/html", "language": "en", "value": "<p>..."}. `kind`: the type, if the element
        states none. Raise Unusual if the type is neither plain text nor HTML."""
        attributes = _read_leaf(element, may_have_base=True)
        value = self.read_text(element)
        language = self.language
        if attributes:
            if "mode" in attributes:
                raise Unusual("a mode")
            if "base" in attributes and not _BASE.fullmatch(attributes["base"]):
                raise Unusual("a base that is no plain address")
            if "base" in attributes:
                # as in feedparser: if no element around has a base, this one stays valid afterwards
                self.base = self.base_around or attributes["base"]
            kind = attributes.get("type", kind)
            language = attributes.get("lang", language).replace("_", "-")
            kind = _TYPES.get(kind, kind)
            if kind not in ("text/plain", "text/html"):
                raise Unusual(kind)
        return {"type": kind, "language": language, "value": value}

    def read_text(self, element: Any) -> str:
        """Return the text of an element, without white space around it. A text that was decoded
        with the wrong encoding is repaired."""
        value: str = (element.text or "").strip()
        return value if value.isascii() else self.repair_text(value)

    def repair_text(self, value: str) -> str:
        """Return `value` with two frequent errors repaired: text that was encoded as UTF-8 twice
        ("Ã¼" for "ü"), and characters of windows-1252 in a text that is labelled as ISO 8859-1."""
        with suppress(UnicodeError):  # raised by a text that was encoded once
            value = value.encode("iso-8859-1").decode()
        return value.translate(_WINDOWS) if self.may_have_windows else value

    def read_address(self, element: Any) -> str:
        """Return the text of an element as an address. It is resolved against the base of the
        document."""
        address = (element.text or "").strip()
        if address:
            address = self.resolve(address)
        if address.isascii():
            return address
        return self.repair_text(address)

    def resolve(self, url: str) -> str:
        """Return `url` as an absolute address, by the base of the document. Without a base, return
        it unchanged. Return "" if it is malformed."""
        if ":///" in url:  # as feedparser: "http:///a.example" is "http://a.example"
            url = _SLASHES.sub(r"\1\3", url)
        with suppress(ValueError):
            return urljoin(self.base, url) if self.base else url
        return ""

    def read_other(self, element: Any, name: str, depth: int) -> None:
        """Read an element that is not in `_ROWS`. `name`: its name in feedparser. `depth`: its
        depth.

        If `_STORED_NAMES` has the name, the text of the element is stored. As in feedparser, "" is
        stored instead for any element with attributes. Its children are read as if they stood
        beside it."""
        if element.keys():
            _read_attributes(element)
            self.context[name] = ""
        elif name in _STORED_NAMES and not len(element):
            self.store(name, self.read_text(element), depth)
        if len(element):
            self.read_children(element, depth)

    def read_item(self, element: Any, name: str, depth: int) -> None:
        """Read an entry and append it to `entries`. Until its end, `store` stores values in this
        entry. `depth`: the depth of the element. Raise Unusual if only feedparser can read it."""
        if self.context is not self.head:
            raise Unusual("an entry in an entry")
        attributes = _read_attributes(element, may_have_language=True)
        language_around = self.language
        if "about" in attributes or _CDF_ATTRIBUTES.intersection(attributes):
            raise Unusual("CDF or RDF")
        self.entry = {}
        self.context = self.entry  # `store` now stores values in the entry
        self.depths = {}
        self.title_depth = _TITLE_NOT_SEEN
        self.language = attributes.get("lang", language_around).replace("_", "-")
        self.read_children(element, depth)
        self.entries.append(self.entry)
        self.entry = None
        self.context = self.head
        self.has_content = False
        self.language = language_around

    def read_title(self, element: Any, name: str, depth: int) -> None:
        """Read a title, and store it unless the present title is better: it has text, is less or
        equally nested, and its element has not the prefix `media`. `name`: "media" for this prefix,
        else "". `depth`: the depth of the element. Raise Unusual if only feedparser can read it."""
        detail = self.read_detail(element, "text/plain")
        value = detail["value"]
        has_better_title = self.title_depth != _TITLE_NOT_SEEN and self.title_depth <= depth
        if not has_better_title:
            self.store("title", value, depth)
            self.context["title_detail"] = detail
        if value and name != "media":
            self.title_depth = depth

    def read_link(self, element: Any, name: str, depth: int) -> None:
        """Read a link and append it to "links". Its address is the attribute `href` in Atom, and
        the text of the element in RSS. If it leads to a web page, it is also stored as "link".
        Raise Unusual if only feedparser can read it."""
        attributes = _read_leaf(element)
        context = self.context
        attributes.setdefault("rel", "alternate")
        is_feed = attributes["rel"] == "self"
        attributes.setdefault("type", "application/atom+xml" if is_feed else "text/html")
        context.setdefault("links", []).append(attributes)
        # as in feedparser, these two names mean the same as `href`
        href = attributes.get("url", attributes.get("uri"))
        if href:
            attributes["href"] = href
        if "href" in attributes:
            attributes["href"] = self.resolve(attributes["href"])
            if attributes["rel"] == "alternate" and attributes["type"] in _HTML_TYPES:
                context["link"] = attributes["href"]
            return
        value = self.read_address(element)
        if "&" in value:  # as feedparser: entities that were escaped twice lose their semicolon
            if self.entry is not None:
                value = value.replace("&amp;", "&")
            value = _ENTITY.sub(r"&\g<1>", value)
        context["link"] = value
        if value or self.entry is None:
            attributes["href"] = value

    def read_guid(self, element: Any, name: str, depth: int) -> None:
        """Read the id of an entry or of an Atom feed. If its attribute isPermaLink is "true" or
        missing, the id is also the address of the entry (RSS 2.0), and is stored as the link if
        there is none yet. `depth`: the depth of the element. Raise Unusual if only feedparser can
        read it."""
        is_link = _read_leaf(element).get("ispermalink", "true") == "true"
        value = self.read_address(element) if is_link else self.read_text(element)
        self.store("id", value, depth)
        if is_link:
            self.context.setdefault("link", value)

    def read_summary(self, element: Any, kind: str, depth: int) -> None:
        """Read a summary or description. The description of a feed is stored as its "subtitle". As
        in feedparser, a second summary is read as the content, if there is no content yet. `kind`:
        its type if the element states none. `depth`: the depth of the element. Raise Unusual if
        only feedparser can read it."""
        if "summary" in self.context and not self.has_content:
            return self.read_content(element, "text/plain", depth)
        is_of_feed = self.entry is None and kind == "text/html"
        name = "subtitle" if is_of_feed else "summary"
        detail = self.read_detail(element, kind)
        self.store(name, detail["value"], depth)
        self.context[f"{name}_detail"] = detail

    def read_content(self, element: Any, kind: str, depth: int) -> None:
        """Read the content of an entry. It is also stored as the summary if there is none. `kind`:
        its type if the element states none. `depth`: not used. Raise Unusual if only feedparser can
        read it."""
        self.has_content = True
        detail = self.read_detail(element, kind)
        if self.entry is not None:
            self.entry.setdefault("content", []).append(detail)
        self.context.setdefault("summary", detail["value"])

    def read_value(self, element: Any, name: str, depth: int) -> None:
        """Read an element whose text is stored as `name`, such as a date. `depth`: the depth of the
        element. Raise Unusual if only feedparser can read it. This includes a date of an entry that
        `parse_date` does not understand, as feedparser may understand it."""
        # both are called only to check the element
        if name == "rights":
            self.read_detail(element, "text/plain")
        else:
            _read_leaf(element)
        value = self.read_address(element) if name == "href" else self.read_text(element)
        is_date_of_entry = self.entry is not None and name in ("published", "updated", "created")
        if value and is_date_of_entry and parse_date(value) is None:
            raise Unusual("a date that feedparser may read")
        self.store(name, value, depth)

    def read_unused(self, element: Any, name: str, depth: int) -> None:
        """Check an element whose values are not used. `name`: what it is, such as "person",
        "source" or "textinput" (a search form). `depth`: the depth of the element. Raise Unusual if
        feedparser would use a value in it.

        As in feedparser, a title in a source or a search form may prevent that a later title of the
        entry is stored."""
        for inner in element.iter():
            # called only for the check that it makes
            _read_attributes(inner, may_have_language=name != "person")
        inner_names = {self.find_row(inner).name for inner in element.iterdescendants()}
        # an entry may have a source but no search form, a feed the other way round
        misplaced = "source" if self.entry is None else "textinput"
        if name in ("refused", misplaced) or inner_names & _REFUSED_INSIDE[name]:
            raise Unusual(f"much in a {name}, or one where it does not belong")
        if name == "person":
            return
        self.title_depth = _TITLE_NOT_SEEN
        for child in element:
            if self.find_row(child).name == "title":
                _read_leaf(child)
                if self.read_text(child):
                    self.title_depth = depth + 1

    def read_author(self, element: Any, name: str, depth: int) -> None:
        """Read an author of an entry: the name, e-mail address and URL in the element's children,
        or else its text. The authors of a feed are not used. `depth`: the depth of the element.
        Raise Unusual if only feedparser can read it."""
        entry = self.entry
        if entry is None:
            return self.read_unused(element, "person", depth)
        _read_attributes(element)
        entry.setdefault("authors", []).append({})
        for child in element:
            part = self.find_row(child).name
            _read_leaf(child)
            value = (child.text or "").strip()
            if part not in _IN_AUTHOR:
                if part in _BY_NAME or child.text:
                    raise Unusual("more in an author than name and address")
                continue
            if part in ("url", "uri", "homepage"):
                part = "href"
                value = self.read_address(child)
            # as in feedparser, `author_detail` may be the object of an earlier author
            entry.setdefault("author_detail", {})[part] = value
            self.complete_author(entry)
            entry["authors"][-1][part] = value
        # the text of the element itself, without that of its children
        texts = [element.text or "", *(child.tail or "" for child in element)]
        self.store("author", self.repair_text("".join(texts).strip()), depth)
        self.complete_author(entry)

    def complete_author(self, entry: dict[str, Any]) -> None:
        """Complete the last author of `entry`, as feedparser does. If the author's name or e-mail
        address is known, "author" becomes their text, such as "Jane Doe (jane@example.com)".
        Otherwise, name and e-mail address are taken from the text in "author"."""
        detail = entry["authors"][-1]
        if detail:
            name = detail.get("name")
            email = detail.get("email")
            if name and email:
                entry["author"] = f"{name} ({email})"
            elif name or email:
                entry["author"] = name or email
            return
        author = entry.get("author")
        if not author:
            return
        match = _EMAIL.search(author) if "@" in author else None
        if match:
            detail["email"] = match[0]
            # what remains without the e-mail address and the brackets around it is the name
            for part in (match[0], "()", "<>", "&lt;&gt;"):
                author = author.replace(part, "")
            author = author.strip().removeprefix("(").removesuffix(")").strip()
        if author:
            detail["name"] = author
        entry.setdefault("author_detail", detail)

    def read_attached(self, element: Any, key: str, depth: int) -> None:
        """Read an enclosure or a picture, and append its attributes to the list `key` of the feed
        or entry. If `key` is "image", it is the picture of a podcast, and replaces the image.
        `depth`: the depth of the element. Raise Unusual if only feedparser can read it."""
        attributes = _read_attributes(element) if key == "media_content" else _read_leaf(element)
        if key == "image":
            target = attributes.get("href") or attributes.get("url")
            if target:
                self.context["image"] = {"href": target}
            return
        if key == "links":
            href = attributes.get("url", attributes.get("uri")) or attributes.get("href", "")
            attributes["rel"] = "enclosure"
            attributes["href"] = href
        elif key == "media_thumbnail":
            address = self.read_address(element)
            if address:
                attributes.setdefault("url", address)
        self.context.setdefault(key, []).append(attributes)
        self.read_children(element, depth)

    def read_image(self, element: Any, name: str, depth: int) -> None:
        """Read the image of a feed: the texts of its children become the values of "image". The
        image of an entry is not used. `depth`: the depth of the element. Raise Unusual if only
        feedparser can read it."""
        self.title_depth = _TITLE_NOT_SEEN
        if self.entry is not None:
            _read_leaf(element)
            return
        _read_attributes(element)
        if not _IN_IMAGE.issuperset(self.find_row(child).name for child in element):
            raise Unusual("more in an image")
        self.context = self.head.setdefault("image", {})
        self.read_children(element, depth)
        self.context = self.head

    def read_icon(self, element: Any, name: str, depth: int) -> None:
        """Read the address of an icon or logo and store it as `name`. `depth`: the depth of the
        element. Raise Unusual if only feedparser can read it."""
        if _read_leaf(element):  # feedparser reads no text of an element with attributes
            self.context[name] = ""
            return
        self.store(name, self.read_address(element), depth)

    def read_category(self, element: Any, scheme: str, depth: int) -> None:
        """Read a category from the attributes and the text of an element. `scheme`: the address
        that names the kind of these categories, "" if the element itself may state it. Raise
        Unusual if only feedparser can read it."""
        is_itunes = scheme == "http://www.itunes.com/"
        if is_itunes and self.entry is None:  # not used for a feed
            return
        attributes = _read_leaf(element)
        if attributes or scheme:
            if is_itunes:
                attributes = {"term": attributes.get("text", "")}
            self.add_tag(
                attributes.get("term"),
                attributes.get("scheme", scheme or attributes.get("domain")),
                attributes.get("label"),
            )
        value = self.read_text(element)
        if not value:
            return
        # the text completes a category whose attributes have no term
        tags = self.context.get("tags")
        if tags and not tags[-1]["term"]:
            tags[-1]["term"] = value
        else:
            self.add_tag(value)

    def add_tag(
        self, term: str | None, scheme: str | None = None, label: str | None = None
    ) -> None:
        """Add a category to the feed or entry, unless all its values are empty or the category is
        there already. `term`: its name for programs. `scheme`: the address that names the kind of
        category. `label`: its name for people."""
        tags = self.context.setdefault("tags", [])
        tag = {"term": term, "scheme": scheme, "label": label}
        if (term or scheme or label) and tag not in tags:
            tags.append(tag)

    def read_keywords(self, element: Any, name: str, depth: int) -> None:
        """Read a text with commas between the names of categories, and add the categories. Raise
        Unusual if only feedparser can read the element."""
        if _read_leaf(element):  # feedparser reads no text of an element with attributes
            return
        for term in self.read_text(element).split(","):
            if term.strip():
                self.add_tag(term.strip())


def _name_version(version: str) -> str:
    """Return feedparser's name for the version that an RSS feed states: "rss20" for "2.0"."""
    if version in _VERSIONS:
        return _VERSIONS[version]
    return "rss20" if version.startswith("2.") else "rss"


def read(body: bytes, content_type: str = "") -> dict[str, Any] | None:
    """Return what `feedparser.parse` returns for `body`; None if only feedparser can read the feed.
    `content_type`: the header of the HTTP answer, "" if unknown."""
    if not _is_surely_utf8(body, content_type) or b"<!DOCTYPE" in body[:_DOCTYPE_BYTES]:
        return None
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, remove_comments=True, remove_pis=True
    )
    with suppress(etree.XMLSyntaxError, Unusual):
        return _Reader(body).read_document(etree.fromstring(body, parser))
    return None


def _is_surely_utf8(body: bytes, content_type: str) -> bool:
    """Return True if feedparser would read `body` as UTF-8 or ASCII, and its text is encoded so.
    `content_type`: the header of the HTTP answer. Neither this header nor the XML declaration may
    name another encoding."""
    matches = (_CHARSET.search(content_type.encode()), _ENCODING.match(body))
    names = {match[1].lower() for match in matches if match}
    if not names <= _ASCII:
        return False
    if body.isascii() or body.startswith(b"\xef\xbb\xbf"):
        return True
    if names & _UTF8:
        return True
    # feedparser's rules for such documents are complicated
    is_guessed_by_feedparser = any(names) or content_type.startswith("text/")
    return not is_guessed_by_feedparser
