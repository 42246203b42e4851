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
from syndicator.reading.html.document import Document, parse, read_text
from syndicator.reading.html.jsonld import list_types
from syndicator.reading.lists import declared
from syndicator.reading.lists import wrapper as wrappers
from syndicator.reading.lists.groups import PageList, read_lists
from syndicator.reading.lists.items import is_headline
from syndicator.reading.lists.links import Link, read_links, resolve_address

# All numbers are choices. What a page declares does not help: of 38 real lists 8 say that they are
# articles (og:type), and of 251 real articles 75 do not.
_LEAST = 5  # items of a list that is the main content, unless the addresses of the items show it
_HEADLINE_SHARE = 0.6  # share of the items with a headline
_BELOW_SHARE = 0.5  # share of the items whose address is below that of the page
_MOST_SECTION_WORDS = 3  # words in the last segment of a section's address
_CODE = re.compile(r"\d{5}|[0-9a-f]{12}")  # in the address of an article, not of a section
_SHORTEST_PARAGRAPH = 80  # characters
_LONGEST_PARAGRAPH = 3_000  # characters that are counted
_MOST_ELEMENTS = 2_000  # links, and paragraphs, that are looked at to count prose
_MOST_ANCESTORS = 60  # elements around a link that are looked at
_MOST_ANCHORS = 3_000  # links among which the next page is searched
_MOST_POINTED_ANCESTORS = 8  # elements around the pointed one in which a link is searched
_WORD = re.compile(r"[^\W\d_]+")
# Characters of prose beside a list, for each of its items: on the page of a section, and elsewhere.
_MOST_PROSE_OF_SECTION = 200
_MOST_PROSE = 10
_LONGEST_EXCERPT = 1_000  # characters of prose in an item; a longer one is an article
_ARTICLE_TYPES = {"Article", "NewsArticle", "BlogPosting", "ReportageNewsArticle"}
_ASIDE_TAGS = ("nav", "footer", "aside")
_LONGEST_NEXT_LABEL = 60  # characters of a link's text
_NEXT_LABEL = re.compile(
    r"^\W{0,3}(next|older|more|weiter|nächste|ältere|suivante?s?|plus"
    r" ancien\w*|siguientes?|próxim[oa]s?|anterior\w*|"
    r"proxim[oa]s?|successiv[oi]|volgende|次|次へ|古い|下一页|下一頁|التالي|more)\b.{0,20}$|^\W{0,2}(older|ältere|次|›|»|→)",
    re.I,
)
_PAGE_NUMBER = re.compile(
    r"(page|seite|pagina|página|p|paged|start|offset|seite)[=/_-]?\d{1,4}", re.I
)
OFFERED: Final = 3  # lists with the pointed element that are offered; a choice
_MOST_LINKS = 1_000  # entries of a list
_LONGEST_LABEL = 300  # characters of a link's text


def is_list(document: Document, items: Sequence[Shown]) -> bool:
    """Return True if the list `items` is the main content of the page: at least 60 % of the items
    have headlines; and half of them have addresses below that of the page, or there are at least
    five and little prose beside them."""
    headlines = sum(is_headline(item.item.title) for item in items)
    if headlines < _HEADLINE_SHARE * len(items):
        return False
    page_path, _, _ = urls.alias(document.url).partition("?")
    page_folder = page_path.rstrip("/") + "/"
    below_page = sum(item.key.startswith(page_folder) for item in items)
    if below_page >= _BELOW_SHARE * len(items):
        return True
    if len(items) < _LEAST:
        return False

    # an article has much prose beside its list of links, and declares itself an article
    prose = _count_prose(document.tree, {item.key for item in items}, document.base_url)
    if _is_section(document.url):
        return prose <= _MOST_PROSE_OF_SECTION * len(items)
    if prose > _MOST_PROSE * len(items):
        return False
    return all(_ARTICLE_TYPES.isdisjoint(list_types(item)) for item in document.jsonld)


def _is_section(url: str) -> bool:
    """Return True if an address is probably that of a section, not of an article: its last segment
    has at most three words, and no long number or code."""
    path = unquote(urlsplit(url).path).rstrip("/")
    last_segment = path.rpartition("/")[2]
    name = last_segment.partition(".")[0]  # without an ending such as ".html"
    if _CODE.search(name):
        return False
    return len(_WORD.findall(name)) <= _MOST_SECTION_WORDS


