"""Group the links of a page by form into possible lists of articles; rank these. Pure.

The form of a link is its tag and class and those of the elements around it, such as "li.post >
a"."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from syndicator.core import urls
from syndicator.core.requests import Item, Shown
from syndicator.reading.html.document import Document
from syndicator.reading.lists.items import Record, is_headline, read_items, read_records
from syndicator.reading.lists.links import Link
from syndicator.reading.lists.wrapper import PAID_PATH, find_family, find_shape

# All numbers are choices, tested on 45 real pages.
LEAST_ITEMS = 3  # items of a list
_COUNTED_LETTERS = 80  # characters of a headline that count
_ITEM_LETTERS = 10  # characters by which each item counts more than its headline
_MOST_READ = 12  # groups whose items are read
_MOST_LISTS = 5  # lists of a page
_SAME_SHAPES = 0.8  # share of a group's addresses that have shapes of the list it is a part of
_NEARLY_ALL = 0.9  # share of items with dates from which undated items are removed
_MAIN_SITE = 0.8  # share of items on one site from which items of other sites are removed
_FEW_PAID = 0.25  # share of items that are advertisements up to which they are removed
_HEADING_FORM = re.compile(r"h[1-6]\b")  # a form that begins with a heading
_NUMBER_PREFIX = re.compile(r"^(\d{1,3})[.)]\s+")
# titles of links that lead to more of the list
_MORE_LINK = re.compile(
    r"^\W{0,3}((see|view|show|read|load|browse|voir|ver)\s+)?(more|all|older|earlier|previous|next|weitere|mehr|alle|ältere|"
    r"frühere|plus|toute?s|tous|anciens?|m[aá]s|mais|todos?|todas?|もっと見る|もっと|一覧|次へ|前へ|المزيد|更多|查看更多)"
    r"(\s+(de\s+)?(articles?|posts?|news|stories|entries|artikel|beiträge|meldungen|nachrichten|actualités|art[ií]culos|"
    r"artigos|notícias|noticias))?\s{0,2}(\W{0,4}|\.\.\.)$",
    re.I,
)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The links of a page that have the same form, and the items read from them."""

    form: str
    links: tuple[Link, ...]
    records: tuple[Record, ...]  # for each item its links and elements
    items: tuple[Item, ...]
    score: float = 0.0  # see score_group


@dataclass(frozen=True, slots=True, eq=False)
class PageList:
    """A list of articles that links on a page show."""

    items: tuple[Shown, ...]
    elements: Mapping[str, tuple[Any, ...]]  # key of an item -> the elements that contain it


def _estimate_score(links: Sequence[Link]) -> float:
    """Return a quick estimate of how likely a group of links is the main list of the page; higher
    is likelier. It is the number of letters of the links, with 10 added for each article to which
    they lead. It is reduced by up to 80 % for links in menus, and by up to 90 % for links in
    running text."""
    # several links to one article (one key) count once
    letters_by_key = {link.key: min(len(link.text), _COUNTED_LETTERS) for link in links}
    letters = sum(letters_by_key.values()) + _ITEM_LETTERS * len(letters_by_key)
    aside_share = sum(link.is_aside for link in links) / len(links)
    inline_share = sum(link.is_inline for link in links) / len(links)
    return letters * (1 - 0.8 * aside_share) * (1 - 0.9 * inline_share)


def _read_group(
    document: Document, form: str, form_links: Sequence[Link], links: Sequence[Link]
) -> Group | None:
    """Return a group of links with the articles to which they lead. Return None if these are fewer
    than three. `form_links`: the links of the group, which all have the form `form`, such as
    "li.post > h2 > a"; `links`: all links of the page."""
    # a record has the links and elements of one item
    records = tuple(read_records(form_links, links))
    items = tuple(item.item for item in read_items(document, records))
    if len(items) < LEAST_ITEMS:
        return None
    group = Group(form, tuple(form_links), records, items)
    return replace(group, score=score_group(group, document.url))


