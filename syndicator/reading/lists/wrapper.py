"""Remember the traits of a learnt list; recognise that list on later visits. Pure.

The traits are the forms of its items and the shapes of their addresses."""

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
_HASH = re.compile(r"^[0-9a-f]{8,}$|^[0-9a-f]{8}-[0-9a-f-]{20,}$", re.I)
SOLD = re.compile(
    r"[/.](sponsor\w*|partners?|promo\w*|ads?|advert\w*|anzeigen?|campaigns?|kampagnen?|landing|offers?|deals?|shop|store)"
    r"([/.?]|$)",
    re.I,
)
_LONGEST_ENDING = 5  # letters of an ending such as .html
_MOST_NAME_WORDS = 2  # words of a segment that is a name
_WORD = re.compile(r"[^\W\d]+")
# All numbers are choices.
# forms, paths, shapes, layouts; known items that prove a list (half of a short one)
_MOST_VALUES = 12
_LEAST_KNOWN = 3
_HALF = 0.5
_NEARLY_ALL = 0.9
# characters of a title that is unique; shapes of a list from all parts of a site
_UNIQUE_LENGTH = 12
_MANY_SHAPES = 4
_NO_WORD = re.compile(r"[\W_]+")
# times the usual length of a title
_MOST_LENGTH = 3.0
_LEAST_LENGTH = 0.25


@dataclass(frozen=True, slots=True)
class FoundList:
    """The items of a list, and the traits to remember."""

    items: Sequence[Shown]
    wrapper: Wrapper


def find_shape(url: str) -> str:
    """Return host, kinds of path segments and names of parameters of an address:
    "site.example/news/{year}/{title}"."""
    parts = urlsplit(url)
    host = parts.netloc.removeprefix("www.").lower()
    segments = [segment for segment in parts.path.split("/") if segment]
    kinds = [_classify_segment(segment, is_last=False) for segment in segments[:-1]]
    kinds += [_classify_segment(segment, is_last=True) for segment in segments[-1:]]
    path = "/".join([host, *kinds])
    parameters = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return f"{path}?{'&'.join(parameters)}" if parameters else path


def _classify_segment(segment: str, *, is_last: bool) -> str:
    """Return {year}, {number}, {code} or {title} for what changes from article to article, else the
    segment; each with its ending such as ".html"."""
    stem, dot, ending = segment.rpartition(".")
    if dot and ending.isalpha() and len(ending) <= _LONGEST_ENDING:
        segment = stem
        ending = f".{ending.lower()}"
    else:
        ending = ""
    if _YEAR.match(segment):
        return "{year}" + ending
    if _NUMBER.match(segment):
        return "{number}" + ending
    if _HASH.match(segment) and any(char.isdigit() for char in segment):
        return "{code}" + ending
    if is_last or len(_WORD.findall(segment)) > _MOST_NAME_WORDS:
        return "{title}" + ending
    return segment.lower() + ending


def find_family(url: str) -> str:
    """Return a coarser shape: the host and, if the path has several segments, the first."""
    host, _, path = find_shape(url).partition("?")[0].partition("/")
    first, slash, _ = path.partition("/")
    return f"{host}/{first}/" if slash else f"{host}/"


class Unsure(Exception):
    """No list of the page is surely the learnt one; the message says why."""


def make_wrapper(items: Sequence[Shown], by: str, seen: Iterable[Seen] = ()) -> Wrapper:
    """Return the traits of the list `items` to remember. `by`: its origin; `seen`: earlier
    items."""
    dates = [item.item.published for item in items if item.item.published]
    dated_percent = 0
    title_length = 0
    if items:
        dated_percent = round(100 * len(dates) / len(items))
        title_length = round(median(len(item.item.title) for item in items))
    return Wrapper(
        by=by,
        forms=_list_most_common(item.form for item in items),
        paths=_list_most_common(item.path for item in items),
        shapes=_list_most_common(item.shape for item in items),
        layouts=_list_most_common(item.layout for item in items),
        dated=dated_percent,
        title_length=title_length,
        newest_first=len(dates) > _LEAST_KNOWN and _is_newest_first(items, _NEARLY_ALL),
        seen=merge_seen(items, seen),
    )


