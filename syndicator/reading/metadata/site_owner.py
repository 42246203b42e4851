"""Whose site it is, where the site is one person's: who writes there signs the site, not each page. Pure.

Two signs must agree on a name: what the site calls itself, its feed, the end of the document's title, the link to its
front page, its copyright, its host. Companies called after people say that they are companies, and do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from syndicator import text, urls
from syndicator.reading.html import jsonld
from syndicator.reading.html.page import Page
from syndicator.reading.metadata import person_names
from syndicator.reading.metadata.site_title import key

_BETWEEN = re.compile(r"\s+[|–—»:·•-]+\s+|\s*[|»]\s*|:\s")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)[\s©]*(?:(?:19|20)\d\d(?:\s?[-–—]\s?(?:(?:19|20)?\d\d|present|heute))?)?,?\s*(?:by\s+)?"
    r"([^\W\d_][\w.'’ -]{3,40})",
    re.I,
)
_HOME = re.compile(r"(?:https?://[^/]*)?/?|\./|(?:\.\./)+")
_COMPANIES = frozenset({"Organization", "NewsMediaOrganization", "Corporation", "LocalBusiness", "Store", "Brand"})
_LEAST_LABEL = 7  # letters of a host's label that spells a name
_MOST_ELEMENTS = 20_000
_SHORT = 60  # characters of a line that can name the owner


def read(page: Page, sitename: str) -> str:
    """The name of the person whose site `page` is of, "" when two signs do not agree on one."""
    companies = {key(name) for item in page.jsonld if _COMPANIES & set(jsonld.types(item)) for name in _name(item)}
    found: dict[str, tuple[str, set[str]]] = {}
    for kind, value in _signs(page, sitename):
        name = value.strip(" .,")
        if person_names.is_person(name) and person_names.has_given_name(name) and key(name) not in companies:
            found.setdefault(key(name), (name, set()))[1].add(kind)
    name, kinds = max(found.values(), key=lambda pair: len(pair[1]), default=("", set()))
    return name if len(kinds) > 1 else ""


def _signs(page: Page, sitename: str) -> Iterator[tuple[str, str]]:
    yield "site", sitename
    for link in page.tree.iter("link"):
        if "alternate" in (link.get("rel") or "") and "xml" in (link.get("type") or ""):
            yield from (("feed", piece) for piece in _BETWEEN.split(text.line((link.get("title") or "")[:200])))
    title = next((element.text or "" for element in page.tree.iter("title")), "")
    yield from (("title", piece) for piece in _BETWEEN.split(text.line(title[:400]))[1:])
    labels = {key(label) for label in urls.host(page.url).split(".")}
    for element, line in _short_lines(page):
        if element.tag == "a" and _HOME.fullmatch((element.get("href") or "#")[:100].strip()):
            yield "home", line
        if len(line) >= _LEAST_LABEL and key(line) in labels:
            yield "host", line
            yield "line", line
        found = _COPYRIGHT.match(line) if line[0] in "©(cC" else None
        if found:
            owner = found[1].partition(". ")[0]
            yield "copyright", owner
            if key(owner) in labels:
                yield "host", owner


def _short_lines(page: Page) -> Iterator[tuple[Any, str]]:
    body = next(page.tree.iter("body"), page.tree)
    for count, element in enumerate(body.iter("a", "p", "div", "span", "footer", "small", "li", "h1", "h2")):
        if count > _MOST_ELEMENTS:
            return
        own = element.text or ""
        if 3 < len(own) <= 4 * _SHORT:
            line = text.line(own)
            if line:
                yield element, line[:_SHORT]


def _name(item: jsonld.Object) -> Iterator[str]:
    yield from jsonld.strings(item.get("name"))
