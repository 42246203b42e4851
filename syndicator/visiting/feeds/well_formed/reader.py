"""The elements of RSS and Atom, each read as feedparser reads it (6.0: mixin.py and namespaces/). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from syndicator.visiting.feeds.dates import parse_date
from syndicator.visiting.feeds.well_formed.attached import Attached
from syndicator.visiting.feeds.well_formed.names import BELONG_ELSEWHERE, NAMES
from syndicator.visiting.feeds.well_formed.people import People
from syndicator.visiting.feeds.well_formed.state import BASE
from syndicator.visiting.feeds.well_formed.values import Unusual, attributes, language, leaf, text, with_href

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
