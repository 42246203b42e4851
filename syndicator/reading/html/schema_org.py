"""The JSON-LD objects of a page that describe its article. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from syndicator.core import urls
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document

_PAGES = frozenset(
    {"WebPage", "ItemPage", "Product", "VideoObject", "FAQPage", "QAPage", "CollectionPage", "MedicalWebPage", "Recipe"}
)


def articles(document: Document) -> tuple[jsonld.Object, ...]:
    """The objects of `document` whose type is one of schema.org's articles: those with the page's own address first.
    Where there is none, those that describe the page itself. In the order of the page otherwise."""
    found = [item for item in document.jsonld if any(_is_article(name) for name in jsonld.types(item))]
    if len(found) > 1:  # those of this page before those it only links to
        own = urls.alias(document.url)
        found.sort(key=lambda item: not any(urls.alias(url) == own for url in _addresses(item)))
    return tuple(found) or tuple(item for item in document.jsonld if _PAGES & set(jsonld.types(item)))


def _addresses(item: jsonld.Object) -> Iterator[str]:
    for name in ("url", "mainEntityOfPage", "@id"):
        yield from (value.partition("#")[0] for value in jsonld.strings(item.get(name), "@id", "url"))


def _is_article(name: str) -> bool:
    return name.endswith(("Article", "Posting", "Report", "Review", "CreativeWork"))