def _list_most_common(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(value for value, _ in Counter(values).most_common(_MOST_VALUES))


def merge_seen(items: Iterable[Shown], seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """Return today's items, then earlier ones, at most REMEMBERED."""
    current_items = {item.key: Seen(url=item.item.url, title=item.item.title) for item in items}
    earlier_items = {urls.alias(item.url): item for item in seen}
    for key, item in earlier_items.items():
        current_items.setdefault(key, item)
    return tuple(current_items.values())[:REMEMBERED]


def learn_list(lists: Sequence[tuple[str, Sequence[Shown]]], seen: Sequence[Seen]) -> FoundList:
    """Choose the list with most of the `seen` items, else the page's first. Raises Unsure."""
    if not lists:
        raise Unsure("no three links of the page are alike")
    earlier = Known(seen)
    by, items = max(lists, key=lambda each: earlier.count_matches(each[1]))
    return FoundList(items, make_wrapper(items, by, seen))


def find_again(lists: Sequence[tuple[str, Sequence[Shown]]], wrapper: Wrapper) -> FoundList:
    """Choose the list of the page that `wrapper` remembers. Raises Unsure."""
    if not lists:
        raise Unsure("no three links of the page are alike; its items were there before")
    earlier = Known(wrapper.seen)
    by, items = max(
        lists,
        key=lambda each: (earlier.count_matches(each[1]), _measure_likeness(each[1], wrapper)),
    )
    earlier = Known(wrapper.seen, items)
    known_count = earlier.count_matches(items)
    has_new_layout = not any(item.form in wrapper.forms for item in items)
    if known_count < min(_LEAST_KNOWN, max(1, len(items) // 2)):
        _check_looks(items, wrapper)
    parted = _part_strangers(items, wrapper, earlier)
    similar = parted.similar
    has_new_items = not all(map(earlier.knows_item, similar))
    if wrapper.newest_first and has_new_items and not _is_newest_first(similar, _HALF):
        raise Unsure("the newest items no longer stand first")
    renamed = earlier.restore_addresses(similar)
    current = make_wrapper(renamed, by, wrapper.seen)
    notes: list[str] = []
    if has_new_layout and known_count:
        notes.append(f"its layout changed; the list was found again by {known_count} known items")
    if parted.strangers:
        example = parted.strangers[0].item.url
        notes.append(
            f"{len(parted.strangers)} links among its items look unlike them and are left out,"
            f" such as {example}"
        )
    return FoundList(renamed, replace(_add_old_values(current, wrapper), note="; ".join(notes)))


def _measure_likeness(items: Sequence[Shown], wrapper: Wrapper) -> float:
    """Return how many of form, path, shape and layout an item has in common with the remembered
    ones, on average: 0 to 4."""
    traits = 0
    for item in items:
        traits += item.form in wrapper.forms
        traits += item.path in wrapper.paths
        traits += item.shape in wrapper.shapes
        traits += item.layout in wrapper.layouts
    return traits / len(items)


def _check_looks(items: Sequence[Shown], wrapper: Wrapper) -> None:
    """Raise Unsure unless the list `items`, all new items, has the remembered shapes, and forms or
    layouts."""
    count = len(items)
    same_shape = sum(item.shape in wrapper.shapes for item in items) / count
    same_form = sum(item.form in wrapper.forms for item in items) / count
    same_layout = 0
    for item in items:
        same_layout += item.path in wrapper.paths and item.layout in wrapper.layouts
    if same_shape < _NEARLY_ALL or max(same_form, same_layout / count) < _NEARLY_ALL:
        raise Unsure(
            "none of the items that were there before is, and what is listed looks unlike them"
        )


@dataclass(frozen=True, slots=True)
class _Parted:
    """The items of a list that are known or similar to known ones, and the others."""

    similar: list[Shown]
    strangers: list[Shown]


def _part_strangers(items: Sequence[Shown], wrapper: Wrapper, earlier: "Known") -> _Parted:
    """Part the items of a list. Raises Unsure if most are strangers."""
    forms = {*wrapper.forms} | _list_proven_values(items, earlier, lambda item: item.form)
    shapes = {*wrapper.shapes} | _list_proven_values(items, earlier, lambda item: item.shape)
    similar: list[Shown] = []
    strangers: list[Shown] = []
    for item in items:
        if earlier.knows_item(item) or _is_similar(item, wrapper, forms, shapes):
            similar.append(item)
        else:
            strangers.append(item)
    if len(strangers) > len(similar):
        raise Unsure(
            f"{len(strangers)} of {len(items)} links look unlike the items that were there before"
        )
    return _Parted(similar, strangers)


def _list_proven_values(
    items: Sequence[Shown], earlier: "Known", read_trait: Callable[[Shown], str]
) -> set[str]:
    """Return the values of a trait that several known items have, and half of the items with this
    value are known."""
    counts = Counter(read_trait(item) for item in items)
    known_counts = Counter(read_trait(item) for item in items if earlier.has_match(item))
    return {
        value
        for value, count in known_counts.items()
        if count > 1 and count >= _HALF * counts[value]
    }


def _is_similar(
    item: Shown, wrapper: Wrapper, forms: Collection[str], shapes: Collection[str]
) -> bool:
    """Return True if date, title, form and shape of an item are like those of the remembered
    list."""
    if wrapper.dated >= 100 * _NEARLY_ALL and item.item.published is None:
        return False
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
    if item.layout not in wrapper.layouts:
        return False
    if item.path in wrapper.paths:
        return True
    end = _find_form_end(item.form)
    return end != "" and end in map(_find_form_end, wrapper.forms)


def _find_form_end(form: str) -> str:
    """Return the two innermost elements of a form, "" if they have no class."""
    end = " > ".join(form.split(" > ")[-2:])
    return end if "." in end else ""


def _is_of_mixed_list(item: Shown, shapes: Collection[str]) -> bool:
    """Return True if the list has many shapes, and the item's host and part of the site are
    theirs."""
    if len(shapes) < _MANY_SHAPES or SOLD.search(item.item.url):
        return False
    hosts = {value.partition("/")[0] for value in shapes}
    if item.shape.partition("/")[0] not in hosts:
        return len(hosts) >= _MANY_SHAPES
    return _find_site_part(item.shape) in map(_find_site_part, shapes)


def _find_site_part(shape: str) -> str:
    """Return host and first segment of a shape with several segments, else the shape."""
    return "/".join(shape.split("/")[:2]) if shape.count("/") > 1 else shape


def _is_newest_first(items: Sequence[Shown], share: float) -> bool:
    """Return True if that `share` of the dated items is not newer than the one before."""
    dates = [item.item.published for item in items if item.item.published]
    falls = sum(after <= before for before, after in pairwise(dates))
    return falls >= share * (len(dates) - 1)


def _add_old_values(new: Wrapper, old: Wrapper) -> Wrapper:
    """Add the values of `old` to `new`: a site may alternate between two layouts."""
    return replace(
        new,
        pointed=old.pointed,
        forms=_merge_values(new.forms, old.forms),
        paths=_merge_values(new.paths, old.paths),
        shapes=_merge_values(new.shapes, old.shapes),
        layouts=_merge_values(new.layouts, old.layouts),
    )


def _merge_values(new: Sequence[str], old: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*new, *old)))[:_MOST_VALUES]


class Known:
    """Earlier items, by address and title. `moved`: more items match by title alone: short titles
    count, too."""

    def __init__(self, seen: Sequence[Seen], items: Sequence[Shown] = ()) -> None:
        self._by_key = {urls.alias(item.url): item for item in seen}
        self._by_title: dict[str, Seen] = {}
        for earlier in seen:
            title_key = make_title_key(earlier.title)
            if title_key:
                self._by_title.setdefault(title_key, earlier)
        same_address = 0
        same_title_only = 0
        for item in items:
            if item.key in self._by_key:
                same_address += 1
            elif make_title_key(item.item.title) in self._by_title:
                same_title_only += 1
        self.moved = same_title_only >= _LEAST_KNOWN and same_title_only > same_address

    def knows_item(self, item: Shown) -> bool:
        """Return True if the list had the item before, at the same address or, if `moved`, at
        another."""
        return item.key in self._by_key or (self.moved and self.has_match(item))

    def has_match(self, item: Shown) -> bool:
        """Return True if an earlier item has the address or the title of `item`."""
        if item.key in self._by_key:
            return True
        if not self.moved and len(item.item.title) < _UNIQUE_LENGTH:
            return False
        return make_title_key(item.item.title) in self._by_title

    def count_matches(self, items: Iterable[Shown]) -> int:
        return sum(map(self.has_match, items))

    def restore_addresses(self, items: Sequence[Shown]) -> list[Shown]:
        """If `moved`, return `items` with the old addresses. Otherwise equal titles are those of a
        column."""
        if not self.moved:
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
    """Return the letters and digits of a title, to find it again."""
    return _NO_WORD.sub("", title).casefold()
