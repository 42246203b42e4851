"""Authors, as feedparser knows them: a name and an address in two fields or one. Pure."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from syndicator.visiting.feeds.well_formed.names import BELONG_ELSEWHERE, NAMES
from syndicator.visiting.feeds.well_formed.state import State
from syndicator.visiting.feeds.well_formed.values import Unusual, around, attributes, leaf, raw, text

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
