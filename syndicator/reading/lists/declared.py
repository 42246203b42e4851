"""Find the lists of articles that a page declares to programs: JSON-LD, h-entry. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from syndicator.core import text, urls
from syndicator.core.requests import Item, Shown
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, inner
from syndicator.reading.lists.groups import LEAST
from syndicator.reading.lists.links import canonical
from syndicator.reading.lists.wrapper import shape
from syndicator.reading.metadata import date
from syndicator.reading.metadata.cover import is_picture, resolve_picture

# items; characters of a title; share of declared items that are shown
_MOST = 500
_LONGEST = 300
_SHARE = 0.5
_ARTICLES = {
    "Article",
    "NewsArticle",
    "BlogPosting",
    "SocialMediaPosting",
    "Report",
    "TechArticle",
    "LiveBlogPosting",
}
_WITHIN = ("blogPost", "blogPosts", "itemListElement", "hasPart")


def candidates(
    document: Document, shown: Sequence[Sequence[Shown]]
) -> list[tuple[str, Sequence[Shown]]]:
    """Return (origin, list): declared lists that are not among `shown`, then `shown`, completed by
    declared fields."""
    declared = [(by, items) for by, items in _declared(document) if len(items) >= LEAST]
    rest: list[tuple[str, Sequence[Shown]]] = []
    for shown_list in shown:
        by, items = next(
            (pair for pair in declared if _are_one(pair[1], shown_list)), ("blocks", {})
        )
        rest.append(
            (
                by,
                [
                    replace(s, item=_filled(s.item, items[s.key])) if s.key in items else s
                    for s in shown_list
                ],
            )
        )
    alone = [
        (
            by,
            [
                Shown(item=row, key=key, form=by, path=by, shape=shape(row.url), layout=by)
                for key, row in own.items()
            ],
        )
        for by, own in declared
        if not any(_are_one(own, shown_list) for shown_list in shown)
    ]
    links = {
        _last(url)
        for anchor in document.tree.iter("a")
        if (url := _url(document, anchor.get("href")))
    }
    drawn = [pair for pair in alone if not any(_last(item.item.url) in links for item in pair[1])]
    return [*drawn, *rest]


def _last(url: str) -> str:
    return url.partition("?")[0].rstrip("/").rpartition("/")[2]


def _are_one(items: dict[str, Item], shown: Sequence[Shown]) -> bool:
    return sum(item.key in items for item in shown) >= _SHARE * min(len(items), len(shown))


def _filled(shown: Item, stated: Item) -> Item:
    dated = stated.published or shown.published
    return replace(
        shown, title=shown.title or stated.title, published=dated, image=shown.image or stated.image
    )


def _declared(document: Document) -> Iterator[tuple[str, dict[str, Item]]]:
    for holder in document.jsonld:
        kinds = {*jsonld.types(holder)}
        if kinds & {"ItemList", "Blog", "CollectionPage", "OfferCatalog"}:
            rows = (each for name in _WITHIN for each in _rows(holder.get(name)))
            yield "json-ld", _items(document, rows)
    articles = (element for element in document.jsonld if _ARTICLES & {*jsonld.types(element)})
    yield "json-ld", _items(document, articles)
    entries: dict[str, Item] = {}
    for entry in document.tree.iter("*"):
        if "h-entry" not in (entry.get("class") or "").split():
            continue
        named = {
            name: node
            for node in entry.iter("*")
            for name in (node.get("class") or "").split()
            if "-" in name
        }
        link = named.get("u-url")
        name = named.get("p-name")
        dated = named.get("dt-published")
        url = _url(document, link.get("href")) if link is not None else None
        if not url or len(entries) == _MOST:
            continue
        when = (dated.get("datetime") or inner(dated, _LONGEST)) if dated is not None else ""
        photo = named.get("u-photo")
        item = Item(
            url=url,
            title=text.line(inner(name if name is not None else link, _LONGEST)),
            published=date.parse_date_text(when) if when else None,
            image=(resolve_picture(document, photo.get("src") or photo.get("href") or "") or "")
            if photo is not None
            else "",
        )
        entries.setdefault(urls.alias(url), item)
    yield "h-feed", entries


def _rows(value: Any) -> Iterator[dict[str, Any]]:
    for row in islice(value if isinstance(value, list) else [value], _MOST):
        if isinstance(row, dict):
            inside = row.get("item")
            yield (row | inside) if isinstance(inside, dict) else row


def _items(document: Document, rows: Iterator[dict[str, Any]]) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for row in islice(rows, _MOST):
        address = (
            row.get("item")
            if isinstance(row.get("item"), str)
            else row.get("url") or row.get("@id")
        )
        url = _url(document, address)
        if url and not urls.is_root(url) and urls.alias(url) != urls.alias(document.url):
            items.setdefault(urls.alias(url), _item(document, url, row))
    return items


def _item(document: Document, url: str, row: dict[str, Any]) -> Item:
    dates = map(
        date.parse_date_text, jsonld.strings(row.get("datePublished") or row.get("dateCreated"))
    )
    pictures = (
        resolve_picture(document, value)
        for value in jsonld.strings(row.get("image"), "url", "contentUrl", "@id")
    )
    return Item(
        url=url,
        title=next(jsonld.strings(row.get("headline") or row.get("name")), "")[:_LONGEST],
        published=next((when for when in dates if when), None),
        image=next((picture for picture in pictures if picture and is_picture(picture)), ""),
    )


def _url(document: Document, value: Any) -> str | None:
    return canonical(document.base_url, value) if isinstance(value, str) and value else None
