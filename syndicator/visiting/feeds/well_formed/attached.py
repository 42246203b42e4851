"""Pictures, sounds and tags of a feed and its entries. Pure."""

from __future__ import annotations

from lxml import etree

from syndicator.visiting.feeds.well_formed.state import State
from syndicator.visiting.feeds.well_formed.values import Unusual, attributes, leaf, text, with_href

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
