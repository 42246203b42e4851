"""Choose the picture of an article; `first_sane` chooses among candidates of any field.

From og:image, JSON-LD, twitter and large figures."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar
from urllib.parse import unquote

from syndicator.core import text, urls
from syndicator.core.model import Entry
from syndicator.core.urls import refusal
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, articles

T = TypeVar("T")
_SHOWN = 12  # candidates kept for the trace
# drawings and icons by their format, and files whose whole name says that they are stand-ins: a
# part of a name tells nothing (`pixel-9-pro-review.jpg`), what articles share does (host_memory.py)
_NEVER = re.compile(
    r"\.(?:svg|ico)$|^(?:logo|avatar|blank|spacer|placeholder|default|no-?image|og)\.\w{3,4}$",
    re.I,
)
_NEVER_PLACE = re.compile(
    r"/wp-includes/|/plugins/|//(?:[\w.]+\.)?gravatar\.com/|/ads/|//(?:pixel|stats|ad)\.|/emoji/|[{}]{2}",
    re.I,
)
# types of JSON-LD objects whose picture shows who publishes or writes
_NOT_ARTICLES = frozenset({"Organization", "NewsMediaOrganization", "Person", "WebSite"})
_MOST_LOGOS = 60
_SIZE = re.compile(r"(?<!\d)(\d{2,4})x(\d{2,4})(?!\d)")
_META = ("og:image:secure_url", "og:image", "og:image:url")
_LATER = (
    "twitter:image",
    "twitter:image:src",
    "parsely-image-url",
    "sailthru.image.full",
    "thumbnail",
    "thumbnailurl",
    "image",
)
_LAZY = (
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-orig-file",
    "data-large-file",
    "data-hi-res-src",
    "data-full-src",
    "data-url",
    "src",
)
_UNREAL = re.compile(
    r"data:|.*(?:blank|spacer|pixel|placeholder|transparent|1x1|lazy)[\w-]{0,20}\.(?:gif|png|jpe?g|svg)",
    re.I,
)
_LAZY_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_AWAY = re.compile(
    r"related|sidebar|author|avatar|comment|logo|share|social|newsletter|promo|teaser|recommend|\bad(?:s|vert)?\b|nav|menu|footer|masthead|badge|bio\b",
    re.I,
)
_AWAY_TAGS = frozenset({"nav", "footer", "aside", "header", "form"})
_WITHIN = re.compile(r"article|content|entry|post|story|body|hero|lead|featured|main|figure", re.I)
_LEAST_WIDTH = 200
_LEAST_HEIGHT = 120  # CSS pixels from which a figure is large
# characters of an address, and of a reference before it is resolved
_LONGEST_URL = 2_000
_LONGEST_REFERENCE = 4_000
_MOST_ABOVE = 25  # elements above a picture that are looked at for signs that it is the article's
_CANDIDATE = re.compile(r"(?<!\S)(\S{1,2000})\s+(\d{1,5}(?:\.\d{1,3})?)[wx](?:\s*,|\s*$)")


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """The value of a field, the name of its candidate ("" for none), and all candidates that were
    looked at."""

    value: T | None
    candidate: str = ""
    seen: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return self.value is not None

    def trace(self) -> Mapping[str, Any]:
        """Return the lines of `show --trace`: the chosen candidate, and each candidate as "name:
        value"."""
        return {
            "from": self.candidate,
            "candidates": [f"{name}: {value}" for name, value in self.seen],
        }


def first_sane(candidates: Iterable[tuple[str, T | None]], sane: Callable[[T], bool]) -> Choice[T]:
    """Return the first of `candidates` (name, value) whose value is `sane`. Later ones are not
    computed."""
    seen: list[tuple[str, str]] = []
    for name, value in candidates:
        if value is None or value == "":
            continue
        if len(seen) < _SHOWN:
            seen.append((name, str(value)[:200]))
        if sane(value):
            return Choice(value, name, tuple(seen))
    return Choice(None, "", tuple(seen))


def read(
    document: Document, entry: Entry | None, *, may_be: Callable[[str], bool] = bool
) -> Choice[str]:
    """Return the absolute URL of the cover and its candidate, one that `may_be` accepts; none
    rather than a picture that the page declares to be a logo or a portrait."""
    seen = (
        (candidate, absolute(document, value)) for candidate, value in _candidates(document, entry)
    )
    declared = _declared_logos(document)
    return first_sane(
        seen,
        lambda url: is_picture(url) and urls.alias(url) not in declared and may_be(url),
    )