def _count_prose(tree: Any, keys: Collection[str], base: str) -> int:
    """Return how many characters of prose the page `tree` has beside a list: in paragraphs outside
    of its items, and in items whose paragraphs are too long for an excerpt. `keys`: the addresses
    of the items, in the form that is equal for all spellings; `base`: the address against which
    links are resolved."""
    # for each element find the items to which links in it lead
    keys_within: dict[Any, set[str]] = defaultdict(set)
    for anchor in islice(tree.iter("a"), _MOST_ELEMENTS):
        url = urls.absolute(base, anchor.get("href") or "")
        key = urls.alias(url) if url else ""
        if key in keys:
            for element in islice(anchor.iterancestors(), _MOST_ANCESTORS):
                keys_within[element].add(key)

    # add up the lengths of paragraphs, without their links, for each item and outside of items
    prose_outside = 0
    prose_of_item = Counter[str]()
    for paragraph in islice(tree.iter("p"), _MOST_ELEMENTS):
        is_in_aside = next(paragraph.iterancestors(*_ASIDE_TAGS), None) is not None
        if is_in_aside:
            continue
        linked = sum(len(text.line(read_text(anchor))) for anchor in paragraph.iter("a"))
        length = len(text.line(read_text(paragraph, _LONGEST_PARAGRAPH))) - linked
        if length < _SHORTEST_PARAGRAPH:
            continue
        # a paragraph near the link of one item only is its excerpt
        nearest_keys = set[str]()
        for element in paragraph.iterancestors():
            if element in keys_within:
                nearest_keys = keys_within[element]
                break
        if len(nearest_keys) == 1:
            prose_of_item.update(dict.fromkeys(nearest_keys, length))
        else:
            prose_outside += length
    long_excerpts = [length for length in prose_of_item.values() if length > _LONGEST_EXCERPT]
    return prose_outside + sum(long_excerpts)


def find_next_page(document: Document) -> str:
    """Return the address of the next page of a list, "" if there is none on the same host. It is
    the target of a link with rel="next", else of a link with a text such as "older posts"."""
    for element in document.tree.iter("link", "a"):
        if "next" in (element.get("rel") or "").lower().split():
            url = _find_other_page(document, element.get("href") or "")
            if url:
                return url
    for anchor in islice(document.tree.iter("a"), _MOST_ANCHORS):
        if _leads_to_next(anchor):
            url = _find_other_page(document, anchor.get("href") or "")
            if url:
                return url
    return ""


def _leads_to_next(anchor: Any) -> bool:
    """Return True if a link has a text such as "next" or "older posts", and its address contains
    the number of a page."""
    label = text.line(read_text(anchor, _LONGEST_NEXT_LABEL + 1)) or anchor.get("aria-label") or ""
    if len(label) > _LONGEST_NEXT_LABEL or not _NEXT_LABEL.match(label):
        return False
    return _PAGE_NUMBER.search(anchor.get("href") or "") is not None


def _find_other_page(document: Document, href: str) -> str:
    """Return the absolute address of the page to which `href`, a link on the page, leads. Return ""
    if it is invalid, on another host, or the page itself."""
    url = urls.absolute(document.base_url, href) if href else None
    if not url or not urls.same_publisher(url, document.url):
        return ""
    if urls.alias(url) == urls.alias(document.url):
        return ""
    if urlsplit(url).netloc != urlsplit(document.url).netloc:
        return ""
    return url


