"""What belongs to each item of a list: the largest part of the page around its links that has none of another item.
Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from syndicator.reading.lists.links import Link

_ABOVE = 60  # elements above a link that are looked at
_BETWEEN = 4  # elements that follow the one with the link and are still of its item, as rows of a table
_FEWEST = 3  # items whose distances say something
_LEAST_REGULAR = 0.7  # of the items follow each other at the same distance, where what stands between is theirs


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One item: its links in their order, all to one address, and the elements that are its own."""

    links: tuple[Link, ...]
    elements: tuple[Any, ...]

    @property
    def key(self) -> str:
        return self.links[0].key

    @property
    def place(self) -> int:
        return self.links[0].place


def read_records(chosen: Sequence[Link], links: Sequence[Link]) -> list[Record]:
    """The items whose links are `chosen`, each once and at its first place, with all `links` of the page that lead to
    the same address from within."""
    keys = {link.key for link in chosen}
    within: dict[Any, set[str]] = defaultdict(set)
    for link in chosen:
        for above in _upwards(link.anchor):
            within[above].add(link.key)
    tops: dict[str, Any] = {}
    for link in chosen:
        tops.setdefault(link.key, _top(link.anchor, within))
    followers = _followers(tops.values())
    elements = {key: (top, *followers.get(top, ())) for key, top in tops.items()}
    held = {one: key for key, parts in elements.items() for one in parts}
    owned: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        if link.key in keys and held.get(_holder(link.anchor, held)) == link.key:
            owned[link.key].append(link)
    return [Record(tuple(owned[key]), parts) for key, parts in elements.items() if owned[key]]


def _upwards(anchor: Any) -> Iterable[Any]:
    yield anchor
    yield from islice(anchor.iterancestors(), _ABOVE)


def _top(anchor: Any, within: Mapping[Any, set[str]]) -> Any:
    top = anchor
    for above in anchor.iterancestors():
        if above.tag in ("body", "html", "main") or len(within.get(above, ())) != 1:
            return top
        top = above
    return top


def _holder(anchor: Any, held: Mapping[Any, str]) -> Any:
    return next((one for one in _upwards(anchor) if one in held), None)


def _followers(tops: Iterable[Any]) -> dict[Any, tuple[Any, ...]]:
    """What follows an item's element and is its own too: where most items of one parent stand at one distance of each
    other, what is between them."""
    by_parent: dict[Any, list[Any]] = defaultdict(list)
    for top in tops:
        if (parent := top.getparent()) is not None:
            by_parent[parent].append(top)
    found: dict[Any, tuple[Any, ...]] = {}
    for parent, own in by_parent.items():
        if len(own) < _FEWEST:
            continue
        places = {child: place for place, child in enumerate(parent)}
        ordered = sorted(own, key=lambda one: places[one])
        gaps = [places[after] - places[before] for before, after in pairwise(ordered)]
        usual = max(set(gaps), key=gaps.count)
        if 1 < usual <= _BETWEEN and gaps.count(usual) >= _LEAST_REGULAR * len(gaps):
            for one, gap in zip(ordered, [*gaps, usual], strict=True):
                found[one] = tuple(islice(one.itersiblings(), min(gap, usual) - 1))
    return found
