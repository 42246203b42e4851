"""Find a page's canonical and other URLs, its site's name, its rules for robots. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from syndicator.core import text, urls
from syndicator.core.urls import refusal
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document

_DIRECTIVE = re.compile(
    r"^(nosnippet|noarchive|noindex|noimageindex|none|max-image-preview:none|max-snippet:\s*-?\d{1,9})$"
)
_ROBOTS = ("robots", "googlebot", "googlebot-news")
_PRINT = re.compile(
    r"[?&](?:print|printable|drucken)=(?:1|true|yes|y)\b|/(?:print|drucken|imprimer)/?$|[?&]output=print\b",
    re.I,
)
_LONGEST_NAME = 80
_LONGEST_URL = 4_000  # characters of a site's name, and of a reference


@dataclass(frozen=True, slots=True)
class Identity:
    """`canonical`: the article's key; `aliases`: its other URLs; `duplicate_of`: a canonical on
    another host."""

    canonical: str
    aliases: tuple[str, ...] = ()
    duplicate_of: str | None = None
    alternate: str | None = None  # AMP or print page


def identify(document: Document) -> Identity:
    """Return the page's identity. A canonical or og:url counts if it is on the page's host and no
    front page."""
    own = _canonical(document.url) or document.url
    key = ""
    elsewhere = None
    aliases = [own]
    for stated in _stated(document):
        if own and not urls.same_site(stated, own):
            elsewhere = elsewhere or (None if urls.is_root(stated) else stated)
        elif not urls.is_root(stated) or urls.is_root(own):
            key = key or stated
            aliases.append(stated)
    key = key or own
    alternate = _alternate(document)
    others = dict.fromkeys([*aliases, *([alternate] if alternate else [])])
    return Identity(
        key, tuple(url for url in others if url and url != key)[:20], elsewhere, alternate
    )


def robots(document: Document) -> tuple[str, ...]:
    """Return the directives of robots metas and X-Robots-Tag in lower case; "none" becomes
    "noindex"."""
    stated = [value for name in _ROBOTS for value in document.metas.get(name, ())]
    header = document.headers.get("x-robots-tag", "")
    stated.append(re.sub(r"(?:^|,)\s*googlebot(?:-news)?\s*:", ",", header, flags=re.I))
    parts = [
        re.sub(r"\s", "", part.strip().lower())
        for value in stated
        for part in value[:2_000].split(",")
    ]
    out = dict.fromkeys(part for part in parts if _DIRECTIVE.match(part))
    if "none" in out:  # Google: equal to noindex, nofollow
        out = dict.fromkeys(["noindex", *(part for part in out if part != "none")])
    return tuple(out)


def sitename(document: Document) -> str:
    """Return the site's name as the page declares it, or ""."""
    return next(
        (
            name
            for name in _sitenames(document)
            if 1 < len(name) <= _LONGEST_NAME and "://" not in name
        ),
        "",
    )


def _sitenames(document: Document) -> Iterator[str]:
    yield document.meta("og:site_name")
    for item in document.jsonld:
        yield from jsonld.strings(item.get("publisher"), "name")
    for item in document.jsonld:
        if {"WebSite", "NewsMediaOrganization", "Organization"} & set(jsonld.types(item)):
            yield from jsonld.strings(item.get("name"))
    yield document.meta(
        "application-name",
        "apple-mobile-web-app-title",
        "al:ios:app_name",
        "dc.publisher",
        "twitter:app:name:iphone",
    )


def _stated(document: Document) -> Iterator[str]:
    for reference in (*_links(document.tree, "canonical"), document.meta("og:url")):
        address = urls.absolute(document.base_url, reference) if reference else None
        stated = _canonical(address) if address and not refusal(address, document.url) else None
        if stated:
            yield stated


def _alternate(document: Document) -> str | None:
    own = urls.alias(document.url)
    publisher = urls.publisher(document.url)
    for reference in (*_links(document.tree, "amphtml"), *_print_links(document.tree)):
        address = urls.absolute(document.base_url, reference)
        ours = not publisher or (address and urls.publisher(address) == publisher)
        if address and ours and urls.alias(address) != own and not refusal(address, document.url):
            return address
    return None


def _print_links(tree: Any) -> Iterator[str]:
    for element in islice(tree.iter("a", "link"), 3_000):
        href = element.get("href", "")
        named = element.get("media") == "print" and "alternate" in element.get("rel", "")
        if named if element.tag == "link" else _PRINT.search(href[:500]):
            yield href[:_LONGEST_URL]


def _links(tree: Any, rel: str) -> Iterator[str]:
    for element in tree.iter("link"):
        if rel in (element.get("rel") or "").lower().split() and element.get("href"):
            yield text.legal(element.get("href"))[:_LONGEST_URL]


def _canonical(url: str) -> str | None:
    try:
        return urls.canonical(url)
    except urls.BadUrl:
        return None
