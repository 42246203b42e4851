"""What is known of a feed while its elements are read, and how a value finds its place. Pure."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from syndicator.visiting.feeds.well_formed.values import Unusual, attributes, language, mended, name_of, raw

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
