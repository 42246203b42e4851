"""What a page, its answer and its feed say of an article's use. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from syndicator.core import text
from syndicator.core.model import Entry
from syndicator.core.usage import vocabularies
from syndicator.core.usage.vocabularies import names, said
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document
from syndicator.reading.html.schema_org import articles
from syndicator.reading.metadata import rsl

_RSL = "application/rsl+xml"
_MOST_LINKS = 3_000  # looked at for rel=license
_LONGEST = 20_000  # characters of an embedded licence
_LINK = re.compile(r"<([^<>]{1,2000})>([^<]{0,500})")  # RFC 8288 section 3
_LICENSE = re.compile(r"""\brel\s*=\s*(?:"(?:[^"]*\s)?license(?:\s[^"]*)?"|license\b)""", re.I)


def read(document: Document, entry: Entry | None = None) -> tuple[str, ...]:
    """Statements on the use of the article, a line of `usage.statement` each: what its page says, what the feed's
    `entry` said, what the header of its answer says, and robots.txt."""
    base = document.base_url or ""
    page = said("page", _of_page(document), base)
    header = said("header", _of_header(document), base)
    robots = said("robots-txt", _of_robots(document), base)
    own, others = [one.line() for one in page], [one.line() for one in (*header, *robots)]
    return tuple(dict.fromkeys((*own, *(entry.rights if entry else ()), *others)))


def _of_robots(document: Document) -> Iterator[tuple[str, str]]:
    """What robots.txt says, and the licence that it names."""
    yield from vocabularies.fields(document.headers.get(vocabularies.HEADER, ""))
    licence = document.headers.get(vocabularies.RSL_HEADER, "")
    if licence:
        yield "rsl", rsl.line(licence[:_LONGEST], document.url)


def _of_page(document: Document) -> Iterator[tuple[str, str]]:
    for name, values in document.metas.items():
        if name in names("page"):
            yield from ((name, value) for value in values)
    for element in islice(document.tree.iter("a", "link"), _MOST_LINKS):
        if "license" in (element.get("rel") or "").lower().split() and element.get("href"):
            yield "rel=license", text.legal(element.get("href"))
    for item in articles(document)[:1]:
        yield from (("schema.org license", value) for value in jsonld.strings(item.get("license"), "url", "@id"))
    for script in document.tree.iter("script"):
        if (script.get("type") or "").strip().lower() == _RSL:
            yield "rsl", rsl.line((script.text or "")[:_LONGEST])


def _of_header(document: Document) -> Iterator[tuple[str, str]]:
    yield from document.headers.items()
    for target, parameters in _LINK.findall(document.headers.get("link", "")):
        if _LICENSE.search(parameters):
            yield "link rel=license", target
