"""Group the links of a page by form into possible lists of articles; rank these. Pure."""

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
from syndicator.reading.lists.wrapper import SOLD, find_family, find_shape

# All numbers are choices, by 45 pages of the open corpus in folds of domains.
LEAST = 3  # items of a list
_COUNTED_LETTERS = 80  # characters of a headline that count
_ITEM_LETTERS = 10  # what an item counts beside its characters
_MOST_READ = 12  # groups whose items are read
_MOST_LISTS = 5  # of a page
# share of addresses with the shapes of the list; share of items with dates
_SAME_SHAPES = 0.8
_NEARLY_ALL = 0.9
_MAIN_SITE = 0.8
_FEW_SOLD = 0.25  # of the items
_HEADING_FORM = re.compile(r"h[1-6]\b")  # a form that begins with a heading
_NUMBER_PREFIX = re.compile(r"^(\d{1,3})[.)]\s+")
_MORE_LINK = re.compile(
    r"^\W{0,3}((see|view|show|read|load|browse|voir|ver)\s+)?(more|all|older|earlier|previous|next|weitere|mehr|alle|ältere|"
    r"frühere|plus|toute?s|tous|anciens?|m[aá]s|mais|todos?|todas?|もっと見る|もっと|一覧|次へ|前へ|المزيد|更多|查看更多)"
    r"(\s+(de\s+)?(articles?|posts?|news|stories|entries|artikel|beiträge|meldungen|nachrichten|actualités|art[ií]culos|"
    r"artigos|notícias|noticias))?\s{0,2}(\W{0,4}|\.\.\.)$",
    re.I,
)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Links of the same form and the items read from them."""

    form: str
    links: tuple[Link, ...]
    records: tuple[Record, ...]
    items: tuple[Item, ...]
    score: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """A list: its items, and by key of an item the elements that contain it."""

    items: tuple[Shown, ...]
    elements: Mapping[str, tuple[Any, ...]]


def _estimate_score(links: Sequence[Link]) -> float:
    """Estimate the score of a group before its items are read: letters of its links, less for
    asides and running text."""
    letters_by_key = {link.key: min(len(link.text), _COUNTED_LETTERS) for link in links}
    letters = sum(letters_by_key.values()) + _ITEM_LETTERS * len(letters_by_key)
    aside_share = sum(link.is_aside for link in links) / len(links)
    inline_share = sum(link.is_inline for link in links) / len(links)
    return letters * (1 - 0.8 * aside_share) * (1 - 0.9 * inline_share)


def _read_group(
    document: Document, form: str, form_links: Sequence[Link], links: Sequence[Link]
) -> Group | None:
    """Read the items of the links of one form; None if they are too few. `links`: all of the
    page."""
    records = tuple(read_records(form_links, links))
    items = tuple(item.item for item in read_items(document, records))
    if len(items) < LEAST:
        return None
    group = Group(form, tuple(form_links), records, items)
    return replace(group, score=score(group, document.url))


def score(group: Group, page: str) -> float:
    """Return how likely the group is the main list of the page at address `page`: length of
    headlines, weighted by traits of its items."""
    count = len(group.items)
    headlines = [title for title in {item.title for item in group.items} if is_headline(title)]
    letters = sum(min(len(title), _COUNTED_LETTERS) for title in headlines)
    first_links = [record.links[0] for record in group.records]
    shapes = Counter(find_shape(item.url) for item in group.items)
    families = Counter(find_family(item.url) for item in group.items)
    alike = max(shapes.most_common(1)[0][1], families.most_common(1)[0][1]) / count
    on_site = sum(urls.same_publisher(item.url, page) for item in group.items) / count
    with_heading = 0
    inline = 0
    for record in group.records:
        with_heading += any(link.is_heading for link in record.links)
        inline += all(link.is_inline for link in record.links)
    dated = sum(item.published is not None for item in group.items)
    with_image = sum(bool(item.image) for item in group.items)
    aside = sum(link.is_aside for link in first_links)
    weight = (
        (0.4 + 0.6 * alike)
        * (0.5 + 0.5 * on_site)
        * (0.3 + 0.7 * len(headlines) / count)
        * (1 + 0.5 * (with_heading / count))
        * (1 + 0.6 * (dated / count))
        * (1 + 0.3 * (with_image / count))
        * (1 - 0.8 * (aside / count))
        * (1 - 0.9 * (inline / count))
    )
    return letters * weight


def read_lists(
    document: Document, links: Sequence[Link], also: Collection[str] = ()
) -> list[Listed]:
    """Return the lists of a page, likeliest first, without those of the same items. `also`: forms
    to include wherever they are on the page."""
    by_keys: dict[frozenset[str], Listed] = {}
    for listed in _list_candidates(document, links, also):
        if len(listed.items) >= LEAST:
            by_keys.setdefault(frozenset(item.key for item in listed.items), listed)
    return list(by_keys.values())


def _list_candidates(
    document: Document, links: Sequence[Link], also: Collection[str]
) -> Iterator[Listed]:
    """Yield the best groups, merged with their parts, then the groups of the forms `also`, alone
    and merged."""
    by_form = _group_by_form(links)
    estimates: dict[str, float] = {}
    for form, form_links in by_form.items():
        if len({link.key for link in form_links}) >= LEAST:
            estimates[form] = _estimate_score(form_links)
    best_forms = sorted(estimates, key=lambda form: estimates[form], reverse=True)[:_MOST_READ]
    best_forms += [form for form in estimates if form in also and form not in best_forms]
    groups: list[Group] = []
    for form in best_forms:
        group = _read_group(document, form, by_form[form], links)
        if group:
            groups.append(group)
    groups.sort(key=lambda group: group.score, reverse=True)
    main_groups = [group for group in groups if not _is_aside(group)]
    also_groups = [group for group in groups if group.form in also]
    for group in main_groups[:_MOST_LISTS]:
        yield merge_groups(document, group, main_groups, links)
    for group in also_groups:
        yield _read_list(document, group.links, links)
    for group in also_groups:
        yield merge_groups(document, group, main_groups, links)


def _group_by_form(links: Sequence[Link]) -> dict[str, list[Link]]:
    """Group the links by form; those of rare forms also by their short form, as "... > form"."""
    by_form: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        by_form[link.form].append(link)
    for link in links:
        if "." in link.short_form and len(by_form[link.form]) < LEAST:
            by_form[f"... > {link.short_form}"].append(link)
    return by_form


def _is_aside(group: Group) -> bool:
    """Return True if most items stand in menus, sidebars or footers."""
    return sum(record.links[0].is_aside for record in group.records) * 2 > len(group.records)


def merge_groups(
    document: Document, best: Group, groups: Sequence[Group], links: Sequence[Link]
) -> Listed:
    """Return the items of `best`, and of other groups and links if they belong to the same list."""
    merged = [*best.links, *_find_similar_links(best, links)]
    for other in groups:
        if other is not best and is_part_of(other, best):
            merged += other.links
    return _read_list(document, merged, links)


def _read_list(document: Document, chosen: Sequence[Link], links: Sequence[Link]) -> Listed:
    records = sorted(read_records(chosen, links), key=lambda record: record.index)
    forms = {link.key: link.form for link in reversed(chosen)}
    items = tidy_list(read_items(document, records, forms))
    return Listed(tuple(items), {record.key: record.elements for record in records})


def _find_similar_links(best: Group, links: Sequence[Link]) -> list[Link]:
    """Return further links with headlines that look like those of `best` and lead to its sites."""
    own_forms = {link.own_form for link in best.links}
    short_forms = {link.short_form for link in best.links}
    best_keys = {link.key for link in best.links}
    sites = {urls.publisher(link.url) for link in best.links}
    shapes = {find_shape(item.url) for item in best.items}
    are_headings = sum(link.is_heading for link in best.links) * 2 > len(best.links)

    def has_similar_form(link: Link) -> bool:
        has_same_own_form = "." in link.own_form and link.own_form in own_forms
        has_same_short_form = link.short_form in short_forms
        if has_same_own_form and (are_headings or has_same_short_form):
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
    """Return True if the group `other` is a part of the list `best`."""
    if sum(link.is_aside for link in other.links) * 2 > len(other.links):
        return False
    if other.links[0].is_heading != best.links[0].is_heading:
        return False
    best_forms = {link.short_form for link in best.links}
    if best_forms.isdisjoint(link.short_form for link in other.links):
        return False
    shapes = {find_shape(item.url) for item in best.items}
    same_shapes = sum(find_shape(item.url) in shapes for item in other.items) / len(other.items)
    return same_shapes >= _SAME_SHAPES


def _keep_main_site(items: Sequence[Shown]) -> list[Shown]:
    """Remove items of other sites if most are of one site, and advertisements if they are few."""
    if not items:
        return []
    sites = Counter(urls.publisher(item.item.url) for item in items)
    site, count = sites.most_common(1)[0]
    if count >= _MAIN_SITE * len(items):
        items = [item for item in items if urls.publisher(item.item.url) == site]
    not_sold = [item for item in items if not SOLD.search(item.item.url)]
    sold_count = len(items) - len(not_sold)
    return not_sold if sold_count <= _FEW_SOLD * len(items) else [*items]


def tidy_list(items: Sequence[Shown]) -> list[Shown]:
    """Return `items` without links such as "more", undated items (if nearly all have dates),
    numbers before titles."""
    dated = [item for item in items if item.item.published is not None]
    if len(dated) >= _NEARLY_ALL * len(items):
        items = dated
    tidied = [
        item
        for item in _keep_main_site(items)
        if item.item.title and not _MORE_LINK.match(item.item.title)
    ]
    matches = [_NUMBER_PREFIX.match(item.item.title) for item in tidied]
    numbers = [int(match[1]) for match in matches if match]
    if len(numbers) < LEAST or not _count_upwards(numbers):
        return tidied
    return [
        replace(item, item=replace(item.item, title=_NUMBER_PREFIX.sub("", item.item.title)))
        for item in tidied
    ]


def _count_upwards(numbers: Sequence[int]) -> bool:
    """Return True if each number is larger than the one before, or begins again with 1."""
    return all(after == 1 or after > before for before, after in pairwise(numbers))
