"""Remember the traits of a learnt list of articles; recognise that list on later visits. Pure.

The traits of an item are its form and its path (the elements around its link, with and without
classes), the shape of its address, and its layout (the order of title, date and picture)."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from urllib.parse import parse_qsl, urlsplit

from syndicator.core import urls
from syndicator.core.requests import REMEMBERED, Seen, Shown, Wrapper

_NUMBER = re.compile(r"^\d+$")
_YEAR = re.compile(r"^(19|20)\d\d$")
# a hexadecimal code or a UUID
_HASH = re.compile(r"^[0-9a-f]{8,}$|^[0-9a-f]{8}-[0-9a-f-]{20,}$", re.I)
# addresses of advertisements and shops
PAID_PATH = re.compile(
    r"[/.](sponsor\w*|partners?|promo\w*|ads?|advert\w*|anzeigen?|campaigns?|kampagnen?|landing|offers?|deals?|shop|store)"
    r"([/.?]|$)",
    re.I,
)
_LONGEST_ENDING = 5  # letters of an ending such as .html
_MOST_NAME_WORDS = 2  # a segment with more words is a title, not the name of a section
_WORD = re.compile(r"[^\W\d]+")
# All numbers are choices.
_MOST_VALUES = 12  # remembered values of each trait
_LEAST_KNOWN = 3  # known items that prove that a list is the learnt one; of a short list, half
_HALF = 0.5
_NEARLY_ALL = 0.9
_UNIQUE_LENGTH = 12  # characters of a title that no other article has
_MANY_SHAPES = 4  # shapes of a list with items from all parts of a site
_NO_WORD = re.compile(r"[\W_]+")
# a title is similar to those of the list if its length is between these multiples of the median
_MOST_LENGTH = 3.0
_LEAST_LENGTH = 0.25


@dataclass(frozen=True, slots=True)
class FoundList:
    """The items of a list, and its traits to remember."""

    items: Sequence[Shown]
    wrapper: Wrapper


def find_shape(url: str) -> str:
    """Return the shape of an address: its host, the kinds of its path segments, and the names of
    its parameters. "https://www.site.example/news/2026/a-long-title?x=1" gives
    "site.example/news/{year}/{title}?x"."""
    parts = urlsplit(url)
    host = parts.netloc.removeprefix("www.").lower()
    segments = [segment for segment in parts.path.split("/") if segment]
    kinds = [_classify_segment(segment, is_last=False) for segment in segments[:-1]]
    if segments:
        kinds.append(_classify_segment(segments[-1], is_last=True))
    host_and_path = "/".join([host, *kinds])
    parameters = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    if not parameters:
        return host_and_path
    return f"{host_and_path}?{'&'.join(parameters)}"


def _classify_segment(segment: str, *, is_last: bool) -> str:
    """Return the kind of a segment of a path: {year}, {number}, {code} or {title} if it changes
    from article to article, else the segment itself in lower case, as the name of a section. An
    ending such as ".html" is kept. `is_last`: it is the last segment, which is never the name of a
    section."""
    name = segment
    ending = ""
    before_dot, dot, after_dot = segment.rpartition(".")
    if dot and after_dot.isalpha() and len(after_dot) <= _LONGEST_ENDING:
        name = before_dot
        ending = f".{after_dot.lower()}"
    if _YEAR.match(name):
        return "{year}" + ending
    if _NUMBER.match(name):
        return "{number}" + ending
    if _HASH.match(name) and any(char.isdigit() for char in name):
        return "{code}" + ending
    if is_last or len(_WORD.findall(name)) > _MOST_NAME_WORDS:
        return "{title}" + ending
    return name.lower() + ending


def find_family(url: str) -> str:
    """Return the part of a site to which an address belongs: its host, and the first segment of its
    path if this has several. "https://site.example/news/2026/a-title" gives
    "site.example/news/"."""
    shape_without_query, _, _ = find_shape(url).partition("?")
    host, _, path = shape_without_query.partition("/")
    first_segment, slash, _ = path.partition("/")
    return f"{host}/{first_segment}/" if slash else f"{host}/"


class Unsure(Exception):
    """Raised if none of the page's lists is surely the learnt one; the message says why."""


def make_wrapper(items: Sequence[Shown], origin: str, seen: Iterable[Seen] = ()) -> Wrapper:
    """Return the traits of a list, by which later visits recognise it: the most common forms of its
    links, shapes of its addresses and the like. `items`: its present items; `origin`: where the
    list was found, such as "json-ld"; `seen`: items that it had on earlier visits, which are
    remembered, too."""
    dated_count = sum(item.item.published is not None for item in items)
    dated_percent = 0
    title_length = 0
    if items:
        dated_percent = round(100 * dated_count / len(items))
        title_length = round(median(len(item.item.title) for item in items))
    has_enough_dates = dated_count > _LEAST_KNOWN
    return Wrapper(
        by=origin,
        forms=_list_most_common(item.form for item in items),
        paths=_list_most_common(item.path for item in items),
        shapes=_list_most_common(item.shape for item in items),
        layouts=_list_most_common(item.layout for item in items),
        dated=dated_percent,
        title_length=title_length,
        newest_first=has_enough_dates and _is_newest_first(items, _NEARLY_ALL),
        seen=merge_seen(items, seen),
    )


