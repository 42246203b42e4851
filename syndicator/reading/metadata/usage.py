"""Read the terms for using an article, from its page, HTTP header, feed and RSL. Pure.

RSL 1.0 (Really Simple Licensing) is an XML format for licences: https://rslstandard.org/rsl."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from syndicator.core import text
from syndicator.core.model import Entry
from syndicator.core.usage import statements
from syndicator.core.usage.statements import list_field_names, read_statements
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, list_articles

# names of uses as AIPREF and RSL spell them
_AI_USES = frozenset(("ai-input", "ai-index", "ai-train"))
_USES = ("search", "full-text", *sorted(_AI_USES))
# <content> elements of an RSL document that are looked at, and characters of their patterns:
# choices
_MOST_CONTENTS = 1_000
_LONGEST_PATTERN = 2_000
_MOST_LINKS = 3_000  # links of a page that are searched for a licence
# types of payment that the program fulfils: none, or naming the publisher, whom all entries link
_FREE_PAYMENTS = frozenset(("free", "attribution"))
_RSL_TYPE = "application/rsl+xml"
_LONGEST_LICENCE = 20_000  # characters of an embedded licence
_LINK_FIELD = re.compile(r"<([^<>]{1,2000})>([^<]{0,500})")  # RFC 8288 section 3
_LICENSE_RELATION = re.compile(
    r"""\brel\s*=\s*(?:"(?:[^"]*\s)?license(?:\s[^"]*)?"|license\b)""", re.I
)


def read_rsl(document: str, url: str = "") -> str:
    """Return which uses the licences of an RSL document (Really Simple Licensing, XML) permit, as
    text such as "search=yes, ai-train=no". Return "" if they say nothing, or if the document cannot
    be parsed.

    A use is "no" if it is prohibited, or permitted only for money. If a free licence permits some
    uses, all others are "no", too. Other uses are left out. If `url` is given, only the licences
    for this address count: those in the <content> element with the longest pattern that matches
    it."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(document.strip().encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return ""
    if url and root is not None:
        root = _find_content(root, url)
    if root is None:
        return ""

    # collect the uses that licences permit for free, permit for money, and prohibit
    permitted = set[str]()
    paid = set[str]()
    prohibited = set[str]()
    for licence in _list_elements(root, "license"):
        payments = _list_elements(licence, "payment")
        is_free = all(payment.get("type", "free").lower() in _FREE_PAYMENTS for payment in payments)
        uses = permitted if is_free else paid
        uses.update(_list_uses(licence, "permits"))
        prohibited.update(_list_uses(licence, "prohibits"))

    denied = prohibited | (paid - permitted)
    if permitted:  # a licence that permits some uses denies the others
        denied |= set(_USES) - permitted
    tokens: list[str] = []
    for use in _USES:
        if use in denied:
            tokens.append(f"{use}=no")
        elif use in permitted:
            tokens.append(f"{use}=yes")
    return ", ".join(tokens)


def _find_content(root: Any, url: str) -> Any:
    """Return the part of the RSL document `root` that applies to `url`: the <content> element with
    the longest pattern that matches this address, or `root` itself if it has no <content> element.
    Return None if no pattern matches."""
    contents = list(_list_elements(root, "content"))
    if not contents:
        return root
    path = _join_path_and_query(url)
    best_content = None
    best_length = -1
    for content in contents[:_MOST_CONTENTS]:
        pattern = _read_pattern(content.get("url") or "/", url)
        if pattern is None or len(pattern) <= best_length:
            continue
        if statements.matches_path(pattern, path):
            best_content = content
            best_length = len(pattern)
    return best_content


def _read_pattern(content_url: str, url: str) -> str | None:
    """Return the pattern of paths, such as "/news/*", that the attribute url of a <content> element
    states: `content_url`, which is the pattern or an address with one. Return None if it is an
    address on another host than that of `url`."""
    stated = content_url.strip()[:_LONGEST_PATTERN]
    if "://" not in stated:
        return stated
    if urlsplit(stated).hostname != urlsplit(url).hostname:
        return None
    return _join_path_and_query(stated)


def _join_path_and_query(url: str) -> str:
    """Return the path and the query of an address as one text, such as "/news?page=2"."""
    parts = urlsplit(url)
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


def _list_elements(root: Any, name: str) -> Iterator[Any]:
    """Yield the elements in `root` whose name is `name`, in any XML namespace."""
    for element in root.iter():
        if isinstance(element.tag, str) and etree.QName(element).localname == name:
            yield element


def _list_uses(licence: Any, name: str) -> Iterator[str]:
    """Yield the uses that a licence permits or prohibits. `name`: "permits" or "prohibits", the
    name of the elements that list them. "all" and "ai-all" are replaced by the uses that they
    mean."""
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
    """Return the different terms for using an article, a line each: first those that the page
    states, then those of the feed's `entry`, of the HTTP headers and of robots.txt."""
    base = document.base_url or ""
    of_page = read_statements("page", _list_page_fields(document), base)
    of_header = read_statements("header", _list_header_fields(document), base)
    of_robots_txt = read_statements("robots-txt", _list_robots_fields(document), base)
    terms = [statement.line() for statement in of_page]
    if entry:
        terms += entry.rights
    terms += [statement.line() for statement in (*of_header, *of_robots_txt)]
    return tuple(dict.fromkeys(terms))


def _list_header_fields(document: Document) -> Iterator[tuple[str, str]]:
    """Yield all HTTP headers of the page as (name, value), then each licence that the header Link
    states as ("link rel=license", address)."""
    yield from document.headers.items()
    for target, parameters in _LINK_FIELD.findall(document.headers.get("link", "")):
        if _LICENSE_RELATION.search(parameters):
            yield "link rel=license", target


def _list_robots_fields(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the statements of the site's robots.txt about uses as (name, value)."""
    # the fetch of the page has added them to its headers
    yield from statements.read_usage_lines(document.headers.get(statements.HEADER, ""))
    licence = document.headers.get(statements.RSL_HEADER, "")
    if licence:
        yield "rsl", read_rsl(licence[:_LONGEST_LICENCE], document.url)


def _list_page_fields(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the statements about uses in the page's metas, links, JSON-LD and scripts as (name,
    value)."""
    for name, values in document.metas.items():
        if name in list_field_names("page"):
            for value in values:
                yield name, value
    for element in islice(document.tree.iter("a", "link"), _MOST_LINKS):
        if "license" in (element.get("rel") or "").lower().split() and element.get("href"):
            yield "rel=license", text.remove_illegal(element.get("href"))
    for item in list_articles(document)[:1]:  # the page's own article
        for value in jsonld.list_texts(item.get("license"), "url", "@id"):
            yield "schema.org license", value
    for script in document.tree.iter("script"):
        if (script.get("type") or "").strip().lower() == _RSL_TYPE:
            yield "rsl", read_rsl((script.text or "")[:_LONGEST_LICENCE])