def score_group(group: Group, page: str) -> float:
    """Return how likely a group of links is the main list of a page; a higher number is likelier.
    It is the number of letters of its headlines, multiplied by a factor for each trait of its
    items. The factors are choices. `page`: the address of the page."""
    count = len(group.items)
    distinct_titles = {item.title for item in group.items}
    headlines = [title for title in distinct_titles if is_headline(title)]
    headline_letters = sum(min(len(title), _COUNTED_LETTERS) for title in headlines)

    # count the items that have each trait; alike: their addresses have the same shape or family,
    # such as "site.example/news/{title}" or "site.example/news/"
    shape_counts = Counter(find_shape(item.url) for item in group.items)
    family_counts = Counter(find_family(item.url) for item in group.items)
    alike = max(*shape_counts.values(), *family_counts.values())
    on_site = sum(urls.same_publisher(item.url, page) for item in group.items)
    dated = sum(item.published is not None for item in group.items)
    with_image = sum(bool(item.image) for item in group.items)
    with_heading = 0
    inline = 0
    aside = 0
    for record in group.records:
        with_heading += any(link.is_heading for link in record.links)
        inline += all(link.is_inline for link in record.links)
        aside += record.links[0].is_aside

    # each factor is near 1 or above for the items of a main list, and small for those of a menu
    weight = (
        (0.4 + 0.6 * (alike / count))
        * (0.5 + 0.5 * (on_site / count))
        * (0.3 + 0.7 * len(headlines) / count)
        * (1 + 0.5 * (with_heading / count))
        * (1 + 0.6 * (dated / count))
        * (1 + 0.3 * (with_image / count))
        * (1 - 0.8 * (aside / count))
        * (1 - 0.9 * (inline / count))
    )
    return headline_letters * weight


def read_lists(
    document: Document, links: Sequence[Link], extra_forms: Collection[str] = ()
) -> list[PageList]:
    """Return the lists of articles that the links of a page show, the likeliest first. Of several
    lists with the same items, only the first is returned. `links`: all links of the page;
    `extra_forms`: forms of links, such as "li.post > h2 > a", that are read as lists even in a
    menu."""
    by_keys: dict[frozenset[str], PageList] = {}
    for page_list in _list_candidates(document, links, extra_forms):
        if len(page_list.items) >= LEAST_ITEMS:
            keys = frozenset(item.key for item in page_list.items)
            by_keys.setdefault(keys, page_list)
    return list(by_keys.values())


def _list_candidates(
    document: Document, links: Sequence[Link], extra_forms: Collection[str]
) -> Iterator[PageList]:
    """Yield possible lists of a page, the likeliest first. A group has the links of the same form,
    such as "li.post > h2 > a". First come the five best groups, each merged with other groups and
    links that belong to the same list. Then come the groups with one of `extra_forms`, each as it
    is; at last these groups merged. `links`: all links of the page."""
    # read the items of the groups that seem best, and of those with extra forms
    by_form = _group_by_form(links)
    estimates: dict[str, float] = {}  # the estimated score of each form
    for form, form_links in by_form.items():
        item_keys = {link.key for link in form_links}
        if len(item_keys) >= LEAST_ITEMS:
            estimates[form] = _estimate_score(form_links)
    best_first = sorted(estimates, key=lambda form: estimates[form], reverse=True)
    forms_to_read = best_first[:_MOST_READ]
    forms_to_read += [
        form for form in estimates if form in extra_forms and form not in forms_to_read
    ]
    groups: list[Group] = []
    for form in forms_to_read:
        group = _read_group(document, form, by_form[form], links)
        if group:
            groups.append(group)

    groups.sort(key=lambda group: group.score, reverse=True)
    main_groups = [group for group in groups if not _is_aside(group)]
    extra_groups = [group for group in groups if group.form in extra_forms]
    for group in main_groups[:_MOST_LISTS]:
        yield merge_groups(document, group, main_groups, links)
    for group in extra_groups:
        yield _read_list(document, group.links, links)
    for group in extra_groups:
        yield merge_groups(document, group, main_groups, links)


def _group_by_form(links: Sequence[Link]) -> dict[str, list[Link]]:
    """Return the links of a page by their form, such as "li.post > h2.title > a". If fewer than
    three links have a form, they are also under a shorter one, of the link and the element around
    it: "... > h2.title > a"."""
    by_form: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        by_form[link.form].append(link)
    for link in links:
        if "." in link.short_form and len(by_form[link.form]) < LEAST_ITEMS:
            by_form[f"... > {link.short_form}"].append(link)
    return by_form


def _is_aside(group: Group) -> bool:
    """Return True if most items of a group are in menus, sidebars or footers."""
    return sum(record.links[0].is_aside for record in group.records) * 2 > len(group.records)


def merge_groups(
    document: Document, best: Group, groups: Sequence[Group], links: Sequence[Link]
) -> PageList:
    """Return the list to which the links of the group `best` belong. Other links of the page, and
    the links of other `groups`, are added if they seem to be in the same list. `links`: all links
    of the page."""
    merged = [*best.links, *_find_similar_links(best, links)]
    for other in groups:
        if other is not best and is_part_of(other, best):
            merged += other.links
    return _read_list(document, merged, links)


def _read_list(document: Document, item_links: Sequence[Link], links: Sequence[Link]) -> PageList:
    """Return the list of the articles to which `item_links` lead, in the order of the page. Items
    that do not belong to a list, such as advertisements, are left out. `links`: all links of the
    page."""
    # a record has the links and elements of one item
    records = sorted(read_records(item_links, links), key=lambda record: record.index)
    forms = {link.key: link.form for link in reversed(item_links)}  # the first link of an item wins
    items = tidy_list(read_items(document, records, forms))
    return PageList(tuple(items), {record.key: record.elements for record in records})


