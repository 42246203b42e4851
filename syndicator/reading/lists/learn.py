"""Read a list of articles as a feed: learn the list at first, find it again later. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from syndicator.configuration import page_rules
from syndicator.core import text, urls
from syndicator.core.errors import NotAFeed, NotAnArticle
from syndicator.core.model import Entry, ParsedFeed
from syndicator.core.reasons import FeedReason
from syndicator.core.requests import Item, Seen, Shown, Wrapper
from syndicator.reading.html.document import Document, inner, parse
from syndicator.reading.html.jsonld import types
from syndicator.reading.lists import declared
from syndicator.reading.lists import wrapper as wrappers
from syndicator.reading.lists.groups import read_lists
from syndicator.reading.lists.items import is_headline
from syndicator.reading.lists.links import Link, canonical, read_links

# All numbers are choices: of 38 pages of the open corpus that are lists below the root of their
# site, 8 say that they are articles (og:type), and of 251 articles of it 75 do not.
# items; shares of them with a headline, and with an address below the page's
_LEAST = 5
_HEADLINES = 0.6
_BELOW = 0.5
_WORDS = 3  # most words in the last part of a section's address
_CODE = re.compile(r"\d{5}|[0-9a-f]{12}")
_PARAGRAPH = 80
_WHOLE_MOST = 2_000  # characters of a paragraph of text; paragraphs looked at
# characters per item of a section, of an excerpt, per item elsewhere
_ITEM = 200
_EXCERPT = 1_000
_HARDLY = 10
_ARTICLE = {"Article", "NewsArticle", "BlogPosting", "ReportageNewsArticle"}
_BESIDE = ("nav", "footer", "aside")
_NEXT_PAGE_LONGEST = 60  # characters of a link's text
_NEXT = re.compile(
    r"^\W{0,3}(next|older|more|weiter|nächste|ältere|suivante?s?|plus"
    r" ancien\w*|siguientes?|próxim[oa]s?|anterior\w*|"
    r"proxim[oa]s?|successiv[oi]|volgende|次|次へ|古い|下一页|下一頁|التالي|more)\b.{0,20}$|^\W{0,2}(older|ältere|次|›|»|→)",
    re.I,
)
_PAGED = re.compile(r"(page|seite|pagina|página|p|paged|start|offset|seite)[=/_-]?\d{1,4}", re.I)
OFFERED: Final = 3  # lists that hold one element; a choice
_LIST_PAGE_MOST = 1_000
_LIST_PAGE_LONGEST = 300  # links; characters of a link's text


def is_list(document: Document, shown: Sequence[Shown]) -> bool:
    """Return True if the page is mainly the list `shown`, by its address or the items', and has
    little other text."""
    headlines = sum(is_headline(item.item.title) for item in shown)
    if headlines < _HEADLINES * len(shown):
        return False
    own = urls.alias(document.url).partition("?")[0].rstrip("/") + "/"
    if sum(item.key.startswith(own) for item in shown) >= _BELOW * len(shown):
        return True
    if len(shown) < _LEAST:
        return False
    prose = _prose(document.tree, {item.key for item in shown}, document.base_url)
    if _is_section(document.url):
        return prose <= _ITEM * len(shown)
    return prose <= _HARDLY * len(shown) and not any(
        _ARTICLE & {*types(item)} for item in document.jsonld
    )


def _is_section(url: str) -> bool:
    last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2].partition(".")[0]
    return len(re.findall(r"[^\W\d_]+", last)) <= _WORDS and not _CODE.search(last)


def _prose(tree: Any, keys: Collection[str], base: str) -> int:
    within: dict[Any, set[str]] = defaultdict(set)
    for anchor in islice(tree.iter("a"), _WHOLE_MOST):
        url = urls.absolute(base, anchor.get("href") or "")
        key = urls.alias(url) if url else ""
        if key in keys:
            for above in islice(anchor.iterancestors(), 60):
                within[above].add(key)
    count = 0
    owned = Counter[str]()
    for paragraph in islice(tree.iter("p"), _WHOLE_MOST):
        if next(paragraph.iterancestors(*_BESIDE), None) is not None:
            continue
        linked = sum(len(text.line(inner(anchor))) for anchor in paragraph.iter("a"))
        own = len(text.line(inner(paragraph, 3_000))) - linked
        holder = next(
            (within[above] for above in paragraph.iterancestors() if above in within), set()
        )
        if own >= _PARAGRAPH and len(holder) == 1:
            owned.update(dict.fromkeys(holder, own))
        elif own >= _PARAGRAPH:
            count += own
    return count + sum(own for own in owned.values() if own > _EXCERPT)


def next_page(document: Document) -> str:
    """Return the address of the list's next page on the same site (rel=next, else a link to older
    items), or ""."""
    anchors = document.tree.iter("link", "a")
    stated = (
        each.get("href") for each in anchors if "next" in (each.get("rel") or "").lower().split()
    )
    links = (
        element.get("href")
        for element in islice(document.tree.iter("a"), 3_000)
        if _is_next(element)
    )
    addresses = (_address(document, href or "") for href in (*stated, *links))
    return next((url for url in addresses if url), "")


def _is_next(anchor: Any) -> bool:
    label = text.line(inner(anchor, _NEXT_PAGE_LONGEST + 1)) or anchor.get("aria-label") or ""
    is_named = len(label) <= _NEXT_PAGE_LONGEST and _NEXT.match(label) is not None
    return is_named and _PAGED.search(anchor.get("href") or "") is not None


def _address(document: Document, href: str) -> str:
    url = urls.absolute(document.base_url, href) if href else None
    if (
        not url
        or not urls.same_publisher(url, document.url)
        or urls.alias(url) == urls.alias(document.url)
    ):
        return ""
    return url if urlsplit(url).netloc == urlsplit(document.url).netloc else ""


def read_listing(
    html: bytes,
    url: str,
    headers: Mapping[str, str] | None = None,
    wrapper: Wrapper | None = None,
    seen: Sequence[Seen] = (),
) -> ParsedFeed:
    """Return the listed articles as a feed. `wrapper`: the learnt list, None at first; `seen`:
    known articles, as after a lost database. Raises NotAFeed if no list is surely the learnt
    one."""
    try:
        document = parse(html, url, headers)
        ranked = candidates(document, wrapper.forms if wrapper and wrapper.pointed else ())
        items, learnt = (
            wrappers.again(ranked, wrapper) if wrapper else _first(document, ranked, seen)
        )
    except NotAnArticle as refusal:
        raise NotAFeed(FeedReason.NO_LIST, str(refusal)) from refusal
    except wrappers.Unsure as unsure:
        raise NotAFeed(
            FeedReason.LIST_CHANGED if wrapper else FeedReason.NO_LIST, str(unsure)
        ) from unsure
    title = next((text.line(inner(element, 300)) for element in document.tree.iter("title")), "")
    entries = tuple(_entry(item) for item in items[:1_000])
    return ParsedFeed(
        format="list",
        title=title,
        site_url=url,
        language=document.language or "",
        entries=entries,
        next_url=next_page(document),
        listing=replace(learnt, whole=is_list(document, items)),
    )


def _first(
    document: Document, own: Sequence[tuple[str, Sequence[Shown]]], seen: Sequence[Seen]
) -> wrappers.Chosen:
    earlier = wrappers.Known(seen)
    keys = {urls.alias(article.url) for article in seen}
    elsewhere = bool(seen) and not any(earlier.has(item) for _, shown in own for item in shown)
    forms = {link.form for link in read_links(document) if link.key in keys} if elsewhere else set()
    if not forms:
        return wrappers.first(own, seen)
    items, learnt = wrappers.first(candidates(document, forms), seen)
    return items, replace(learnt, pointed=True)


def candidates(document: Document, also: Collection[str] = ()) -> list[tuple[str, Sequence[Shown]]]:
    """Return (origin, list) of a page's lists, likeliest first. `also`: forms to include wherever
    they are."""
    return declared.candidates(
        document, [each.shown for each in read_lists(document, read_links(document), also)]
    )


def _entry(shown: Shown) -> Entry:
    item = shown.item
    # what is cut off is no title of an article
    title = "" if item.title.endswith(("…", "...")) else item.title
    return Entry(
        id=item.url,
        url=item.url,
        title=title,
        published=item.published,
        image=item.image,
        listed=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PointedList:
    """A list: its wrapper, its items in order, and the numbers of the elements to highlight."""

    wrapper: Wrapper
    items: tuple[Item, ...]
    elements: tuple[int, ...]


def pointed(
    html: bytes, url: str, number: int, headers: Mapping[str, str] | None = None
) -> tuple[PointedList, ...]:
    """Return the lists with element `number` in an item: the main list first, then those of the
    item's form."""
    try:
        document = parse(html, url, headers)
    except NotAnArticle:
        return ()
    elements = list(document.tree.iter())
    if not 0 <= number < len(elements) or not isinstance(elements[number].tag, str):
        return ()
    meant = [elements[number], *elements[number].iterancestors()]
    ids = {id(each) for each in meant}
    links = read_links(document)
    listed = read_lists(document, links, {link.form for link in _links_at(meant, links)})
    # those that no link shows come first
    ranked = declared.candidates(document, [each.shown for each in listed])
    places = {element: place for place, element in enumerate(elements)}
    matching = [
        PointedList(
            wrapper=replace(wrappers.learnt(shown, by), pointed=True),
            items=tuple(item.item for item in shown),
            elements=tuple(
                places[part] for item in shown for part in each.elements[item.key] if part in places
            ),
        )
        for each, (by, shown) in zip(listed, ranked[len(ranked) - len(listed) :], strict=True)
        if not ids.isdisjoint(id(part) for shown in each.shown for part in each.elements[shown.key])
    ]
    return tuple(matching[:OFFERED])


