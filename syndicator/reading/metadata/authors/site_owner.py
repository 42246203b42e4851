"""Whose site it is, where it is one person's: there the site bears the author's name, not each page. Pure.

Two places must agree on a name: the name of the site, its feed, the end of the document's title, the link to its front
page, its copyright, its host. A name that JSON-LD declares as a company's does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from syndicator.core import text, urls
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document
from syndicator.reading.metadata.authors import person_names
from syndicator.reading.metadata.site_title import key

_BETWEEN = re.compile(r"\s+[|–—»:·•-]+\s+|\s*[|»]\s*|:\s")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)[\s©]*(?:\(c\)\s*)?(?:(?:19|20)\d\d(?:\s?[-–—]\s?(?:(?:19|20)?\d\d|present|heute)?)?)?,?\s*(?:by\s+)?"
    r"([^\W\d_][\w.'’ -]{3,40})",
    re.I,
)
_HOME = re.compile(r"(?:https?://[^/]*)?/?|\./|(?:\.\./)+")
_COMPANIES = frozenset({"Organization", "NewsMediaOrganization", "Corporation", "LocalBusiness", "Store", "Brand"})
_LEAST_LABEL = 7  # letters of a host's label that spells a name
_MOST_ELEMENTS = 20_000
_LEAST_LINE = 3  # characters above which a line can be a name
_SHORT = 60  # characters of a line that can name the owner


def read(document: Document, sitename: str) -> str:
    """The name of the person whose site the page is of, "" when no two places agree on one."""
    companies = {
        key(name) for item in document.jsonld if _COMPANIES & set(jsonld.types(item)) for name in _site_owner_name(item)
    }
    found: dict[str, tuple[str, set[str]]] = {}
    for kind, value in _names(document, sitename):
        name = value.strip(" .,")
        if person_names.is_person(name) and person_names.has_given_name(name) and key(name) not in companies:
            found.setdefault(key(name), (name, set()))[1].add(kind)
    name, kinds = max(found.values(), key=lambda pair: len(pair[1]), default=("", set()))
    return name if len(kinds) > 1 else ""


def _names(document: Document, sitename: str) -> Iterator[tuple[str, str]]:
    yield "site", sitename
    for link in document.tree.iter("link"):
        if "alternate" in (link.get("rel") or "") and "xml" in (link.get("type") or ""):
            yield from (("feed", piece) for piece in _BETWEEN.split(text.line((link.get("title") or "")[:200])))
    title = next((element.text or "" for element in document.tree.iter("title")), "")
    yield from (("title", piece) for piece in _BETWEEN.split(text.line(title[:400]))[1:])
    labels = {key(label) for label in urls.host(document.url).split(".")}
    for element, line in _short_lines(document):
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


def _short_lines(document: Document) -> Iterator[tuple[Any, str]]:
    body = next(document.tree.iter("body"), document.tree)
    for count, element in enumerate(body.iter("a", "p", "div", "span", "footer", "small", "li", "h1", "h2")):
        if count > _MOST_ELEMENTS:
            return
        own = element.text or ""
        if _LEAST_LINE < len(own) <= 4 * _SHORT:
            line = text.line(own)
            if line:
                yield element, line[:_SHORT]


def _site_owner_name(item: jsonld.Object) -> Iterator[str]:
    yield from jsonld.strings(item.get("name"))