def _find_similar_links(best: Group, links: Sequence[Link]) -> list[Link]:
    """Return further links that probably belong to the same list as those of the group `best`. They
    have texts like headlines, stand in similar tags and classes, and lead to the same sites. If
    most links of `best` are in headings, so are these, else they are not. Links in menus and in
    running text are left out. `links`: all links of the page."""
    link_forms = {link.link_form for link in best.links}
    short_forms = {link.short_form for link in best.links}
    best_keys = {link.key for link in best.links}
    sites = {urls.publisher(link.url) for link in best.links}
    shapes = {find_shape(item.url) for item in best.items}
    are_headings = sum(link.is_heading for link in best.links) * 2 > len(best.links)

    def has_similar_form(link: Link) -> bool:
        # a form without a class ("." in it) is too common: it only counts in headings
        has_same_link_form = "." in link.link_form and link.link_form in link_forms
        has_same_short_form = link.short_form in short_forms
        if has_same_link_form and (are_headings or has_same_short_form):
            return True
        if not has_same_short_form:
            return False
        if "." in link.short_form:
            return True
        return bool(_HEADING_FORM.match(link.short_form)) and find_shape(link.url) in shapes

    similar: list[Link] = []
    for link in links:
        if link.key in best_keys or link.is_aside or link.is_inline:
            continue
        if link.is_heading != are_headings or urls.publisher(link.url) not in sites:
            continue
        if is_headline(link.text) and has_similar_form(link):
            similar.append(link)
    return similar


def is_part_of(other: Group, best: Group) -> bool:
    """Return True if the group of links `other` belongs to the same list as the group `best`: both
    are in headings, or both are not; one link of each has the same short form, such as "h2 > a";
    and 80 % of the addresses of `other` have the shape of an address of `best`, such as
    "site.example/news/{title}". A group with most of its links in menus belongs to no list."""
    is_in_menu = sum(link.is_aside for link in other.links) * 2 > len(other.links)
    if is_in_menu:
        return False
    if other.links[0].is_heading != best.links[0].is_heading:
        return False
    best_forms = {link.short_form for link in best.links}
    if best_forms.isdisjoint(link.short_form for link in other.links):
        return False
    shapes = {find_shape(item.url) for item in best.items}
    same_shape_count = sum(find_shape(item.url) in shapes for item in other.items)
    return same_shape_count / len(other.items) >= _SAME_SHAPES


def _keep_main_site(items: Sequence[Shown]) -> list[Shown]:
    """Return the items of a list without advertisements and without items of other sites than most.
    Items of other sites stay if less than 80 % of the items are of one site. Advertisements stay if
    they are more than 25 %, as the list may be about offers."""
    if not items:
        return []
    site_counts = Counter(urls.publisher(item.item.url) for item in items)
    main_site, main_count = site_counts.most_common(1)[0]
    of_site = list(items)
    if main_count >= _MAIN_SITE * len(items):
        of_site = [item for item in items if urls.publisher(item.item.url) == main_site]
    unpaid = [item for item in of_site if not PAID_PATH.search(item.item.url)]
    paid_count = len(of_site) - len(unpaid)
    if paid_count > _FEW_PAID * len(of_site):
        return of_site
    return unpaid


def tidy_list(items: Sequence[Shown]) -> list[Shown]:
    """Return the items of a list without those that do not belong to it: links such as "more",
    items without title, items of other sites, advertisements, and, if 90 % of the items have a
    date, items without date. If the titles are numbered ("1. ", "2. "), the numbers are removed."""
    # leave out undated items, and links such as "more"
    dated = [shown for shown in items if shown.item.published is not None]
    are_nearly_all_dated = len(dated) >= _NEARLY_ALL * len(items)
    tidied: list[Shown] = []
    for shown in _keep_main_site(dated if are_nearly_all_dated else items):
        title = shown.item.title
        if title and not _MORE_LINK.match(title):
            tidied.append(shown)

    # remove the numbers before titles
    prefixes = [_NUMBER_PREFIX.match(shown.item.title) for shown in tidied]
    numbers = [int(prefix[1]) for prefix in prefixes if prefix]
    if len(numbers) < LEAST_ITEMS or not _count_upwards(numbers):
        return tidied
    without_numbers: list[Shown] = []
    for shown in tidied:
        title = _NUMBER_PREFIX.sub("", shown.item.title)
        without_numbers.append(replace(shown, item=replace(shown.item, title=title)))
    return without_numbers


def _count_upwards(numbers: Sequence[int]) -> bool:
    """Return True if each number is larger than the one before it. A 1 may follow any number, since
    a new count begins there."""
    return all(after == 1 or after > before for before, after in pairwise(numbers))