def _links_at(meant: Sequence[Any], links: Sequence[Link]) -> list[Link]:
    by_anchor = {link.anchor: link for link in links}
    around = ([element, *element.iter("a")] for element in islice(meant, 8))
    own = (
        [by_anchor[element] for element in anchors if element in by_anchor] for anchors in around
    )
    return next((inside for inside in own if inside), [])


def read_list(
    html: bytes, url: str, headers: Mapping[str, str] | None, links: Sequence[str]
) -> ParsedFeed:
    """Return the links that the selectors `links` match, as a feed. Raises NotAFeed, RulesError for
    invalid CSS."""
    document = parse(html, url, headers)
    itself = urls.alias(url)
    addresses: dict[str, str | None] = {}  # by how they are written
    entries: dict[str, Entry] = {}
    for reference, label in _links(document.tree, links):
        if reference not in addresses:
            if len(entries) == _LIST_PAGE_MOST:  # making addresses is most of the work
                continue
            address = canonical(document.base_url, reference)
            addresses[reference] = address if address and urls.alias(address) != itself else None
        if not (address := addresses[reference]):
            continue
        entries.setdefault(address, Entry(id=address, url=address))
        if len(label) > len(entries[address].title):
            entries[address] = Entry(id=address, url=address, title=label)
    if not entries:
        raise NotAFeed(
            FeedReason.NO_LINKS, f"rules.links: {', '.join(links)} matches no link of the page"
        )
    title = next(
        (text.line(inner(element, _LIST_PAGE_LONGEST)) for element in document.tree.iter("title")),
        "",
    )
    return ParsedFeed(
        format="list",
        title=title,
        site_url=url,
        language=document.language or "",
        entries=tuple(entries.values()),
    )


def _links(tree: Any, links: Sequence[str]) -> Iterator[tuple[str, str]]:
    for selector in links:
        name = page_rules.split(selector)[1]
        for element in page_rules.matched(tree, selector):
            anchors = (
                anchor
                for anchor in chain(element.iter("a"), element.iterancestors("a"))
                if anchor.get("href")
            )
            holder = element if name else next(anchors, None)
            reference = holder.get(name or "href") if holder is not None else None
            if reference:
                yield reference, text.line(inner(element, _LIST_PAGE_LONGEST))
