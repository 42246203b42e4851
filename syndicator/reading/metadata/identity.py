"""Which article a page is: its canonical URL, the other ones that find it, its site, what robots may do. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syndicator import text, urls
from syndicator.reading.html import jsonld
from syndicator.reading.html.page import Page

_DIRECTIVE = re.compile(r"^(nosnippet|noarchive|noindex|none|max-snippet:\s*-?\d{1,9})$")
_ROBOTS = ("robots", "googlebot", "googlebot-news")
_PRINT = re.compile(
    r"[?&](?:print|printable|drucken)=(?:1|true|yes|y)\b|/(?:print|drucken|imprimer)/?$|[?&]output=print\b", re.I
)
_MOST_ALIASES = 20


@dataclass(frozen=True, slots=True)
class Identity:
    """`canonical` is the key of the article; `aliases` other URLs of it; `duplicate_of` a canonical on another host."""

    canonical: str
    aliases: tuple[str, ...] = ()
    duplicate_of: str | None = None
    alternate: str | None = None  # AMP or print page


def identify(page: Page) -> Identity:
    """The identity of `page`: rel=canonical and og:url count on the same registrable domain only, never as the root.
    Where the address that answered is not known they are all that there is."""
    own = _canonical(page.url) or page.url
    key, elsewhere, aliases = "", None, [own]
    for stated in _stated(page):
        if own and _site(stated) != _site(own):
            elsewhere = elsewhere or (None if urls.is_root(stated) else stated)
        elif not urls.is_root(stated) or urls.is_root(own):
            key = key or stated
            aliases.append(stated)
    key = key or own
    alternate = _alternate(page)
    others = dict.fromkeys([*aliases, *([alternate] if alternate else [])])
    return Identity(key, tuple(url for url in others if url and url != key)[:_MOST_ALIASES], elsewhere, alternate)


def robots(page: Page) -> tuple[str, ...]:
    """nosnippet, max-snippet:N, noarchive and noindex of the metas robots and googlebot and of X-Robots-Tag."""
    stated = [value for name in _ROBOTS for value in page.metas.get(name, ())]
    header = page.headers.get("x-robots-tag", "")
    stated.append(re.sub(r"(?:^|,)\s*googlebot(?:-news)?\s*:", ",", header, flags=re.I))
    found = [re.sub(r"\s", "", part.strip().lower()) for value in stated for part in value[:2_000].split(",")]
    out = dict.fromkeys(part for part in found if _DIRECTIVE.match(part))
    if "none" in out:  # Google: equal to noindex, nofollow
        out = dict.fromkeys(["noindex", *(part for part in out if part != "none")])
    return tuple(out)


def sitename(page: Page) -> str:
    """What the site calls itself, "" when it does not say."""
    return next((name for name in _sitenames(page) if 1 < len(name) <= 80 and "://" not in name), "")


def _sitenames(page: Page) -> Iterator[str]:
    yield page.meta("og:site_name")
    for item in page.jsonld:
        yield from jsonld.strings(item.get("publisher"), "name")
    for item in page.jsonld:
        if {"WebSite", "NewsMediaOrganization", "Organization"} & set(jsonld.types(item)):
            yield from jsonld.strings(item.get("name"))
    yield page.meta(
        "application-name", "apple-mobile-web-app-title", "al:ios:app_name", "dc.publisher", "twitter:app:name:iphone"
    )


def _stated(page: Page) -> Iterator[str]:
    for reference in (*_links(page.tree, "canonical"), page.meta("og:url")):
        found = urls.absolute(page.base_url, reference) if reference else None
        stated = _canonical(found) if found else None
        if stated:
            yield stated


def _alternate(page: Page) -> str | None:
    """The AMP page, else a print version on the same site, when either is another page than this."""
    own = urls.alias(page.url)
    for reference in (*_links(page.tree, "amphtml"), *_print_links(page.tree)):
        found = urls.absolute(page.base_url, reference)
        if found and urls.alias(found) != own:
            return found
    return None


def _print_links(tree: Any) -> Iterator[str]:
    for count, element in enumerate(tree.iter("a", "link")):
        href = element.get("href") or ""
        if count > 3_000:
            return
        alternate = (
            element.tag == "link" and element.get("media") == "print" and "alternate" in (element.get("rel") or "")
        )
        if alternate or (element.tag == "a" and _is_print(href[:500])):
            yield href[:4_000]


def _is_print(href: str) -> bool:
    low = href.lower()
    return ("print" in low or "drucken" in low or "imprimer" in low) and _PRINT.search(href) is not None


def _links(tree: Any, rel: str) -> Iterator[str]:
    for element in tree.iter("link"):
        if rel in (element.get("rel") or "").lower().split() and element.get("href"):
            yield text.legal(element.get("href"))[:4_000]


def _site(url: str) -> str:
    return urls.site(url).removeprefix("www.")


def _canonical(url: str) -> str | None:
    try:
        return urls.canonical(url)
    except urls.BadUrl:
        return None
