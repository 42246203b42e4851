"""Find a page's canonical and other URLs, its site's name, its rules for robots. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from syndicator.core import text, urls
from syndicator.core.urls import explain_unsafe_link
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document

_DIRECTIVE = re.compile(
    r"^(nosnippet|noarchive|noindex|noimageindex|none|max-image-preview:none|max-snippet:\s*-?\d{1,9})$"
)
_ROBOTS_METAS = ("robots", "googlebot", "googlebot-news")
_PRINT_ADDRESS = re.compile(
    r"[?&](?:print|printable|drucken)=(?:1|true|yes|y)\b|/(?:print|drucken|imprimer)/?$|[?&]output=print\b",
    re.I,
)
_LONGEST_NAME = 80  # characters of a site's name
_LONGEST_URL = 4_000  # characters of a reference
_LONGEST_DIRECTIVES = 2_000  # characters of one meta or header
_MOST_ALIASES = 20
_MOST_LINKS = 3_000  # links that are searched for a print page
# X-Robots-Tag may name a crawler before its directives: "googlebot: noindex"
_CRAWLER_NAME = re.compile(r"(?:^|,)\s*googlebot(?:-news)?\s*:", re.I)
_SPACE = re.compile(r"\s")
_SITE_TYPES = frozenset({"WebSite", "NewsMediaOrganization", "Organization"})


@dataclass(frozen=True, slots=True)
class Identity:
    """The addresses of a page."""

    canonical: str  # the address by which the article is known
    aliases: tuple[str, ...] = ()  # its other addresses
    duplicate_of: str | None = None  # the canonical address that it states on another site
    alternate: str | None = None  # its AMP or print page


def read_identity(document: Document) -> Identity:
    """Return the addresses of a page: its canonical one, its aliases, its version for AMP or
    printing (`alternate`), and the page of another site that it repeats (`duplicate_of`).

    The canonical address is the first that the page states and that is on its own site, else the
    page's own. Some sites state their front page for all pages: this counts only if the page is a
    front page itself."""
    page_url = _canonicalise(document.url) or document.url
    canonical = ""
    duplicate_of: str | None = None
    addresses = [page_url]
    for stated_address in _list_stated_addresses(document):
        is_front_page = urls.is_root(stated_address)
        is_on_other_site = bool(page_url) and not urls.same_site(stated_address, page_url)
        if is_on_other_site:
            if duplicate_of is None and not is_front_page:
                duplicate_of = stated_address
        elif not is_front_page or urls.is_root(page_url):
            canonical = canonical or stated_address
            addresses.append(stated_address)
    canonical = canonical or page_url

    alternate = _find_alternate(document)
    if alternate:
        addresses.append(alternate)
    distinct_addresses = dict.fromkeys(addresses)
    aliases = [address for address in distinct_addresses if address and address != canonical]
    return Identity(
        canonical,
        aliases=tuple(aliases[:_MOST_ALIASES]),
        duplicate_of=duplicate_of,
        alternate=alternate,
    )


def read_robots(document: Document) -> tuple[str, ...]:
    """Return the directives for search engines, such as "noindex", in lower case. They are in metas
    of the page and in the header X-Robots-Tag. "none" becomes "noindex"; unknown directives are
    left out."""
    stated_values: list[str] = []
    for name in _ROBOTS_METAS:
        stated_values += document.metas.get(name, ())
    header = document.headers.get("x-robots-tag", "")
    # the header may name a crawler before its directives, as in "googlebot: noindex"
    stated_values.append(_CRAWLER_NAME.sub(",", header))
    directives: dict[str, None] = {}  # used as an ordered set
    for value in stated_values:
        for part in value[:_LONGEST_DIRECTIVES].split(","):
            directive = _SPACE.sub("", part.strip().lower())
            if _DIRECTIVE.match(directive):
                directives[directive] = None
    if "none" in directives:  # it means "noindex, nofollow" (Google's robots meta tag)
        del directives["none"]
        directives = {"noindex": None, **directives}
    return tuple(directives)


def read_sitename(document: Document) -> str:
    """Return the name of the site as the page declares it, "" if it declares none that can be a
    name. An address cannot, nor can a text of one character or of more than 80."""
    for name in _list_sitenames(document):
        if 1 < len(name) <= _LONGEST_NAME and "://" not in name:
            return name
    return ""


def _list_sitenames(document: Document) -> Iterator[str]:
    """Yield the names of the site that metas and JSON-LD declare, the likeliest first. Yield "" for
    a meta that the page does not have."""
    yield document.meta("og:site_name")
    for item in document.jsonld:
        yield from jsonld.list_texts(item.get("publisher"), "name")
    for item in document.jsonld:
        if _SITE_TYPES & set(jsonld.list_types(item)):
            yield from jsonld.list_texts(item.get("name"))
    yield document.meta(
        "application-name",
        "apple-mobile-web-app-title",
        "al:ios:app_name",
        "dc.publisher",
        "twitter:app:name:iphone",
    )


def _list_stated_addresses(document: Document) -> Iterator[str]:
    """Yield the addresses that the page states as its own, by link elements with rel="canonical"
    and by og:url, in the spelling by which addresses are compared. Addresses on private networks
    are left out, unless the page itself is on one."""
    for reference in (*_list_links(document.tree, "canonical"), document.meta("og:url")):
        address = urls.absolute(document.base_url, reference) if reference else None
        if not address or explain_unsafe_link(address, document.url):
            continue
        canonical = _canonicalise(address)
        if canonical:
            yield canonical


def _find_alternate(document: Document) -> str | None:
    """Return the address of another version of the page by the same publisher: the AMP page, else
    the page for printing. Return None if there is none."""
    page_alias = urls.alias(document.url)  # in the form in which different spellings are equal
    publisher = urls.publisher(document.url)
    for reference in (*_list_links(document.tree, "amphtml"), *_list_print_links(document.tree)):
        address = urls.absolute(document.base_url, reference)
        if not address or urls.alias(address) == page_alias:
            continue
        if publisher and urls.publisher(address) != publisher:
            continue
        if not explain_unsafe_link(address, document.url):  # refused: on a private network
            return address
    return None


def _list_print_links(tree: Any) -> Iterator[str]:
    """Yield the targets of links to a version of the page for printing, as they are written."""
    for element in islice(tree.iter("a", "link"), _MOST_LINKS):
        href = element.get("href", "")
        if element.tag == "link":
            is_alternate = "alternate" in element.get("rel", "")
            leads_to_print = is_alternate and element.get("media") == "print"
        else:
            leads_to_print = _PRINT_ADDRESS.search(href[:500]) is not None
        if leads_to_print:
            yield href[:_LONGEST_URL]


def _list_links(tree: Any, rel: str) -> Iterator[str]:
    """Yield the targets of link elements with the relation `rel`, as written."""
    for element in tree.iter("link"):
        if rel in (element.get("rel") or "").lower().split() and element.get("href"):
            yield text.remove_illegal(element.get("href"))[:_LONGEST_URL]


def _canonicalise(url: str) -> str | None:
    """Return `url` in the spelling by which addresses are compared, None if it is no valid
    address."""
    try:
        return urls.canonical(url)
    except urls.BadUrl:
        return None
