"""Remember the traits of a learnt list; recognise that list on later visits. Pure.

The traits are the forms of its items and the shapes of their addresses."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
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
_ENDING = 5
_FEW = 2  # letters of an ending such as .html; words of a segment that is a name
# All numbers are choices.
# forms, paths, shapes, layouts; known items that prove a list (half of a short one)
_MOST = 12
_PROOF = 3
_HALF = 0.5
_NEARLY_ALL = 0.9
# characters of a title that is unique; shapes of a list from all parts of a site
_TITLED = 12
_MIXED = 4
_NO_WORD = re.compile(r"[\W_]+")
_LONG = 3.0
_SHORT = 0.25  # times the usual length of a title
Chosen = tuple[Sequence[Shown], Wrapper]  # the items of a list, and the traits to remember


def shape(url: str) -> str:
    """Return host, kinds of path segments and names of parameters of an address:
    "site.example/news/{year}/{title}"."""
    parts = urlsplit(url)
    host = parts.netloc.removeprefix("www.").lower()
    segments = [segment for segment in parts.path.split("/") if segment]
    kinds = [
        _kind(segment, last=place == len(segments) - 1) for place, segment in enumerate(segments)
    ]
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return "/".join([host, *kinds]) + (f"?{'&'.join(names)}" if names else "")


def _kind(segment: str, *, last: bool) -> str:
    stem, dot, ending = segment.rpartition(".")
    if dot and ending.isalpha() and len(ending) <= _ENDING:
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
    if last or len(re.findall(r"[^\W\d]+", segment)) > _FEW:
        return "{title}" + ending
    return segment.lower() + ending


def family(url: str) -> str:
    """Return a coarser shape: the host and, if the path has several segments, the first."""
    host, _, rest = shape(url).partition("?")[0].partition("/")
    first, deeper, _ = rest.partition("/")
    return f"{host}/{first}/" if deeper else f"{host}/"


class Unsure(Exception):
    """No list of the page is surely the learnt one; the message says why."""


def learnt(shown: Sequence[Shown], by: str, seen: Iterable[Seen] = ()) -> Wrapper:
    """Return the wrapper (remembered traits) of the list `shown`."""
    dates = [item.item.published for item in shown if item.item.published]
    return Wrapper(
        by=by,
        forms=_most(item.form for item in shown),
        paths=_most(item.path for item in shown),
        shapes=_most(item.shape for item in shown),
        layouts=_most(item.layout for item in shown),
        dated=round(100 * len(dates) / len(shown)) if shown else 0,
        title_length=round(median(len(item.item.title) for item in shown)) if shown else 0,
        newest_first=len(dates) > _PROOF and _is_falling(shown, _NEARLY_ALL),
        seen=remembered(shown, seen),
    )


def _most(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(value for value, _ in Counter(values).most_common(_MOST))


def remembered(shown: Iterable[Shown], seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """Return today's items, then earlier ones, at most REMEMBERED."""
    now = {item.key: Seen(url=item.item.url, title=item.item.title) for item in shown}
    before = {urls.alias(item.url): item for item in seen}
    return tuple((now | {key: item for key, item in before.items() if key not in now}).values())[
        :REMEMBERED
    ]


def first(lists: Sequence[tuple[str, Sequence[Shown]]], seen: Sequence[Seen]) -> Chosen:
    """Return the list with most of the `seen` items, else the page's first. Raises Unsure."""
    if not lists:
        raise Unsure("no three links of the page are alike")
    earlier = Known(seen)
    by, shown = max(lists, key=lambda pair: sum(earlier.has(item) for item in pair[1]))
    return shown, learnt(shown, by, seen)