def read_listing(
    html: bytes,
    url: str,
    headers: Mapping[str, str] | None = None,
    wrapper: Wrapper | None = None,
    seen: Sequence[Seen] = (),
) -> ParsedFeed:
    """Return the articles that a page lists, as a feed. The `listing` of the feed has the traits of
    the list, by which the next visit finds it again.

    `html`, `headers`: the answer of the server for `url`. `wrapper`: the traits of the list from
    the last visit; None if no list is learnt yet, so that one is chosen now. `seen`: articles of
    the source that are known although no list is learnt, as after the loss of the database. Raises
    NotAFeed if there is no list, or if no list is surely the learnt one."""
    try:
        document = parse(html, url, headers)
        if wrapper is None:
            found_list = _learn_list(document, list_candidates(document), seen)
        else:
            # a list to which the operator has pointed may be in a menu
            pointed_forms = wrapper.forms if wrapper.pointed else ()
            found_list = wrappers.find_again(list_candidates(document, pointed_forms), wrapper)
    except NotAnArticle as refusal:
        raise NotAFeed(FeedReason.NO_LIST, str(refusal)) from refusal
    except wrappers.Unsure as unsure:
        reason = FeedReason.NO_LIST if wrapper is None else FeedReason.LIST_CHANGED
        raise NotAFeed(reason, str(unsure)) from unsure
    is_main_content = is_list(document, found_list.items)
    return ParsedFeed(
        format="list",
        title=_read_page_title(document),
        site_url=url,
        language=document.language or "",
        entries=tuple(_make_entry(item) for item in found_list.items[:_MOST_LINKS]),
        next_url=find_next_page(document),
        listing=replace(found_list.wrapper, whole=is_main_content),
    )


def _read_page_title(document: Document) -> str:
    """Return the text of the page's title element, "" if it has none."""
    title = next(document.tree.iter("title"), None)
    return text.line(read_text(title, _LONGEST_LABEL)) if title is not None else ""


def _learn_list(
    document: Document, lists: Sequence[tuple[str, Sequence[Shown]]], seen: Sequence[Seen]
) -> wrappers.FoundList:
    """Return the list of the page to follow, with its traits. `lists`: each list of the page as
    (where it was found, its items); `seen`: articles that are known already. Raises Unsure if there
    is no list.

    If no list has a known article, but other links of the page lead to some, the links of the same
    form (tags and classes) as these are read as lists, too, as if the operator had pointed at
    them."""
    forms_of_seen = set[str]()  # the forms of links to known articles outside of `lists`
    if seen:
        known = wrappers.KnownItems(seen)
        has_known_items = any(known.count_matches(items) for _, items in lists)
        if not has_known_items:
            seen_keys = {urls.alias(article.url) for article in seen}
            forms_of_seen = {link.form for link in read_links(document) if link.key in seen_keys}
    if not forms_of_seen:
        return wrappers.learn_list(lists, seen)
    found = wrappers.learn_list(list_candidates(document, forms_of_seen), seen)
    return replace(found, wrapper=replace(found.wrapper, pointed=True))


def list_candidates(
    document: Document, extra_forms: Collection[str] = ()
) -> list[tuple[str, Sequence[Shown]]]:
    """Return each list of articles on a page as (where it was found, its items), the likeliest
    first. `extra_forms`: forms of links, such as "li.post > h2 > a", that are read as lists even in
    menus and the like."""
    page_lists = read_lists(document, read_links(document), extra_forms)
    return declared.list_candidates(document, [each.items for each in page_lists])


