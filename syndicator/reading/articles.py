"""The JSON-LD objects of a page that speak of its article. Pure."""

from __future__ import annotations

from syndicator.reading import jsonld
from syndicator.reading.page import Page

_PAGES = frozenset(
    {"WebPage", "ItemPage", "Product", "VideoObject", "FAQPage", "QAPage", "CollectionPage", "MedicalWebPage", "Recipe"}
)


def articles(page: Page) -> tuple[jsonld.Object, ...]:
    """The objects that are articles of whatever kind, most telling first; without one those that are the page."""
    found = [item for item in page.jsonld if any(_is_article(name) for name in jsonld.types(item))]
    return tuple(found) or tuple(item for item in page.jsonld if _PAGES & set(jsonld.types(item)))


def _is_article(name: str) -> bool:
    return name.endswith(("Article", "Posting", "Report", "Review", "CreativeWork"))
