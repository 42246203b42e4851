"""Read the terms for using an article, from its page, HTTP header, feed and RSL. Pure.

RSL 1.0: https://rslstandard.org/rsl."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from syndicator.core import text
from syndicator.core.model import Entry
from syndicator.core.usage import statements
from syndicator.core.usage.statements import names, said
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, articles

_AI = frozenset(("ai-input", "ai-index", "ai-train"))
_USES = ("search", "full-text", *sorted(_AI))
# that are looked at, and characters of each: choices
_MOST_CONTENTS = 1_000
_LONGEST_PATTERN = 2_000
# types of payment that cost nothing: entries name and link the publisher
_FREE = frozenset(("free", "attribution"))
_RSL = "application/rsl+xml"
_LONGEST = 20_000  # characters of an embedded licence
_LINK = re.compile(r"<([^<>]{1,2000})>([^<]{0,500})")  # RFC 8288 section 3
_LICENSE = re.compile(r"""\brel\s*=\s*(?:"(?:[^"]*\s)?license(?:\s[^"]*)?"|license\b)""", re.I)


def line(document: str, url: str = "") -> str:
    """Return an RSL document as tokens with =yes or =no, "" for none. The longest <content> pattern
    that matches `url` counts. A free licence allows only its uses; prohibited or paid uses are not
    allowed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(document.strip().encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return ""
    root = _about(root, url) if url and root is not None else root
    if root is None:
        return ""
    permitted = set[str]()
    sold = set[str]()
    prohibited = set[str]()
    for licence in _named(root, "license"):
        free = all(
            payment.get("type", "free").lower() in _FREE for payment in _named(licence, "payment")
        )
        (permitted if free else sold).update(_usage(licence, "permits"))
        prohibited.update(_usage(licence, "prohibits"))
    denied = prohibited | (sold - permitted) | (set(_USES) - permitted if permitted else set())
    return ", ".join(
        f"{use}={'no' if use in denied else 'yes'}" for use in _USES if use in denied | permitted
    )


def _about(root: Any, url: str) -> Any:
    contents = list(_named(root, "content"))
    if not contents:
        return root
    best = None
    length = -1
    for content in contents[:_MOST_CONTENTS]:
        pattern = _pattern(content.get("url") or "/", url)
        if (
            pattern is not None
            and len(pattern) > length
            and statements.matches(pattern, _path(url))
        ):
            best = content
            length = len(pattern)
    return best


def _pattern(written: str, url: str) -> str | None:
    written = written.strip()[:_LONGEST_PATTERN]
    if "://" not in written:
        return written
    parts = urlsplit(written)
    return _path(written) if parts.hostname == urlsplit(url).hostname else None


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _named(root: Any, name: str) -> Iterator[Any]:
    elements = (element for element in root.iter() if isinstance(element.tag, str))
    return (element for element in elements if etree.QName(element).localname == name)


def _usage(licence: Any, name: str) -> Iterator[str]:
    for element in _named(licence, name):
        if element.get("type", "usage") == "usage":
            for token in (element.text or "").lower().replace(",", " ").split():
                yield from _USES if token == "all" else _AI if token == "ai-all" else (token,)


def read(document: Document, entry: Entry | None = None) -> tuple[str, ...]:
    """Return the terms stated by page, feed `entry`, header and robots.txt."""
    base = document.base_url or ""
    page = said("page", _of_page(document), base)
    linked = _LINK.findall(document.headers.get("link", ""))
    licences = [
        ("link rel=license", target) for target, parameters in linked if _LICENSE.search(parameters)
    ]
    header = said("header", (*document.headers.items(), *licences), base)
    robots = said("robots-txt", _of_robots(document), base)
    own = [statement.line() for statement in page]
    others = [statement.line() for statement in (*header, *robots)]
    return tuple(dict.fromkeys((*own, *(entry.rights if entry else ()), *others)))


def _of_robots(document: Document) -> Iterator[tuple[str, str]]:
    yield from statements.fields(document.headers.get(statements.HEADER, ""))
    licence = document.headers.get(statements.RSL_HEADER, "")
    if licence:
        yield "rsl", line(licence[:_LONGEST], document.url)


def _of_page(document: Document) -> Iterator[tuple[str, str]]:
    for name, values in document.metas.items():
        if name in names("page"):
            yield from ((name, value) for value in values)
    for element in islice(document.tree.iter("a", "link"), 3_000):
        if "license" in (element.get("rel") or "").lower().split() and element.get("href"):
            yield "rel=license", text.legal(element.get("href"))
    for item in articles(document)[:1]:
        yield from (
            ("schema.org license", value)
            for value in jsonld.strings(item.get("license"), "url", "@id")
        )
    for script in document.tree.iter("script"):
        if (script.get("type") or "").strip().lower() == _RSL:
            yield "rsl", line((script.text or "")[:_LONGEST])
