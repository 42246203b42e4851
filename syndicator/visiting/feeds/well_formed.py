"""Well-formed RSS and Atom, read with lxml as feedparser reads it, at a tenth of its cost. Pure.

What comes out is what `feedparser.parse` gives, as far as `parser` looks at it: which of two titles or summaries
counts, and what a guid does for a link, is as there. Whatever feedparser does in ways that are not written down here is
left to it: markup inside of texts, encodings other than UTF-8, RDF, a DOCTYPE, names where they do not belong.
`tests/visiting/feeds/test_well_formed.py` compares the two.

Authors, as feedparser knows them: a name and an address in two fields or one. Pictures, sounds and tags of a feed and
its entries. The elements of RSS and Atom, each read as feedparser reads it (6.0: mixin.py and namespaces/)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from syndicator.visiting.feeds.fields import parse_date
from syndicator.visiting.feeds.xml_values import (
    BASE,
    BELONG_ELSEWHERE,
    NAMES,
    State,
    Unusual,
    around,
    attributes,
    language,
    leaf,
    raw,
    text,
    with_href,
)

_EMAIL = re.compile(
    r"(([a-zA-Z0-9\_\-\.\+]+)@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.)|(([a-zA-Z0-9\-]+\.)+))([a-zA-Z]{2,4}|[0-9]{1,3})"
    r"(\]?))(\?subject=\S+)?"
)
_IN_AUTHOR = frozenset(("name", "email", "url", "uri", "homepage"))
_IN_PERSON = _IN_AUTHOR | {"itunes_name", "itunes_email"}


class People(State):
    """What reads the elements of people."""

    def author(self, element: etree._Element, depth: int) -> None:
        if self.entry is None:  # nobody asks who made the feed
            self.person(element, depth)
            return
        attributes(element)
        self.entry.setdefault("authors", []).append({})
        for child in element:
            name = self.named(child)
            if name not in _IN_AUTHOR:
                if name in NAMES or name in BELONG_ELSEWHERE or leaf(child).text:
                    raise Unusual("more in an author than name and address")
                continue
            value = raw(leaf(child))
            if name in ("url", "uri", "homepage"):
                name, value = "href", self.address(child)
            self.entry.setdefault("author_detail", {})[name] = value  # which may be the author before: as there
            self.known_author(self.entry)
            self.entry["authors"][-1][name] = value
        self.keep("author", text(element) if not len(element) else around(element), depth)
        self.known_author(self.entry)

    def person(self, element: etree._Element, depth: int) -> None:
        """Somebody whom nobody asks for."""
        attributes(element)
        for child in element:
            name = self.named(leaf(child))
            if name not in _IN_PERSON and (name in NAMES or name in BELONG_ELSEWHERE):
                raise Unusual("more in a person than name and address")

    def known_author(self, entry: dict[str, Any]) -> None:
        """Name and address of the last author, from one field into the other."""
        detail = entry["authors"][-1]
        if detail:
            name, email = detail.get("name"), detail.get("email")
            if name or email:
                entry["author"] = f"{name} ({email})" if name and email else name or email
            return
        author = entry.get("author")
        if not author:
            return
        found = _EMAIL.search(author)
        if found:
            author = author.replace(found[0], "").replace("()", "").replace("<>", "").replace("&lt;&gt;", "").strip()
            author = author.removeprefix("(").removesuffix(")").strip()
        if author or found:
            entry.setdefault("author_detail", detail)
        if author:
            detail["name"] = author
        if found:
            detail["email"] = found[0]


_IN_IMAGE = frozenset(("title", "link", "url", "width", "height", "description"))


class Attached(State):
    """What reads the elements of what is attached."""

    def title(self, element: etree._Element, depth: int) -> None:
        raise NotImplementedError

    def enclosure(self, element: etree._Element, depth: int) -> None:
        given = with_href(attributes(leaf(element)))
        self.context.setdefault("links", []).append({**given, "rel": "enclosure"})

    def media_content(self, element: etree._Element, depth: int) -> None:
        given = attributes(element, language=not len(element))
        self.context.setdefault("media_content", []).append(given)
        self.children(element, depth)

    def media_group(self, element: etree._Element, depth: int) -> None:
        if "lang" in attributes(element):
            raise Unusual("a language of its own")
        self.children(element, depth)

    def media_thumbnail(self, element: etree._Element, depth: int) -> None:
        given, value = attributes(leaf(element)), self.address(element)
        if value:
            given.setdefault("url", value)
        self.context.setdefault("media_thumbnail", []).append(given)

    def media_title(self, element: etree._Element, depth: int) -> None:
        before = self.title_depth
        self.title(element, depth)
        self.title_depth = before

    def itunes_image(self, element: etree._Element, depth: int) -> None:
        given = attributes(leaf(element))
        target = given.get("href") or given.get("url")
        if target:
            self.context["image"] = {"href": target}

    def picture(self, element: etree._Element, depth: int) -> None:
        self.title_depth = -1
        if self.entry is not None:
            leaf(element)
            return
        attributes(element)
        self.image = self.head.setdefault("image", {})
        self.bases.append(self.base)
        for child in element:
            name = self.named(child)
            if name not in _IN_IMAGE:
                raise Unusual("more in an image")
            if name == "url":
                self.image["href"] = self.address(leaf(child))
            elif name == "title":
                self.title(child, depth + 1)
            else:
                leaf(child)
        self.image = None
        self.bases.pop()
        self.base = self.bases[-1] or self.base

    def category(self, element: etree._Element, depth: int) -> None:
        given = attributes(leaf(element))
        self.tagged(element, given.get("term"), given.get("scheme", given.get("domain")), given.get("label"))

    def media_category(self, element: etree._Element, depth: int) -> None:
        given = attributes(leaf(element))
        given.setdefault("scheme", "http://search.yahoo.com/mrss/category_schema")
        self.tagged(element, given.get("term"), given["scheme"], given.get("label"))

    def itunes_category(self, element: etree._Element, depth: int) -> None:
        if self.entry is None:
            return
        self.tagged(leaf(element), attributes(element).get("text"), "http://www.itunes.com/", None)

    def tagged(self, element: etree._Element, term: str | None, scheme: str | None, label: str | None) -> None:
        self.tag(term, scheme, label)
        value, tags = text(element), self.context["tags"]
        if value and tags and not tags[-1]["term"]:
            tags[-1]["term"] = value
        elif value:
            self.tag(value, None, None)

    def itunes_keywords(self, element: etree._Element, depth: int) -> None:
        self.keywords(element, "http://www.itunes.com/")

    def media_keywords(self, element: etree._Element, depth: int) -> None:
        self.keywords(element, None)

    def keywords(self, element: etree._Element, scheme: str | None) -> None:
        if leaf(element).attrib:  # a slip of feedparser's
            return
        for term in filter(None, map(str.strip, text(element).split(","))):
            self.tag(term, scheme, None)


_ENTITY = re.compile(r"&([A-Za-z0-9_]+);")
_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_HTML = ("html", "text/html", "xhtml", "application/xhtml+xml")
_IN_FORM = frozenset(("title", "link", "description", "name"))


class Reader(Attached, People):
    """What reads a whole feed."""

    def parsed(self, root: etree._Element) -> dict[str, Any]:
        """What `feedparser.parse` gives for a document. Raises Unusual."""
        given = attributes(root, language=True, based=True)
        self.base, self.language = given.get("base", ""), language(given, None)
        if self.base and not BASE.fullmatch(self.base):
            raise Unusual("a base that is no plain address")
        if self.language:
            self.head["language"] = self.language
        if self.named(root) == "rss":
            version = given.get("version", "")
            version = _VERSIONS.get(version) or ("rss20" if version.startswith("2.") else "rss")
            root, depth = self.channel(root), 2
        elif str(root.tag) == "{http://www.w3.org/2005/Atom}feed":
            version, depth = "atom10", 1
        else:
            raise Unusual(self.named(root))
        self.children(root, depth)
        return {"version": version, "feed": self.head, "entries": self.entries, "bozo": False}

    def channel(self, root: etree._Element) -> etree._Element:
        if [self.named(child) for child in root] != ["channel"]:
            raise Unusual("an RSS feed is one channel")
        if {"lastmod", "href"} & attributes(root[0]).keys():
            raise Unusual("CDF")
        self.bases.append(self.base)
        return root[0]

    def visit(self, element: etree._Element, depth: int) -> None:
        name = self.named(element)
        handler = _HANDLERS.get(name)
        if handler is not None:
            handler(self, element, depth)
        elif name in BELONG_ELSEWHERE:
            raise Unusual(name)
        else:
            self.other(name, element, depth)

    def other(self, name: str, element: etree._Element, depth: int) -> None:
        """An element that means nothing to feedparser: a text of that name, or its attributes. What is in it counts as
        if it stood outside."""
        if element.attrib:
            attributes(element)  # which refuses a base, and a language of what is in it
            self.context[name] = ""
        elif name in ("icon", "logo"):
            self.keep(name, self.address(element), depth)
        elif not len(element):
            self.keep(name, text(element), depth)
        self.children(element, depth)

    def skip(self, element: etree._Element, depth: int) -> None:
        """One whose value nobody asks for."""
        leaf(element)

    def item(self, element: etree._Element, depth: int) -> None:
        if self.entry is not None or self.image is not None:
            raise Unusual("an entry in an entry")
        given, before = attributes(element, language=True), self.language
        if {"lastmod", "href", "about"} & given.keys():
            raise Unusual("CDF or RDF")
        self.entry, self.depths, self.title_depth = {}, {}, -1
        self.language = language(given, before)
        self.children(element, depth)
        self.entries.append(self.entry)
        self.entry, self.has_content, self.language = None, False, before

    def title(self, element: etree._Element, depth: int) -> None:
        value = text(leaf(element, based=True))
        self.keep("title", value, depth, self.detail(element, "text/plain"))
        if value:
            self.title_depth = depth

    def link(self, element: etree._Element, depth: int) -> None:
        given, context = attributes(leaf(element)), self.context
        given.setdefault("rel", "alternate")
        given.setdefault("type", "application/atom+xml" if given["rel"] == "self" else "text/html")
        given = with_href(given)
        links = context.setdefault("links", [])
        links.append(given)
        if "href" in given:
            given["href"] = self.resolved(given["href"])
            if given["rel"] == "alternate" and given["type"] in _HTML:
                context["link"] = given["href"]
            return
        value = self.address(element)
        value = value.replace("&amp;", "&") if self.entry is not None else value
        value = _ENTITY.sub(r"&\g<1>", value)
        context["link"] = value
        if value or self.entry is None:
            links[-1]["href"] = value

    def guid(self, element: etree._Element, depth: int) -> None:
        is_link = attributes(leaf(element)).get("ispermalink", "true") == "true"
        value = self.address(element) if is_link else text(element)
        self.keep("id", value, depth)
        if is_link:
            self.context.setdefault("link", value)

    def description(self, element: etree._Element, depth: int) -> None:
        self.summed_up(element, depth, "description", "text/html")

    def summary(self, element: etree._Element, depth: int) -> None:
        self.summed_up(element, depth, "summary", "text/plain")

    def summed_up(self, element: etree._Element, depth: int, name: str, type: str) -> None:
        """A second summary is the content, where there is none."""
        if "summary" in self.context and not self.has_content:
            self.content(element, depth)
        else:
            self.keep(name, text(leaf(element, based=True)), depth, self.detail(element, type))

    def content(self, element: etree._Element, depth: int) -> None:
        self.as_content(element, "text/plain")

    def content_encoded(self, element: etree._Element, depth: int) -> None:
        self.as_content(element, "text/html")

    def as_content(self, element: etree._Element, type: str) -> None:
        self.has_content = True
        value, detail = text(leaf(element, based=True)), self.detail(element, type)
        if self.entry is not None:
            self.entry.setdefault("content", []).append({**detail, "value": value})
        self.context.setdefault("summary", value)

    def published(self, element: etree._Element, depth: int) -> None:
        self.date("published", element, depth)

    def updated(self, element: etree._Element, depth: int) -> None:
        self.date("updated", element, depth)

    def said_language(self, element: etree._Element, depth: int) -> None:
        self.keep("language", text(leaf(element)), depth)

    def rights(self, element: etree._Element, depth: int) -> None:
        self.keep("rights", text(leaf(element, based=True)), depth, self.detail(element, "text/plain"))

    def created(self, element: etree._Element, depth: int) -> None:
        self.date("created", element, depth)

    def date(self, name: str, element: etree._Element, depth: int) -> None:
        value = text(leaf(element))
        if self.entry is not None and value and parse_date(value) is None:
            raise Unusual("a date that feedparser may read")
        self.keep(name, value, depth)

    def text_input(self, element: etree._Element, depth: int) -> None:
        """The search form of a feed, which nobody asks for."""
        attributes(element)
        if self.entry is not None or not {self.named(leaf(one)) for one in element} <= _IN_FORM:
            raise Unusual("more in a form")
        self.title_depth = -1
        if any(self.named(one) == "title" and text(one) for one in element):
            self.title_depth = depth + 1

    def source(self, element: etree._Element, depth: int) -> None:
        """What the entry was taken from. Nobody asks for it, but its title counts as the last one."""
        self.title_depth = -1
        inside = {self.named(one) for one in element.iter() if one is not element}
        for one in element.iter():
            attributes(one, language=True)
        if inside & BELONG_ELSEWHERE or inside & {"description", "summary", "content", "content_encoded", "item"}:
            raise Unusual("much in a source")
        if self.entry is None:
            raise Unusual("a source of a feed")
        if any(self.named(one) == "title" and text(leaf(one)) for one in element):
            self.title_depth = depth + 1


_HANDLERS: Mapping[str, Callable[[Reader, etree._Element, int], None]] = {
    name: getattr(Reader, method) for name, method in NAMES.items()
}


_UTF8 = frozenset(("utf-8", "utf8"))
_ASCII = frozenset(("", "utf-8", "utf8", "us-ascii", "ascii"))
_ENCODING = re.compile(rb"^<\?.*encoding=['\"](.*?)['\"].*\?>")
_HEAD = 4096  # bytes in which a DOCTYPE is looked for


def read(body: bytes, content_type: str = "") -> dict[str, Any] | None:
    """What `feedparser.parse` gives for `body`, None where that is left to it."""
    if b"<!DOCTYPE" in body[:_HEAD] or not _is_utf8(body, content_type):
        return None
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        return Reader().parsed(etree.fromstring(body, parser))
    except (etree.XMLSyntaxError, Unusual):
        return None


def _is_utf8(body: bytes, content_type: str) -> bool:
    """True where feedparser takes the bytes for UTF-8: by the media type's charset, by the declaration, or because
    there is no other word. Text of media type text/* without a charset it tries as ASCII first."""
    _, _, more = content_type.partition(";")
    pairs = (part.partition("=") for part in more.split(";"))
    charset = next(
        (value.strip().strip("\"'").lower() for key, _, value in pairs if key.strip().lower() == "charset"), ""
    )
    mark = body.startswith(b"\xef\xbb\xbf")
    found = _ENCODING.match(body[3:] if mark else body)
    declared = found[1].decode("ascii", "replace").lower() if found else ""
    if not {charset, declared} <= _ASCII:
        return False
    if body.isascii():
        return True
    said = charset in _UTF8 or declared in _UTF8 or mark
    if not said and (charset or declared or content_type.startswith("text/")):
        return False
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
