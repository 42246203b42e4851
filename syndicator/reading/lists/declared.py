"""Find the lists of articles that a page declares to programs: JSON-LD, h-entry. Pure.

A list that links on the page show is called a shown list here. The declared list with the same
items completes it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from typing import Any

from syndicator.core import text, urls
from syndicator.core.requests import Item, Shown
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, read_text
from syndicator.reading.lists.groups import LEAST_ITEMS
from syndicator.reading.lists.links import resolve_address
from syndicator.reading.lists.wrapper import find_shape
from syndicator.reading.metadata import date
from syndicator.reading.metadata.cover import is_picture, resolve_picture

_MOST_ITEMS = 500  # items of a declared list
_LONGEST_TITLE = 300  # characters
_LEAST_SHARE = 0.5  # share of the shorter list that two lists have in common if they are the same
_ARTICLE_TYPES = {
    "Article",
    "NewsArticle",
    "BlogPosting",
    "SocialMediaPosting",
    "Report",
    "TechArticle",
    "LiveBlogPosting",
}
_LIST_TYPES = {"ItemList", "Blog", "CollectionPage", "OfferCatalog"}
# the origins of lists, as Wrapper.by names them
_JSON_LD = "json-ld"
_H_FEED = "h-feed"
_BLOCKS = "blocks"  # a list that is only shown
# members of JSON-LD objects that contain the items of a list
_ITEM_KEYS = ("blogPost", "blogPosts", "itemListElement", "hasPart")


@dataclass(frozen=True, slots=True)
class _DeclaredList:
    """A list of articles that a page declares to programs, in JSON-LD or as h-entries."""

    origin: str  # _JSON_LD or _H_FEED
    items: Mapping[str, Item]  # alias of an item's address -> item


def list_candidates(
    document: Document, shown_lists: Sequence[Sequence[Shown]]
) -> list[tuple[str, Sequence[Shown]]]:
    """Return each list of articles on a page as (where it was found, its items). First come the
    lists that the page only declares to programs, and to whose articles no link leads. Then come
    `shown_lists`, read from its links, in their order; their items are completed with the fields
    that the page declares for them."""
    declared = [each for each in _list_declared(document) if len(each.items) >= LEAST_ITEMS]
    completed = [_complete_list(shown_list, declared) for shown_list in shown_lists]

    # find the declared lists to which no link leads
    linked_segments: set[str] = set()  # the last segments of all linked addresses
    for anchor in document.tree.iter("a"):
        url = _read_address(document, anchor.get("href"))
        if url:
            linked_segments.add(_find_last_segment(url))
    without_links: list[tuple[str, Sequence[Shown]]] = []
    for each in declared:
        if any(_is_same_list(each, shown_list) for shown_list in shown_lists):
            continue
        last_segments = {_find_last_segment(item.url) for item in each.items.values()}
        if last_segments.isdisjoint(linked_segments):
            without_links.append((each.origin, _show_declared(each)))
    return [*without_links, *completed]


def _complete_list(
    items: Sequence[Shown], declared: Sequence[_DeclaredList]
) -> tuple[str, Sequence[Shown]]:
    """Return `items`, a list that the page shows by links, as (where it was found, its items). If
    one of the `declared` lists has the same items, the list counts as found there, and its items
    get the fields that are declared for them."""
    for each in declared:
        if _is_same_list(each, items):
            return each.origin, [_complete_item(item, each.items) for item in items]
    return _BLOCKS, list(items)


def _complete_item(shown_item: Shown, declared: Mapping[str, Item]) -> Shown:
    """Return the item `shown_item` of a list, which links on the page show, with the fields that
    the page declares to programs for the same article. A declared date replaces the shown one; a
    declared title or picture is only taken if none is shown. `declared`: the declared items by
    their addresses, in the form that is equal for all spellings."""
    declared_item = declared.get(shown_item.key)
    if declared_item is None:
        return shown_item
    item = replace(
        shown_item.item,
        title=shown_item.item.title or declared_item.title,
        published=declared_item.published or shown_item.item.published,
        image=shown_item.item.image or declared_item.image,
    )
    return replace(shown_item, item=item)


def _show_declared(declared: _DeclaredList) -> list[Shown]:
    """Return the items of a declared list, which no link on the page shows, as the items of lists
    that links show. Their traits of links (form, path and layout) are the name of the place that
    declares the list, since they have no links."""
    origin = declared.origin  # such as "json-ld"
    shown_items: list[Shown] = []
    for key, item in declared.items.items():
        shape = find_shape(item.url)
        shown_items.append(
            Shown(item=item, key=key, form=origin, path=origin, shape=shape, layout=origin)
        )
    return shown_items


def _find_last_segment(url: str) -> str:
    """Return the last segment of the path of an address: "https://site.example/a/b/?x=1" gives
    "b"."""
    return url.partition("?")[0].rstrip("/").rpartition("/")[2]


def _is_same_list(declared: _DeclaredList, items: Sequence[Shown]) -> bool:
    """Return True if a declared list and a shown list, `items`, are the same: at least half of the
    items of the shorter one are in both."""
    common_count = sum(item.key in declared.items for item in items)
    return common_count >= _LEAST_SHARE * min(len(declared.items), len(items))


def _list_declared(document: Document) -> Iterator[_DeclaredList]:
    """Yield the lists of articles that a page declares to programs: first each list in JSON-LD;
    then all articles in JSON-LD as one list; then all h-entries (microformats) as one list. Lists
    may be empty."""
    for item in document.jsonld:
        if not _LIST_TYPES.isdisjoint(jsonld.list_types(item)):
            rows = chain.from_iterable(_list_rows(item.get(name)) for name in _ITEM_KEYS)
            yield _DeclaredList(_JSON_LD, _read_rows(document, rows))
    articles: list[jsonld.Object] = []
    for item in document.jsonld:
        if not _ARTICLE_TYPES.isdisjoint(jsonld.list_types(item)):
            articles.append(item)
    yield _DeclaredList(_JSON_LD, _read_rows(document, iter(articles)))
    yield _DeclaredList(_H_FEED, _read_h_entries(document))


def _read_h_entries(document: Document) -> dict[str, Item]:
    """Return the articles in all h-entries of a page (microformats2), at most 500, by their
    addresses in the form that is equal for all spellings."""
    items: dict[str, Item] = {}
    for element in document.tree.iter("*"):
        if len(items) == _MOST_ITEMS:
            break
        if "h-entry" in (element.get("class") or "").split():
            item = _read_h_entry(document, element)
            if item:
                items.setdefault(urls.alias(item.url), item)
    return items


def _read_h_entry(document: Document, entry: Any) -> Item | None:
    """Return the article in the h-entry `entry` with its address, title, date and picture. Return
    None if it has no valid address. `entry`: an element with the class h-entry (microformats2)."""
    properties: dict[str, Any] = {}  # by a class such as "u-url", the last element that has it
    for node in entry.iter("*"):
        for name in (node.get("class") or "").split():
            if "-" in name:
                properties[name] = node
    link = properties.get("u-url")
    url = _read_address(document, link.get("href")) if link is not None else None
    if not url:
        return None

    published: datetime | None = None
    time = properties.get("dt-published")
    if time is not None:
        published = date.parse_date_text(time.get("datetime") or read_text(time, _LONGEST_TITLE))
    image = ""
    photo = properties.get("u-photo")
    if photo is not None:
        reference = photo.get("src") or photo.get("href") or ""
        image = resolve_picture(document, reference) or ""
    title_element = properties.get("p-name", link)
    title = text.line(read_text(title_element, _LONGEST_TITLE))
    return Item(url=url, title=title, published=published, image=image)


def _list_rows(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects in `value`, a list in JSON-LD or a single object, at most 500. A ListItem
    has the article in its member "item": yield one object with the members of both."""
    rows = value if isinstance(value, list) else [value]
    for row in rows[:_MOST_ITEMS]:
        if not isinstance(row, dict):
            continue
        item = row.get("item")
        if isinstance(item, dict):
            yield row | item
        else:
            yield row


