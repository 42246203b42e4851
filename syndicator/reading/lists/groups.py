"""Group the links of a page by form into possible lists of articles; rank these. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import Any

from syndicator.core import urls
from syndicator.core.requests import Item, Shown
from syndicator.reading.html.document import Document
from syndicator.reading.lists.items import Record, is_headline, read_items, read_records
from syndicator.reading.lists.links import Link
from syndicator.reading.lists.wrapper import SOLD, family, shape

# All numbers are choices, by 45 pages of the open corpus in folds of domains.
LEAST = 3
_COUNTED = 80  # items of a list; characters of a headline that count
# share of addresses with the shapes of the list; share of items with dates
_ALIKE = 0.8
_NEARLY_ALL = 0.9
_MAIN_SITE = 0.8
_FEW_SOLD = 0.25  # of the items
_HEADED = re.compile(r"h[1-6]\b")  # a form that begins with a heading
_COUNT = re.compile(r"^(\d{1,3})[.)]\s+")
_MORE = re.compile(
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

    shown: tuple[Shown, ...]
    elements: Mapping[str, tuple[Any, ...]]


def _rough(links: Sequence[Link]) -> float:
    lengths = {link.key: min(len(link.said), _COUNTED) for link in links}
    beside = sum(link.beside for link in links) / len(links)
    inline = sum(link.inline for link in links) / len(links)
    return (sum(lengths.values()) + 10 * len(lengths)) * (1 - 0.8 * beside) * (1 - 0.9 * inline)


def _group(
    document: Document, form: str, own: Sequence[Link], links: Sequence[Link]
) -> Group | None:
    records = tuple(read_records(own, links))
    items = tuple(shown.item for shown in read_items(document, records))
    if len(items) < LEAST:
        return None
    group = Group(form, tuple(own), records, items)
    return replace(group, score=score(group, document.url))


def score(group: Group, page: str) -> float:
    """Return how likely the group is the page's main list: length of headlines, weighted by traits
    of its items."""
    count = len(group.items)
    titles = Counter(item.title for item in group.items)
    good = [title for title in titles if is_headline(title)]
    letters = sum(min(len(title), _COUNTED) for title in good)
    firsts = [record.links[0] for record in group.records]
    shapes = Counter(shape(item.url) for item in group.items)
    alike = shapes.most_common(1)[0][1] / count
    related = Counter(family(item.url) for item in group.items).most_common(1)[0][1] / count
    own = sum(urls.same_publisher(item.url, page) for item in group.items) / count

    def share(values: Sequence[bool]) -> float:
        return sum(values) / count

    weight = (
        (0.4 + 0.6 * max(alike, related))
        * (0.5 + 0.5 * own)
        * (0.3 + 0.7 * len(good) / count)
        * (
            1
            + 0.5 * share([any(link.heading for link in record.links) for record in group.records])
        )
        * (1 + 0.6 * share([item.published is not None for item in group.items]))
        * (1 + 0.3 * share([bool(item.image) for item in group.items]))
        * (1 - 0.8 * share([link.beside for link in firsts]))
        * (1 - 0.9 * share([all(link.inline for link in record.links) for record in group.records]))
    )
    return letters * weight


def read_lists(
    document: Document, links: Sequence[Link], also: Collection[str] = ()
) -> list[Listed]:
    """Return `lists` with the elements of their items. `also`: forms to include wherever they are
    on the page."""
    by_keys: dict[frozenset[str], Listed] = {}
    for listed in _each_list(document, links, also):
        if len(listed.shown) >= LEAST:
            by_keys.setdefault(frozenset(item.key for item in listed.shown), listed)
    return list(by_keys.values())


def _each_list(
    document: Document, links: Sequence[Link], also: Collection[str]
) -> Iterator[Listed]:
    by_form: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        by_form[link.form].append(link)
    for link in links:  # in several forms together, each of few
        if "." in link.short and len(by_form[link.form]) < LEAST:
            by_form[f"... > {link.short}"].append(link)
    rough = {
        form: _rough(own)
        for form, own in by_form.items()
        if len({each.key for each in own}) >= LEAST
    }
    best = sorted(rough, key=lambda form: rough[form], reverse=True)[:12]
    best += [form for form in rough if form in also and form not in best]
    read = [group for form in best if (group := _group(document, form, by_form[form], links))]
    groups = sorted(read, key=lambda each: each.score, reverse=True)
    own = [group for group in groups if not _is_beside(group)]
    asked = [group for group in groups if group.form in also]
    yield from (merged(document, group, own, links) for group in own[:5])
    yield from (_listed(document, group.links, links) for group in asked)
    yield from (merged(document, group, own, links) for group in asked)


def _is_beside(group: Group) -> bool:
    return sum(record.links[0].beside for record in group.records) * 2 > len(group.records)


def merged(
    document: Document, best: Group, groups: Sequence[Group], links: Sequence[Link]
) -> Listed:
    """Return the items of `best`, and of other groups if they belong to the same list."""
    parts = (other.links for other in groups if other is not best and is_of(other, best))
    return _listed(
        document, [*best.links, *_alike(best, links), *chain.from_iterable(parts)], links
    )


def _listed(document: Document, own: Sequence[Link], links: Sequence[Link]) -> Listed:
    records = sorted(read_records(own, links), key=lambda item: item.place)
    forms = {link.key: link.form for link in reversed(own)}
    shown = tidy(read_items(document, records, forms))
    return Listed(tuple(shown), {record.key: record.elements for record in records})


def _alike(best: Group, links: Sequence[Link]) -> list[Link]:
    owns = {link.own for link in best.links}
    shorts = {link.short for link in best.links}
    taken = {link.key for link in best.links}
    sites = {urls.publisher(link.url) for link in best.links}
    shapes = {shape(item.url) for item in best.items}
    heading = sum(link.heading for link in best.links) * 2 > len(best.links)

    def is_alike(link: Link) -> bool:
        if "." in link.own and link.own in owns and (heading or link.short in shorts):
            return True
        if link.short not in shorts:
            return False
        return "." in link.short or (bool(_HEADED.match(link.short)) and shape(link.url) in shapes)

    return [
        link
        for link in links
        if link.key not in taken
        and not (link.beside or link.inline)
        and link.heading == heading
        and urls.publisher(link.url) in sites
        and is_headline(link.said)
        and is_alike(link)
    ]


def is_of(other: Group, best: Group) -> bool:
    """Return True if the group `other` is a part of the list `best`."""
    if sum(link.beside for link in other.links) * 2 > len(other.links):
        return False
    shapes = {shape(item.url) for item in best.items}
    alike = sum(shape(item.url) in shapes for item in other.items) / len(other.items)
    same = {link.short for link in best.links} & {link.short for link in other.links}
    return alike >= _ALIKE and bool(same) and other.links[0].heading == best.links[0].heading


def _own(shown: Sequence[Shown]) -> list[Shown]:
    if not shown:
        return []
    sites = Counter(urls.publisher(item.item.url) for item in shown)
    site, count = sites.most_common(1)[0]
    if count >= _MAIN_SITE * len(shown):
        shown = [item for item in shown if urls.publisher(item.item.url) == site]
    sold = [item for item in shown if SOLD.search(item.item.url)]
    return (
        [item for item in shown if item not in sold]
        if len(sold) <= _FEW_SOLD * len(shown)
        else [*shown]
    )


def tidy(shown: Sequence[Shown]) -> list[Shown]:
    """Return `shown` without links such as "more", undated items (if nearly all have dates),
    numbers before titles."""
    dated = sum(item.item.published is not None for item in shown)
    if dated >= _NEARLY_ALL * len(shown):
        shown = [item for item in shown if item.item.published is not None]
    left = [item for item in _own(shown) if item.item.title and not _MORE.match(item.item.title)]
    counted = [int(match[1]) for item in left if (match := _COUNT.match(item.item.title))]
    if len(counted) < LEAST or any(
        after != 1 and after <= before for before, after in pairwise(counted)
    ):
        return left
    return [
        replace(item, item=replace(item.item, title=_COUNT.sub("", item.item.title)))
        for item in left
    ]