def again(lists: Sequence[tuple[str, Sequence[Shown]]], wrapper: Wrapper) -> Chosen:
    """Return the list of the page that `wrapper` remembers. Raises Unsure."""
    if not lists:
        raise Unsure("no three links of the page are alike; its items were there before")
    earlier = Known(wrapper.seen)
    by, shown = max(
        lists, key=lambda pair: (sum(map(earlier.has, pair[1])), _likeness(pair[1], wrapper))
    )
    earlier = Known(wrapper.seen, shown)
    proven = sum(earlier.has(item) for item in shown)
    healed = not any(item.form in wrapper.forms for item in shown)
    if proven < min(_PROOF, max(1, len(shown) // 2)):
        _same_by_looks(shown, wrapper)
    shown, out = _without_strangers(shown, wrapper, earlier)
    fresh = [item for item in shown if not earlier.at(item)]
    if wrapper.newest_first and fresh and not _is_falling(shown, _HALF):
        raise Unsure("the newest items no longer stand first")
    renamed = earlier.under_old_names(shown)
    today = learnt(renamed, by, wrapper.seen)
    note = (
        f"its layout changed; the list was found again by {proven} known items"
        if healed and proven
        else ""
    )
    if out:
        left_out = (
            f"{len(out)} links among its items look unlike them and are left out, such as"
            f" {out[0].item.url}"
        )
        note = "; ".join(filter(None, (note, left_out)))
    return renamed, replace(_grown(today, wrapper), note=note)


def _likeness(shown: Sequence[Shown], wrapper: Wrapper) -> float:
    marks = (
        (item.form in wrapper.forms, item.path in wrapper.paths, item.shape in wrapper.shapes)
        for item in shown
    )
    laid = sum(item.layout in wrapper.layouts for item in shown)
    return (sum(sum(row) for row in marks) + laid) / len(shown)


def _same_by_looks(shown: Sequence[Shown], wrapper: Wrapper) -> None:
    """Raise Unsure unless the list `shown`, all new items, has the remembered shapes, and forms or
    layouts."""
    count = len(shown)
    shapes = sum(item.shape in wrapper.shapes for item in shown) / count
    forms = sum(item.form in wrapper.forms for item in shown) / count
    laid = (
        sum(item.path in wrapper.paths and item.layout in wrapper.layouts for item in shown) / count
    )
    if shapes < _NEARLY_ALL or max(forms, laid) < _NEARLY_ALL:
        raise Unsure(
            "none of the items that were there before is, and what is listed looks unlike them"
        )


def _without_strangers(
    shown: Sequence[Shown], wrapper: Wrapper, earlier: "Known"
) -> tuple[list[Shown], list[Shown]]:
    """Return the items known or similar to known ones, and the others. Raises Unsure if most are
    others."""
    forms = {*wrapper.forms} | _vouched(shown, earlier, lambda item: item.form)
    shapes = {*wrapper.shapes} | _vouched(shown, earlier, lambda item: item.shape)
    alike = list[Shown]()
    out = list[Shown]()
    for item in shown:
        (alike if earlier.at(item) or _is_like(item, wrapper, forms, shapes) else out).append(item)
    if len(out) > len(alike):
        raise Unsure(
            f"{len(out)} of {len(shown)} links look unlike the items that were there before"
        )
    return alike, out


def _vouched(shown: Sequence[Shown], earlier: "Known", of: Callable[[Shown], str]) -> set[str]:
    every = Counter(of(item) for item in shown)
    own = Counter(of(item) for item in shown if earlier.has(item))
    return {value for value, count in own.items() if count > 1 and count >= _HALF * every[value]}


def _is_like(
    item: Shown, wrapper: Wrapper, forms: Collection[str], shapes: Collection[str]
) -> bool:
    if wrapper.dated >= 100 * _NEARLY_ALL and item.item.published is None:
        return False
    length = len(item.item.title)
    if not wrapper.title_length * _SHORT <= length <= max(wrapper.title_length, _TITLED) * _LONG:
        return False
    formed = item.form in forms or (
        item.layout in wrapper.layouts
        and (
            item.path in wrapper.paths
            or _end(item.form) in {end for form in wrapper.forms if (end := _end(form))}
        )
    )
    return formed and (item.shape in shapes or (item.form in forms and _is_of_many(item, shapes)))


def _end(form: str) -> str:
    end = " > ".join(form.split(" > ")[-2:])
    return end if "." in end else ""


def _is_of_many(item: Shown, shapes: Collection[str]) -> bool:
    if len(shapes) < _MIXED or SOLD.search(item.item.url):
        return False
    hosts = {value.partition("/")[0] for value in shapes}
    if item.shape.partition("/")[0] not in hosts:
        return len(hosts) >= _MIXED
    return _part(item.shape) in {_part(value) for value in shapes}


def _part(shape: str) -> str:
    return "/".join(shape.split("/")[:2]) if shape.count("/") > 1 else shape


def _is_falling(shown: Sequence[Shown], share: float) -> bool:
    dates = [item.item.published for item in shown if item.item.published]
    falls = sum(after <= before for before, after in pairwise(dates))
    return falls >= share * (len(dates) - 1)


def _grown(new: Wrapper, old: Wrapper) -> Wrapper:
    """Add the values of `old` to `new`: a site may alternate between two layouts."""

    def both(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*getattr(new, name), *getattr(old, name))))[:_MOST]

    new = replace(new, pointed=old.pointed)
    return replace(
        new,
        forms=both("forms"),
        paths=both("paths"),
        shapes=both("shapes"),
        layouts=both("layouts"),
    )


class Known:
    """Earlier items, by address and title. `moved`: more items match by title alone: short titles
    count, too."""

    def __init__(self, seen: Sequence[Seen], shown: Sequence[Shown] = ()) -> None:
        self._keys = {urls.alias(item.url): item for item in seen}
        self._titles: dict[str, Seen] = {}
        for item in seen:
            if name := plain(item.title):
                self._titles.setdefault(name, item)
        by_address = sum(item.key in self._keys for item in shown)
        by_title = sum(
            item.key not in self._keys and plain(item.item.title) in self._titles for item in shown
        )
        self.moved = by_title >= _PROOF and by_title > by_address

    def at(self, shown: Shown) -> bool:
        """Return True if the list had the item before, at the same address or, if `moved`, at
        another."""
        return shown.key in self._keys or (self.moved and self.has(shown))

    def has(self, shown: Shown) -> bool:
        """Return True if an earlier item has the address or the title of `shown`."""
        name = plain(shown.item.title)
        if shown.key in self._keys:
            return True
        return name in self._titles and (self.moved or len(shown.item.title) >= _TITLED)

    def under_old_names(self, shown: Sequence[Shown]) -> list[Shown]:
        """If `moved`, return `shown` with the old addresses. Otherwise equal titles are those of a
        column."""
        renamed = [*shown]
        for place, item in enumerate(shown if self.moved else ()):
            old = self._titles.get(plain(item.item.title))
            if old and item.key not in self._keys:
                renamed[place] = replace(
                    item, key=urls.alias(old.url), item=replace(item.item, url=old.url)
                )
        return renamed


def plain(title: str) -> str:
    """Return the letters and digits of a title, to find it again."""
    return _NO_WORD.sub("", title).casefold()