def _list_most_common(values: Iterable[str]) -> tuple[str, ...]:
    """Return at most 12 different values, the most frequent first."""
    return tuple(value for value, _ in Counter(values).most_common(_MOST_VALUES))


def merge_seen(items: Iterable[Shown], seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """Return the items of a list to remember, at most REMEMBERED: its present `items`, then the
    items `seen` on earlier visits. Of two items with the same address only the first is kept, so
    that a present title replaces an earlier one."""
    # by address, in the form that is equal for all spellings
    by_key = {item.key: Seen(url=item.item.url, title=item.item.title) for item in items}
    seen_by_key = {urls.alias(item.url): item for item in seen}
    for key, seen_item in seen_by_key.items():
        by_key.setdefault(key, seen_item)
    return tuple(by_key.values())[:REMEMBERED]


def learn_list(lists: Sequence[tuple[str, Sequence[Shown]]], seen: Sequence[Seen]) -> FoundList:
    """Return the list of a page to follow, with its traits: the list with most of the articles in
    `seen`, or the first if none has any. `lists`: each list of the page as (where it was found, its
    items), the likeliest first; `seen`: articles that are known already. Raises Unsure if `lists`
    is empty."""
    if not lists:
        raise Unsure("no three links of the page are alike")
    known = KnownItems(seen)
    origin, items = max(lists, key=lambda candidate: known.count_matches(candidate[1]))
    return FoundList(items, make_wrapper(items, origin, seen))


def find_again(lists: Sequence[tuple[str, Sequence[Shown]]], wrapper: Wrapper) -> FoundList:
    """Return the list of the page that is the same as on the last visit: its items, without links
    that look unlike them, and its traits to remember from now on, with a note of changes.

    `lists`: each list of the page as (where it was found, its items); `wrapper`: the traits of the
    list on the last visit. Raises Unsure if `lists` is empty or no list is surely the same."""
    if not lists:
        raise Unsure("no three links of the page are alike; its items were there before")
    seen_items = KnownItems(wrapper.seen)

    def rate_list(candidate: tuple[str, Sequence[Shown]]) -> tuple[int, float]:
        """Return how many items of a list are known, then how much it looks like the old list."""
        _, candidate_items = candidate
        known_count = seen_items.count_matches(candidate_items)
        return known_count, _measure_likeness(candidate_items, wrapper)

    origin, items = max(lists, key=rate_list)

    # check that it is the same list
    known = KnownItems(wrapper.seen, items)
    known_count = known.count_matches(items)  # items of earlier visits
    enough_known = min(_LEAST_KNOWN, max(1, len(items) // 2))
    if known_count < enough_known:
        _check_looks(items, wrapper)

    # leave out links that look unlike the items, such as advertisements
    partition = _separate_strangers(items, wrapper, known)
    similar = partition.similar
    has_new_items = not all(map(known.knows_item, similar))
    if wrapper.newest_first and has_new_items and not _is_newest_first(similar, _HALF):
        raise Unsure("the newest items no longer stand first")

    # a site may have moved: known articles keep the addresses by which they are known
    restored = known.restore_addresses(similar)
    current = make_wrapper(restored, origin, wrapper.seen)
    notes: list[str] = []
    has_new_layout = not any(item.form in wrapper.forms for item in items)
    if has_new_layout and known_count:
        notes.append(f"its layout changed; the list was found again by {known_count} known items")
    if partition.strangers:
        example = partition.strangers[0].item.url
        notes.append(
            f"{len(partition.strangers)} links among its items look unlike them and are left out,"
            f" such as {example}"
        )
    return FoundList(restored, replace(_add_old_values(current, wrapper), note="; ".join(notes)))


def _measure_likeness(items: Sequence[Shown], wrapper: Wrapper) -> float:
    """Return how much a list looks like the remembered one, from 0 (unlike) to 4 (alike): the mean
    number of traits that an item shares with it. The traits are the form and the path of its link,
    the shape of its address, and its layout. `wrapper`: the remembered traits."""
    shared_traits = 0
    for item in items:
        shared_traits += item.form in wrapper.forms
        shared_traits += item.path in wrapper.paths
        shared_traits += item.shape in wrapper.shapes
        shared_traits += item.layout in wrapper.layouts
    return shared_traits / len(items)


def _check_looks(items: Sequence[Shown], wrapper: Wrapper) -> None:
    """Raise Unsure unless a list, in which nearly all items are new, looks like the remembered one:
    at least 90 % of the items have addresses of remembered shapes; and at least 90 % have links of
    remembered forms, or at least 90 % have remembered paths and layouts. `wrapper`: the remembered
    traits."""
    count = len(items)
    same_shape_share = sum(item.shape in wrapper.shapes for item in items) / count
    same_form_share = sum(item.form in wrapper.forms for item in items) / count
    same_layout_count = 0
    for item in items:
        if item.path in wrapper.paths and item.layout in wrapper.layouts:
            same_layout_count += 1
    same_layout_share = same_layout_count / count
    have_same_shapes = same_shape_share >= _NEARLY_ALL
    have_same_markup = max(same_form_share, same_layout_share) >= _NEARLY_ALL
    if not have_same_shapes or not have_same_markup:
        raise Unsure(
            "none of the items that were there before is, and what is listed looks unlike them"
        )


@dataclass(frozen=True, slots=True)
class _Partition:
    """The items of a list in two groups. `similar`: those that are known or look like the
    remembered list; `strangers`: all others, such as advertisements."""

    similar: list[Shown]
    strangers: list[Shown]


def _separate_strangers(
    items: Sequence[Shown], wrapper: Wrapper, known: "KnownItems"
) -> _Partition:
    """Return `items` in two parts: those that look like the remembered list, and strangers, such as
    advertisements, that do not. `wrapper`: the remembered traits; `known`: the items of earlier
    visits, which are never strangers. Raises Unsure if more than half of `items` are strangers."""
    # the forms of links and shapes of addresses that items of the list have
    forms = {*wrapper.forms} | _list_proven_values(items, known, lambda item: item.form)
    shapes = {*wrapper.shapes} | _list_proven_values(items, known, lambda item: item.shape)
    similar: list[Shown] = []
    strangers: list[Shown] = []
    for item in items:
        if known.knows_item(item) or _is_similar(item, wrapper, forms, shapes):
            similar.append(item)
        else:
            strangers.append(item)
    if len(strangers) > len(similar):
        raise Unsure(
            f"{len(strangers)} of {len(items)} links look unlike the items that were there before"
        )
    return _Partition(similar, strangers)


def _list_proven_values(
    items: Sequence[Shown], known: "KnownItems", read_trait: Callable[[Shown], str]
) -> set[str]:
    """Return the values of a trait that belong to a list because its known items have them: at
    least two known items have the value, and at least half of all items with it are known. `known`:
    the items of earlier visits; `read_trait`: a function that returns the trait of an item."""
    counts = Counter(read_trait(item) for item in items)
    known_counts = Counter(read_trait(item) for item in items if known.has_match(item))
    proven_values: set[str] = set()
    for value, known_count in known_counts.items():
        is_mostly_known = known_count >= _HALF * counts[value]
        if known_count > 1 and is_mostly_known:
            proven_values.add(value)
    return proven_values


def _is_similar(
    item: Shown, wrapper: Wrapper, forms: Collection[str], shapes: Collection[str]
) -> bool:
    """Return True if a new item looks like the items of the remembered list: it has a date if
    nearly all of them have one, a title of similar length, a link in the same tags and classes or a
    similar layout, and an address of the same shape. `wrapper`: the remembered traits; `forms`,
    `shapes`: the forms of links and shapes of addresses that items of the list have."""
    has_list_dates = wrapper.dated >= 100 * _NEARLY_ALL
    if has_list_dates and item.item.published is None:
        return False
    # characters of the title
    shortest = wrapper.title_length * _LEAST_LENGTH
    longest = max(wrapper.title_length, _UNIQUE_LENGTH) * _MOST_LENGTH
    if not shortest <= len(item.item.title) <= longest:
        return False
    has_known_form = item.form in forms
    if not has_known_form and not _has_similar_layout(item, wrapper):
        return False
    if item.shape in shapes:
        return True
    return has_known_form and _is_of_mixed_list(item, shapes)


def _has_similar_layout(item: Shown, wrapper: Wrapper) -> bool:
    """Return True if an item has a remembered layout, and its link a remembered path, or a form
    with the same two innermost elements as a remembered form. `wrapper`: the remembered traits."""
    if item.layout not in wrapper.layouts:
        return False
    if item.path in wrapper.paths:
        return True
    end = _find_form_end(item.form)
    return end != "" and end in map(_find_form_end, wrapper.forms)


def _find_form_end(form: str) -> str:
    """Return the two innermost elements of a form: "div.list > article.post > a" gives
    "article.post > a". Return "" if neither has a class, since such elements are everywhere."""
    end = " > ".join(form.split(" > ")[-2:])
    return end if "." in end else ""


def _is_of_mixed_list(item: Shown, shapes: Collection[str]) -> bool:
    """Return True if a list has items from many parts of a site or from many sites, and `item` may
    be one of them.

    `shapes`: the shapes of the addresses in the list, at least four if it is mixed. An item on a
    host of the list must be in the same part of the site as one of them. An item on another host
    may only be in a list with at least four hosts. The address of an advertisement is never in such
    a list."""
    if len(shapes) < _MANY_SHAPES or PAID_PATH.search(item.item.url):
        return False
    hosts = {value.partition("/")[0] for value in shapes}
    if item.shape.partition("/")[0] not in hosts:
        return len(hosts) >= _MANY_SHAPES
    return _find_site_part(item.shape) in map(_find_site_part, shapes)


def _find_site_part(shape: str) -> str:
    """Return the host and the first segment of a shape that has several segments, else the whole
    shape."""
    return "/".join(shape.split("/")[:2]) if shape.count("/") > 1 else shape


def _is_newest_first(items: Sequence[Shown], share: float) -> bool:
    """Return True if the items with a date are sorted, the newest first. Some may be out of order:
    at least `share` (0 to 1) of them must not be newer than the item before."""
    dates = [item.item.published for item in items if item.item.published]
    in_order = sum(after <= before for before, after in pairwise(dates))
    return in_order >= share * (len(dates) - 1)


def _add_old_values(current: Wrapper, remembered: Wrapper) -> Wrapper:
    """Return the `current` traits of a list together with those `remembered` from earlier visits,
    because a site may alternate between two layouts. At most 12 values of each trait are kept, the
    current ones first."""
    return replace(
        current,
        pointed=remembered.pointed,
        forms=_merge_values(current.forms, remembered.forms),
        paths=_merge_values(current.paths, remembered.paths),
        shapes=_merge_values(current.shapes, remembered.shapes),
        layouts=_merge_values(current.layouts, remembered.layouts),
    )


def _merge_values(new: Sequence[str], old: Sequence[str]) -> tuple[str, ...]:
    """Return the first 12 different values; the values of `new` come before the values of `old`."""
    return tuple(dict.fromkeys((*new, *old)))[:_MOST_VALUES]


class KnownItems:
    """The items that a list had on earlier visits (`seen`), found by address or by title.

    `has_moved`: the site has changed the addresses of its articles, since more of the present
    `items` have only the title of an earlier item than its address. Short titles then prove that
    two items are the same, too."""

    def __init__(self, seen: Sequence[Seen], items: Sequence[Shown] = ()) -> None:
        """Remember the items `seen` on earlier visits. `items`: the present items of the list, by
        which it is found out if the site has changed its addresses."""
        # by address, in the form that is equal for all spellings
        self._by_key = {urls.alias(item.url): item for item in seen}
        self._by_title: dict[str, Seen] = {}
        for known_item in seen:
            title_key = make_title_key(known_item.title)
            if title_key:
                self._by_title.setdefault(title_key, known_item)
        same_address = 0
        same_title_only = 0  # at another address
        for item in items:
            if item.key in self._by_key:
                same_address += 1
            elif make_title_key(item.item.title) in self._by_title:
                same_title_only += 1
        self.has_moved = same_title_only >= _LEAST_KNOWN and same_title_only > same_address

    def knows_item(self, item: Shown) -> bool:
        """Return True if the list had `item` before, at the same address. If the site has changed
        its addresses (`has_moved`), an item with the same title was there before, too."""
        return item.key in self._by_key or (self.has_moved and self.has_match(item))

    def has_match(self, item: Shown) -> bool:
        """Return True if an item of an earlier visit has the address or the title of `item`. A
        title of fewer than 12 characters only counts if the site has changed its addresses."""
        if item.key in self._by_key:
            return True
        is_short_title = len(item.item.title) < _UNIQUE_LENGTH
        if is_short_title and not self.has_moved:
            return False
        return make_title_key(item.item.title) in self._by_title

    def count_matches(self, items: Iterable[Shown]) -> int:
        """Return how many of `items` have the address or title of an earlier item."""
        return sum(map(self.has_match, items))

    def restore_addresses(self, items: Sequence[Shown]) -> list[Shown]:
        """Return `items` with their old addresses if the site has changed its addresses, so that
        they do not count as new articles. If it has not, return `items` unchanged."""
        if not self.has_moved:  # two articles with one title are two of a column, such as "Letters"
            return list(items)
        restored: list[Shown] = []
        for item in items:
            old = self._by_title.get(make_title_key(item.item.title))
            if old and item.key not in self._by_key:
                old_item = replace(item.item, url=old.url)
                restored.append(replace(item, key=urls.alias(old.url), item=old_item))
            else:
                restored.append(item)
        return restored


def make_title_key(title: str) -> str:
    """Return the letters and digits of a title, in lower case, by which it is found again."""
    return _NO_WORD.sub("", title).casefold()