def _make_entry(listed: Shown) -> Entry:
    """Return an item of a list as the entry of a feed. If the title ends with an ellipsis, it is
    cut off, and the entry gets no title: the article's page has the whole one."""
    item = listed.item
    is_cut_off = item.title.endswith(("…", "..."))
    return Entry(
        id=item.url,
        url=item.url,
        title="" if is_cut_off else item.title,
        published=item.published,
        image=item.image,
        listed=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PointedList:
    """A list that contains the element to which the operator pointed."""

    wrapper: Wrapper  # its traits, to follow it
    items: tuple[Item, ...]
    elements: tuple[int, ...]  # the numbers of the elements to highlight


def find_pointed_lists(
    html: bytes, url: str, number: int, headers: Mapping[str, str] | None = None
) -> tuple[PointedList, ...]:
    """Return the lists of articles in which the operator points at an element: at most three, each
    with an item that contains the element. The main lists of the page come first, then lists of the
    links with the same form (tags and classes) as the link nearest to the element.

    `html`, `headers`: the answer of the server for `url`; `number`: the index of the element among
    all elements and comments of the page. Return () if there is no such list or element, or if
    `html` is no HTML."""
    try:
        document = parse(html, url, headers)
    except NotAnArticle:
        return ()
    elements = list(document.tree.iter())
    if not 0 <= number < len(elements):
        return ()
    element = elements[number]
    is_comment = not isinstance(element.tag, str)
    if is_comment:
        return ()

    # read all lists, and that of the links nearest to the element
    element_and_ancestors = [element, *element.iterancestors()]
    links = read_links(document)
    nearest_forms = {link.form for link in _find_nearest_links(element_and_ancestors, links)}
    page_lists = read_lists(document, links, nearest_forms)
    candidates = declared.list_candidates(document, [each.items for each in page_lists])
    # the first candidates are lists that no link shows: nobody can point at them
    shown_candidates = candidates[len(candidates) - len(page_lists) :]

    # select those with the element
    pointed_ids = {id(each) for each in element_and_ancestors}
    number_of = {element: number for number, element in enumerate(elements)}
    pointed_lists: list[PointedList] = []
    for page_list, (origin, items) in zip(page_lists, shown_candidates, strict=True):
        if not _has_any_element(page_list, pointed_ids):
            continue
        highlighted: list[int] = []
        for item in items:
            parts = page_list.elements[item.key]
            highlighted += [number_of[part] for part in parts if part in number_of]
        pointed_lists.append(
            PointedList(
                wrapper=replace(wrappers.make_wrapper(items, origin), pointed=True),
                items=tuple(item.item for item in items),
                elements=tuple(highlighted),
            )
        )
    return tuple(pointed_lists[:OFFERED])


def _has_any_element(page_list: PageList, ids: Collection[int]) -> bool:
    """Return True if one of the elements that contain the items of a list is among those with the
    numbers `ids`, which Python's id() gives to elements."""
    parts = chain.from_iterable(page_list.elements[item.key] for item in page_list.items)
    return any(id(part) in ids for part in parts)


def _find_nearest_links(upwards: Sequence[Any], links: Sequence[Link]) -> list[Link]:
    """Return the links in the innermost of the elements `upwards` that is a link or contains some;
    [] if none of the first eight does. `upwards`: the element to which the operator points and
    those around it, the innermost first; `links`: all links of the page."""
    by_anchor = {link.anchor: link for link in links}
    for element in upwards[:_MOST_POINTED_ANCESTORS]:
        anchors = [element, *element.iter("a")]
        nearest = [by_anchor[anchor] for anchor in anchors if anchor in by_anchor]
        if nearest:
            return nearest
    return []


def read_list(
    html: bytes, url: str, headers: Mapping[str, str] | None, links: Sequence[str]
) -> ParsedFeed:
    """Return the links of a page that the operator has selected, as a feed. `html`, `headers`: the
    answer of the server for `url`; `links`: CSS selectors, perhaps with the attribute that has the
    address ("div@data-url"). Raises NotAFeed if they match no link to another page, and RulesError
    if they are no valid CSS."""
    document = parse(html, url, headers)
    page_alias = urls.alias(url)
    # absolute addresses by the address as written; None for an invalid one and for the page itself
    addresses: dict[str, str | None] = {}
    titles: dict[str, str] = {}  # by absolute address
    for reference, label in _select_links(document.tree, links):
        if reference not in addresses:
            if len(titles) == _MOST_LINKS:  # most of the time is spent on resolving addresses
                continue
            resolved = resolve_address(document.base_url, reference)
            is_other_page = resolved is not None and urls.alias(resolved) != page_alias
            addresses[reference] = resolved if is_other_page else None
        address = addresses[reference]
        if not address:
            continue
        # of several links to an article, the longest text is its title
        if address not in titles or len(label) > len(titles[address]):
            titles[address] = label
    if not titles:
        raise NotAFeed(
            FeedReason.NO_LINKS, f"rules.links: {', '.join(links)} matches no link of the page"
        )
    return ParsedFeed(
        format="list",
        title=_read_page_title(document),
        site_url=url,
        language=document.language or "",
        entries=tuple(
            Entry(id=address, url=address, title=title) for address, title in titles.items()
        ),
    )


def _select_links(tree: Any, selectors: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (address, text) for each element that one of the CSS `selectors` matches. The address,
    as written, is that of a link in the element or around it; or it is in the attribute that the
    selector names ("div@data-url"). Elements without address are left out."""
    for selector in selectors:
        _, attribute = page_rules.split_selector(selector)
        for element in page_rules.select_elements(tree, selector):
            if attribute:
                reference = element.get(attribute)
            else:
                anchors = chain(element.iter("a"), element.iterancestors("a"))
                hrefs = (anchor.get("href") for anchor in anchors)
                reference = next(filter(None, hrefs), None)
            if reference:
                yield reference, text.line(read_text(element, _LONGEST_LABEL))
