"""Add up the text in each element around blocks; find the article's main element. Pure.

Also decide which hints of class names count."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block
from syndicator.reading.html.elements import INLINE

# Both chosen by hand; the weights of data/block_weights.toml were fitted with them.
# least letters of prose, and the share of its text in links that it stays below
_PROSE = 60
_LINKED = 0.4
Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]

# The shares were chosen by hand on the open pages (2,449) and are measured by tests/gate.
_MUCH = 0.2
_ALL = 0.85  # share of the page's prose that makes weak hints, or all hints, not count
# share of an element's letters in the extractor's text; elements above a block that are near
_TAKEN = 0.5
_NEAR = 3
_WEAK: tuple[str, ...] = (
    "newsletter",
    "paywall",
    "share",
    "ad",
    "tags",
    "nav",
    "toc",
    "footer",
    "sidebar",
    "meta",
)
# such a box can be longer than a short article
_STRONG = ("related", "author", "comment", "hidden", "modal")
# what is inside one of these is never freed by itself
_CLOSED = ("comment", "hidden", "modal", "consent")


@dataclass(slots=True)
class Containers:
    """The elements around a page's blocks, numbered, parents first. Arrays have a value for each
    element."""

    nodes: list[Any]
    parent: Ints  # number of each one's parent; the root's is its own
    levels: list[Ints]  # the numbers of each depth, the root's first
    of: Ints  # number of the element of each block
    markup: list[tuple[Any, ...]]  # tag and class of this element and of its parent
    letters: Floats  # below each element
    overlapping: Floats  # those that trafilatura's text has too
    linked: Floats  # those in links
    prose: Floats  # those in prose
    # class hints of each, once class_words.py has read them
    words: list[int] = field(default_factory=list)
    # those of them that count, once it has weighed them
    hints: list[int] = field(default_factory=list)

    def inside(self, node: int) -> Bools:
        """Return a flag for each element: True for `node` (-1: none) and the elements in it."""
        return self.below(node) >= 0

    def below(self, node: int) -> Floats:
        """Return the depth of each element below `node`, -1 for elements outside it."""
        depths = np.full(len(self.nodes), -1.0)
        if node >= 0:
            depths[node] = 0.0
            for level in self.levels[1:]:
                above = depths[self.parent[level]]
                depths[level] = np.where(above >= 0, above + 1, depths[level])
        return depths


def is_prose(block: Block) -> bool:
    """Return True for a block that reads like a paragraph of running text."""
    return block.letters > _PROSE and block.linked < _LINKED * len(block.text)


def build(blocks: Sequence[Block]) -> Containers:
    """Return the elements around the blocks; all sums are 0 until `add_up`."""
    numbers: dict[Any, int] = {}
    nodes: list[Any] = []
    parents: list[int] = []
    depths: list[int] = []
    for block in blocks:
        if block.element in numbers:
            continue
        fresh: list[Any] = []
        node = block.element
        while node is not None and node not in numbers:
            fresh.append(node)
            node = node.getparent()
        above = numbers[node] if node is not None else -1
        for each in reversed(fresh):
            parents.append(above if above >= 0 else 0)
            depths.append(depths[above] + 1 if above >= 0 else 0)
            above = numbers[each] = len(nodes)
            nodes.append(each)
    depth = np.array(depths, dtype=np.int64)
    levels = [np.flatnonzero(depth == at) for at in range(int(depth.max(initial=-1)) + 1)]
    of = np.array([numbers[block.element] for block in blocks], dtype=np.int64)
    names = [(node.tag, node.get("class")) for node in nodes]
    markup = [(names[at], names[parents[at]] if parents[at] != at else None) for at in of.tolist()]
    empty = np.zeros(0)
    return Containers(
        nodes, np.array(parents, dtype=np.int64), levels, of, markup, empty, empty, empty, empty
    )


def add_up(blocks: Sequence[Block], box: Containers) -> None:
    """Sum in `box` the letters of the blocks in each element. Set letters and overlaps first."""
    size = np.array([block.letters for block in blocks], dtype=np.float64)
    length = np.array([len(block.text) or 1 for block in blocks], dtype=np.float64)
    linked = np.array([block.linked for block in blocks], dtype=np.float64)
    overlap = np.array([block.overlap for block in blocks], dtype=np.float64)
    prose = (size > _PROSE) & (linked < _LINKED * length)
    own = np.stack(
        [size, size * overlap, size * linked / length, np.where(prose, size, 0.0)], axis=1
    )
    sums = np.zeros((len(box.nodes), 4))
    np.add.at(sums, box.of, own)
    for level in reversed(box.levels[1:]):
        np.add.at(sums, box.parent[level], sums[level])
    box.letters, box.overlapping, box.linked, box.prose = sums.T


def deepest_with(share: float, amounts: Floats, box: Containers) -> int:
    """Return the number of the deepest element that contains at least `share` (over 0.5) of the
    total, or -1."""
    total = float(amounts.max(initial=0.0))
    if total <= 0:
        return -1
    for level in reversed(box.levels):
        holders = level[amounts[level] >= share * total]
        if len(holders):
            return int(holders[0])
    return -1


_WEAK += ("disclaimer", "footnote", "event", "rating", "form", "button")


def weigh(blocks: Sequence[Block], box: Containers) -> None:
    """Set the class hints of the elements in `box` and of `blocks`. Hints of boilerplate on
    elements with much prose do not count."""
    if not box.words:
        own = blocks[0].own_hints if blocks else {}
        box.words = [own[node] if node in own else hints.of(node) for node in box.nodes]
    before = box.hints or box.words
    total = max(float(box.prose.max(initial=0.0)), 1.0)
    weak = _bits(_WEAK)
    strong = _bits(_STRONG)
    closed = _bits(_CLOSED)
    counted = list(box.words)
    inside: set[int] = set()  # elements that are or stand in what is closed
    parents = box.parent.tolist()
    for at, (prose, share) in enumerate(
        zip(box.prose.tolist(), _shares(box.words, box), strict=True)
    ):
        if max(prose, share) >= _ALL * total:
            counted[at] &= ~(weak | strong)
        if parents[at] in inside or counted[at] & closed:
            inside.add(at)
        elif share >= _MUCH * total and not counted[at] & strong:
            counted[at] &= ~weak
    box.hints = counted
    changed = {
        at for at, (was, now) in enumerate(zip(before, box.hints, strict=True)) if was != now
    }
    if changed:
        _set_anew(blocks, box, changed)


def _bits(names: Iterable[str]) -> int:
    return sum(hints.bit(name) for name in names)


def _shares(own: Sequence[int], box: Containers) -> list[float]:
    groups: dict[str, list[int]] = {}
    for at in np.flatnonzero((box.prose > 0) & (np.array(own) > 0)).tolist():
        groups.setdefault(box.nodes[at].get("class") or str(at), []).append(at)
    shares = [0.0] * len(own)
    for places in groups.values():
        if box.overlapping[places].sum() >= _TAKEN * box.letters[places].sum():
            for at in places:
                shares[at] = float(box.prose[places].sum())
    return shares


def _set_anew(blocks: Sequence[Block], box: Containers, changed: set[int]) -> None:
    parents = box.parent.tolist()
    above = [0] * len(box.nodes)  # hints of an element and all above it
    # those of the nearest elements that are no inline markup
    chain: list[tuple[int, ...]] = [()] * len(box.nodes)
    touched = [False] * len(box.nodes)
    for at, bits in enumerate(box.hints):
        up = parents[at]
        root = up == at
        above[at] = bits | (0 if root else above[up])
        before = () if root else chain[up]
        chain[at] = before if box.nodes[at].tag in INLINE else (*before, bits)[-_NEAR:]
        touched[at] = at in changed or (not root and touched[up])
    for block, at in zip(blocks, box.of.tolist(), strict=True):
        if touched[at]:
            holder = parents[at] if block.kind == "img" else at
            block.hints = above[holder]
            block.near = 0
            for bits in chain[holder]:
                block.near |= bits
