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
from syndicator.core.usage.statements import names, read_statements
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, list_articles

_AI_USES = frozenset(("ai-input", "ai-index", "ai-train"))
_USES = ("search", "full-text", *sorted(_AI_USES))
# <content> elements that are looked at, and characters of their patterns: choices
_MOST_CONTENTS = 1_000
_LONGEST_PATTERN = 2_000
_MOST_LINKS = 3_000  # of a page, that are searched for a licence
# types of payment that cost nothing: entries name and link the publisher
_FREE_PAYMENTS = frozenset(("free", "attribution"))
_RSL_TYPE = "application/rsl+xml"
_LONGEST_LICENCE = 20_000  # characters of an embedded licence
_LINK_FIELD = re.compile(r"<([^<>]{1,2000})>([^<]{0,500})")  # RFC 8288 section 3
_LICENSE_RELATION = re.compile(
    r"""\brel\s*=\s*(?:"(?:[^"]*\s)?license(?:\s[^"]*)?"|license\b)""", re.I
)


def read_rsl(document: str, url: str = "") -> str:
    """Return an RSL document as tokens with =yes or =no, "" for none. The longest <content> pattern
    that matches `url` counts. A free licence allows only its uses; prohibited or paid uses are not
    allowed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(document.strip().encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return ""
    if url and root is not None:
        root = _find_content(root, url)
    if root is None:
        return ""
    permitted = set[str]()
    sold = set[str]()
    prohibited = set[str]()
    for licence in _list_elements(root, "license"):
        payments = _list_elements(licence, "payment")
        is_free = all(payment.get("type", "free").lower() in _FREE_PAYMENTS for payment in payments)
        uses = permitted if is_free else sold
        uses.update(_list_uses(licence, "permits"))
        prohibited.update(_list_uses(licence, "prohibits"))
    denied = prohibited | (sold - permitted)
    if permitted:
        denied |= set(_USES) - permitted
    tokens: list[str] = []
    for use in _USES:
        if use in denied:
            tokens.append(f"{use}=no")
        elif use in permitted:
            tokens.append(f"{use}=yes")
    return ", ".join(tokens)


def _find_content(root: Any, url: str) -> Any:
    """Return the <content> whose pattern is the longest that matches `url`, None for none; `root`
    if there is no <content>."""
    contents = list(_list_elements(root, "content"))
    if not contents:
        return root
    path = _join_path_and_query(url)
    best = None
    best_length = -1
    for content in contents[:_MOST_CONTENTS]:
        pattern = _read_pattern(content.get("url") or "/", url)
        if pattern is None or len(pattern) <= best_length:
            continue
        if statements.matches(pattern, path):
            best = content
            best_length = len(pattern)
    return best


def _read_pattern(written: str, url: str) -> str | None:
    """Return the pattern of paths that the url of a <content> is, None for another host."""
    written = written.strip()[:_LONGEST_PATTERN]
    if "://" not in written:
        return written
    if urlsplit(written).hostname != urlsplit(url).hostname:
        return None
    return _join_path_and_query(written)


def _join_path_and_query(url: str) -> str:
    parts = urlsplit(url)
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


def _list_elements(root: Any, name: str) -> Iterator[Any]:
    """Yield the elements called `name` in any namespace."""
    for element in root.iter():
        if isinstance(element.tag, str) and etree.QName(element).localname == name:
            yield element


def _list_uses(licence: Any, name: str) -> Iterator[str]:
    """Yield the uses that the elements called `name` list; "all" and "ai-all" stand for several."""
    for element in _list_elements(licence, name):
        if element.get("type", "usage") != "usage":
            continue
        for token in (element.text or "").lower().replace(",", " ").split():
            if token == "all":
                yield from _USES
            elif token == "ai-all":
                yield from _AI_USES
            else:
                yield token


def read_terms(document: Document, entry: Entry | None = None) -> tuple[str, ...]:
    """Return the terms stated by page, feed `entry`, header and robots.txt."""
    base = document.base_url or ""
    page = read_statements("page", _list_page_fields(document), base)
    header = read_statements("header", _list_header_fields(document), base)
    robots = read_statements("robots-txt", _list_robots_fields(document), base)
    terms = [statement.line() for statement in page]
    if entry:
        terms += entry.rights
    terms += [statement.line() for statement in (*header, *robots)]
    return tuple(dict.fromkeys(terms))


def _list_header_fields(document: Document) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of the HTTP headers and of the licences that they link."""
    yield from document.headers.items()
    for target, parameters in _LINK_FIELD.findall(document.headers.get("link", "")):
        if _LICENSE_RELATION.search(parameters):
            yield "link rel=license", target


def _list_robots_fields(document: Document) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of what robots.txt states; the fetch has put it among the headers."""
    yield from statements.fields(document.headers.get(statements.HEADER, ""))
    licence = document.headers.get(statements.RSL_HEADER, "")
    if licence:
        yield "rsl", read_rsl(licence[:_LONGEST_LICENCE], document.url)


def _list_page_fields(document: Document) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of the metas, links, JSON-LD and scripts that state terms."""
    for name, values in document.metas.items():
        if name in names("page"):
            for value in values:
                yield name, value
    for element in islice(document.tree.iter("a", "link"), _MOST_LINKS):
        if "license" in (element.get("rel") or "").lower().split() and element.get("href"):
            yield "rel=license", text.legal(element.get("href"))
    for item in list_articles(document)[:1]:
        for value in jsonld.list_texts(item.get("license"), "url", "@id"):
            yield "schema.org license", value
    for script in document.tree.iter("script"):
        if (script.get("type") or "").strip().lower() == _RSL_TYPE:
            yield "rsl", read_rsl((script.text or "")[:_LONGEST_LICENCE])
