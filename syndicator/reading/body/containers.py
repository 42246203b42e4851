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
_MOST_LINKED = 0.4
Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]

# The shares were chosen by hand on the open pages (2,449) and are measured by tests/gate.
_MUCH_PROSE = 0.2
_NEARLY_ALL_PROSE = 0.85  # share of the page's prose that makes weak hints, or all hints, not count
# share of an element's letters in the extractor's text; elements above a block that are near
_EXTRACTED_SHARE = 0.5
_MOST_NEAR = 3
_WEAK_HINTS: tuple[str, ...] = (
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
    "disclaimer",
    "footnote",
    "event",
    "rating",
    "form",
    "button",
)
_NO_ELEMENT = -1  # in place of an element's number
# such a box can be longer than a short article
_STRONG_HINTS = ("related", "author", "comment", "hidden", "modal")
# what is inside one of these is never freed by itself
_CLOSED_HINTS = ("comment", "hidden", "modal", "consent")


@dataclass(slots=True)
class Containers:
    """The elements around a page's blocks, numbered, parents first. Arrays have a value for each
    element."""

    nodes: list[Any]
    parent: Ints  # number of each one's parent; the root's is its own
    levels: list[Ints]  # the numbers of each depth, the root's first
    element_of: Ints  # number of the element of each block
    markup: list[tuple[Any, ...]]  # of each block: tag and class of its element and of the parent
    letters: Floats  # below each element
    overlapping: Floats  # those that trafilatura's text has too
    linked: Floats  # those in links
    prose: Floats  # those in prose
    # class hints of each element, once `weigh_hints` has read them
    all_hints: list[int] = field(default_factory=list)
    # those of them that count, once it has weighed them
    hints: list[int] = field(default_factory=list)

    def inside(self, node: int) -> Bools:
        """Return a flag for each element: True for `node` (-1: none) and the elements in it."""
        return self.below(node) >= 0

    def below(self, node: int) -> Floats:
        """Return the depth of each element below `node`, -1 for elements outside it."""
        depths = np.full(len(self.nodes), -1.0)
        if node == _NO_ELEMENT:
            return depths
        depths[node] = 0.0
        for level in self.levels[1:]:
            parent_depths = depths[self.parent[level]]
            depths[level] = np.where(parent_depths >= 0, parent_depths + 1, depths[level])
        return depths


def is_prose(block: Block) -> bool:
    """Return True for a block that reads like a paragraph of running text."""
    return block.letters > _PROSE and block.linked < _MOST_LINKED * len(block.text)


def build_containers(blocks: Sequence[Block]) -> Containers:
    """Return the elements around the blocks; all sums are 0 until `add_up_letters`."""
    numbers: dict[Any, int] = {}
    nodes: list[Any] = []
    parents: list[int] = []
    depths: list[int] = []
    for block in blocks:
        if block.element in numbers:
            continue
        new_nodes: list[Any] = []
        node = block.element
        while node is not None and node not in numbers:
            new_nodes.append(node)
            node = node.getparent()
        parent = numbers[node] if node is not None else _NO_ELEMENT
        for node in reversed(new_nodes):
            is_root = parent == _NO_ELEMENT
            parents.append(0 if is_root else parent)
            depths.append(0 if is_root else depths[parent] + 1)
            parent = len(nodes)
            numbers[node] = parent
            nodes.append(node)
    depth_of = np.array(depths, dtype=np.int64)
    levels = [np.flatnonzero(depth_of == depth) for depth in range(max(depths, default=-1) + 1)]
    element_of = np.array([numbers[block.element] for block in blocks], dtype=np.int64)
    no_sums = np.zeros(0)
    return Containers(
        nodes,
        np.array(parents, dtype=np.int64),
        levels,
        element_of,
        _read_markup(nodes, parents, element_of.tolist()),
        letters=no_sums,
        overlapping=no_sums,
        linked=no_sums,
        prose=no_sums,
    )


def _read_markup(
    nodes: Sequence[Any], parents: Sequence[int], numbers: Iterable[int]
) -> list[tuple[Any, ...]]:
    """Return tag and class of the elements with `numbers` and of their parents."""
    names = [(node.tag, node.get("class")) for node in nodes]
    markup: list[tuple[Any, ...]] = []
    for number in numbers:
        parent = parents[number]
        markup.append((names[number], names[parent] if parent != number else None))
    return markup