def _read_rows(document: Document, rows: Iterator[dict[str, Any]]) -> dict[str, Item]:
    """Return the articles in the JSON-LD objects `rows`, by their addresses in the form that is
    equal for all spellings. Objects without a valid address are left out, and so are the page
    itself and front pages."""
    items: dict[str, Item] = {}
    page_alias = urls.alias(document.url)
    for row in islice(rows, _MOST_ITEMS):
        # the member "item" of a ListItem may be an address in place of an object
        stated_address = row.get("item")
        if not isinstance(stated_address, str):
            stated_address = row.get("url") or row.get("@id")
        url = _read_address(document, stated_address)
        if not url or urls.is_root(url):
            continue
        alias = urls.alias(url)
        if alias != page_alias:
            items.setdefault(alias, _read_item(document, url, row))
    return items


def _read_item(document: Document, url: str, row: jsonld.Object) -> Item:
    """Return the article at `url` with the title, date and picture that the JSON-LD object `row`
    states. A missing title or picture is "", a missing date None."""
    published: datetime | None = None
    for stated_date in jsonld.list_texts(row.get("datePublished") or row.get("dateCreated")):
        published = date.parse_date_text(stated_date)
        if published:
            break
    title = next(jsonld.list_texts(row.get("headline") or row.get("name")), "")
    image = ""
    for value in jsonld.list_texts(row.get("image"), "url", "contentUrl", "@id"):
        address = resolve_picture(document, value)
        if address and is_picture(address):
            image = address
            break
    return Item(url=url, title=title[:_LONGEST_TITLE], published=published, image=image)


def _read_address(document: Document, value: Any) -> str | None:
    """Return the canonical address to which `value`, the target of a link on the page, leads.
    Return None if it is no text, is empty, or leads to no valid address."""
    if not isinstance(value, str) or not value:
        return None
    return resolve_address(document.base_url, value)