def _declared_logos(document: Document) -> frozenset[str]:
    """Return the addresses of icons, logos and portraits by JSON-LD and links."""
    stated = [
        link.get("href") or ""
        for link in document.tree.iter("link")
        if "icon" in (link.get("rel") or "").lower()
    ]
    for item in document.jsonld:
        stated += jsonld.strings(item.get("logo"), "url", "contentUrl", "@id")
        if _NOT_ARTICLES & set(jsonld.types(item)):
            stated += jsonld.strings(item.get("image"), "url", "contentUrl", "@id")
        for name in ("publisher", "author"):
            for holder in _objects(item.get(name)):
                for picture in ("logo", "image"):
                    stated += jsonld.strings(holder.get(picture), "url", "contentUrl", "@id")
    found = (absolute(document, value) for value in stated[:_MOST_LOGOS])
    return frozenset(urls.alias(address) for address in found if address)


def _objects(value: Any) -> list[jsonld.Object]:
    return [
        each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)
    ]


def is_picture(url: str) -> bool:
    """Return True if `url` may show the subject of an article: no logo, portrait or placeholder."""
    if len(url) > _LONGEST_URL:
        return False
    path = url.partition("?")[0].partition("#")[0]
    return not _NEVER.search(
        unquote(path.rstrip("/").rsplit("/", 1)[-1])
    ) and not _NEVER_PLACE.search(path)


def _candidates(document: Document, entry: Entry | None) -> Iterator[tuple[str, str]]:
    for name in _META:
        yield from ((name, value) for value in document.metas.get(name, ())[:3])
    for item in articles(document)[:2]:
        for stated in (item.get("image"), item.get("thumbnailUrl")):
            yield from (
                ("json-ld", value)
                for value in islice(jsonld.strings(stated, "url", "contentUrl", "@id"), 2)
            )
    for name in _LATER:
        yield from ((name, value) for value in document.metas.get(name, ())[:1])
    links = (link for link in document.tree.iter("link") if link.get("rel") == "image_src")
    yield from (("image_src", link.get("href") or "") for link in links)
    if entry is not None:
        yield "entry", entry.image
    images = islice(document.tree.iter("img"), 150)
    yield from (
        ("figure", source(image)) for image in images if _is_large(image) and _is_of_article(image)
    )


def absolute(document: Document, value: str) -> str | None:
    """Return the absolute address of a picture on the page; None if it is missing or private."""
    value = text.legal(value).strip()
    if (
        not value
        or len(value) > _LONGEST_REFERENCE
        or value.lower().startswith(("data:", "blob:", "javascript:"))
    ):
        return None
    address = urls.absolute(document.base_url, value)
    return address if address and not refusal(address, document.url) else None


def source(element: Any) -> str:
    """Return the address of an img: the largest of a srcset, else lazy, else src; "" for no real
    picture."""
    for name in _LAZY_SETS:
        if best := largest(element.get(name) or ""):
            return best
    addresses = (element.get(name) or "" for name in _LAZY)
    return next((value for value in addresses if value and not _UNREAL.match(value)), "")


def largest(srcset: str) -> str:
    """Return the widest candidate of a srcset (HTML 4.8.4.2.1), or ""."""
    candidates = _CANDIDATE.findall(srcset[:20_000])
    return max(candidates, key=lambda pair: float(pair[1]))[0].lstrip(",") if candidates else ""


def _is_large(element: Any) -> bool:
    width = _pixels(element.get("width"))
    height = _pixels(element.get("height"))
    address = source(element)
    named = _SIZE.search(address)
    if named and width is None and height is None:
        width = int(named[1])
        height = int(named[2])
    if width is None and ".gif" in address.lower():
        return False
    return (width is None or width >= _LEAST_WIDTH) and (height is None or height >= _LEAST_HEIGHT)


def _pixels(value: str | None) -> int | None:
    number = re.match(r"\s*(\d{1,5})(?:px)?\s*$", value or "")
    return int(number[1]) if number else None


def _is_of_article(element: Any) -> bool:
    within = False
    for depth, holder in enumerate(element.iterancestors()):
        if depth > _MOST_ABOVE or holder.tag in ("body", "html"):
            break
        named = (
            f"{holder.get('class') or ''} {holder.get('id') or ''} {holder.get('itemprop') or ''}"[
                :300
            ]
        )
        headline = holder.tag == "header" and next(holder.iter("h1"), None) is not None
        own = headline or holder.getparent().tag in ("article", "main")
        if holder.tag in _AWAY_TAGS and not (holder.tag == "header" and own):
            return False
        if _AWAY.search(named) and not within and holder.tag not in ("article", "main"):
            return False
        within = (
            within
            or headline
            or holder.tag in ("article", "main", "figure")
            or bool(_WITHIN.search(named))
        )
    return within