def add_up_letters(blocks: Sequence[Block], box: Containers) -> None:
    """Sum in `box` the letters of the blocks in each element. Set letters and overlaps first."""
    letters = np.array([block.letters for block in blocks], dtype=np.float64)
    length = np.array([len(block.text) or 1 for block in blocks], dtype=np.float64)
    linked = np.array([block.linked for block in blocks], dtype=np.float64)
    overlap = np.array([block.overlap for block in blocks], dtype=np.float64)
    is_prose_block = (letters > _PROSE) & (linked < _MOST_LINKED * length)
    prose = np.where(is_prose_block, letters, 0.0)
    by_block = np.stack([letters, letters * overlap, letters * linked / length, prose], axis=1)
    sums = np.zeros((len(box.nodes), 4))
    np.add.at(sums, box.element_of, by_block)
    for level in reversed(box.levels[1:]):
        np.add.at(sums, box.parent[level], sums[level])
    box.letters, box.overlapping, box.linked, box.prose = sums.T


def find_deepest_with(share: float, amounts: Floats, box: Containers) -> int:
    """Return the number of the deepest element that contains at least `share` (over 0.5) of the
    total, or -1."""
    total = float(amounts.max(initial=0.0))
    if total <= 0:
        return _NO_ELEMENT
    for level in reversed(box.levels):
        holders = level[amounts[level] >= share * total]
        if len(holders):
            return int(holders[0])
    return _NO_ELEMENT


def weigh_hints(blocks: Sequence[Block], box: Containers) -> None:
    """Set the class hints of the elements in `box` and of `blocks`. Hints of boilerplate on
    elements with much prose do not count."""
    if not box.all_hints:
        known_hints = blocks[0].own_hints if blocks else {}
        box.all_hints = [
            known_hints[node] if node in known_hints else hints.read_hints(node)
            for node in box.nodes
        ]
    earlier_hints = box.hints or box.all_hints
    total = max(float(box.prose.max(initial=0.0)), 1.0)
    weak = _join_bits(_WEAK_HINTS)
    strong = _join_bits(_STRONG_HINTS)
    closed = _join_bits(_CLOSED_HINTS)
    counted = list(box.all_hints)
    inside_closed: set[int] = set()  # elements that are or stand in a closed one
    parents = box.parent.tolist()
    shared_prose = _sum_prose_by_class(box.all_hints, box)
    for number, (prose, class_prose) in enumerate(
        zip(box.prose.tolist(), shared_prose, strict=True)
    ):
        if max(prose, class_prose) >= _NEARLY_ALL_PROSE * total:
            counted[number] &= ~(weak | strong)
        if parents[number] in inside_closed or counted[number] & closed:
            inside_closed.add(number)
        elif class_prose >= _MUCH_PROSE * total and not counted[number] & strong:
            counted[number] &= ~weak
    box.hints = counted
    changed: set[int] = set()
    for number, (earlier, current) in enumerate(zip(earlier_hints, counted, strict=True)):
        if earlier != current:
            changed.add(number)
    if changed:
        _update_block_hints(blocks, box, changed)


def _join_bits(names: Iterable[str]) -> int:
    return sum(hints.get_bit(name) for name in names)


def _sum_prose_by_class(all_hints: Sequence[int], box: Containers) -> list[float]:
    """Return for each element with hints the prose in all elements of its class; 0 if the compared
    text lacks most of their letters."""
    groups: dict[str, list[int]] = {}
    for number in np.flatnonzero((box.prose > 0) & (np.array(all_hints) > 0)).tolist():
        groups.setdefault(box.nodes[number].get("class") or str(number), []).append(number)
    shared_prose = [0.0] * len(all_hints)
    for numbers in groups.values():
        overlapping = box.overlapping[numbers].sum()
        if overlapping >= _EXTRACTED_SHARE * box.letters[numbers].sum():
            class_prose = float(box.prose[numbers].sum())
            for number in numbers:
                shared_prose[number] = class_prose
    return shared_prose


def _update_block_hints(blocks: Sequence[Block], box: Containers, changed: set[int]) -> None:
    """Set the hints of the blocks in the elements whose hints changed."""
    parents = box.parent.tolist()
    hints_above = [0] * len(box.nodes)  # hints of an element and all above it
    # those of the nearest elements that are no inline markup
    near_hints: list[tuple[int, ...]] = [()] * len(box.nodes)
    is_touched = [False] * len(box.nodes)
    for number, bits in enumerate(box.hints):
        parent = parents[number]
        is_root = parent == number
        parent_hints = 0 if is_root else hints_above[parent]
        parent_near_hints = () if is_root else near_hints[parent]
        hints_above[number] = bits | parent_hints
        if box.nodes[number].tag in INLINE:
            near_hints[number] = parent_near_hints
        else:
            near_hints[number] = (*parent_near_hints, bits)[-_MOST_NEAR:]
        is_touched[number] = number in changed or (not is_root and is_touched[parent])
    for block, number in zip(blocks, box.element_of.tolist(), strict=True):
        if not is_touched[number]:
            continue
        holder = parents[number] if block.kind == "img" else number
        block.hints = hints_above[holder]
        block.near = 0
        for bits in near_hints[holder]:
            block.near |= bits
