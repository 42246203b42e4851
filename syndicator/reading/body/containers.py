"""Add up the text in each element around blocks; find the article's main element. Pure.

Also decides which hints of class names count: a hint such as "sidebar" on an element with most of
the page's text is a mistake."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block
from syndicator.reading.html.elements import INLINE

# A block is prose if it has more letters than this, and a smaller share of its text in links. Both
# were chosen by hand before the weights of data/block_weights.toml were fitted.
_PROSE = 60
_MOST_LINKED = 0.4
Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]

# Shares, chosen by hand on 2,449 real pages; tests/gate measures their effect.
_MUCH_PROSE = 0.2  # of the page's prose: elements with so much lose their weak hints
_NEARLY_ALL_PROSE = 0.85  # elements with so much lose their strong hints, too
_EXTRACTED_SHARE = 0.5  # of the letters of a class that must be in the compared text
_MOST_NEAR = 3  # block elements around a block whose hints are its near hints
# hints that real sites also put on the elements of an article
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
# boxes that may be longer than a short article; their hints only go with nearly all prose
_STRONG_HINTS = ("related", "author", "comment", "hidden", "modal")
# the hints of elements inside one of these boxes always count
_CLOSED_HINTS = ("comment", "hidden", "modal", "consent")


@dataclass(slots=True)
class Containers:
    """All elements around the blocks of a page, and the amount of text in each. The elements are
    numbered from 0, a parent before its children. An array has one value for each element, in the
    order of their numbers, if its comment says nothing else."""

    nodes: list[Any]  # the elements themselves
    parent: Ints  # the number of the element's parent; the root is its own parent
    levels: list[Ints]  # for each depth the numbers of its elements, the root first
    element_of: Ints  # for each block the number of its element
    # for each block the tag and class of its element, and those of that element's parent
    markup: list[tuple[Any, ...]]
    letters: Floats  # letters of all blocks in the element
    overlapping: Floats  # those of them that are also in the compared text
    linked_letters: Floats  # those of them that are in links
    prose: Floats  # those of them that are in prose
    # the class hints of the element itself, empty until `weigh_hints` was called
    all_hints: list[int] = field(default_factory=list)
    # those of these hints that count
    hints: list[int] = field(default_factory=list)

    def inside(self, node: int) -> Bools:
        """Return a flag for each element, as an array: True for the element with the number `node`
        and for all elements in it. If `node` is -1, all flags are False."""
        return self.measure_depths(node) >= 0

    def measure_depths(self, node: int) -> Floats:
        """Return an array with the depth of each element below the element with the number `node`:
        0 for this element itself, 1 for its children, -1 for all elements outside of it. If `node`
        is -1, which stands for no element, all depths are -1."""
        depths = np.full(len(self.nodes), -1.0)
        if node == _NO_ELEMENT:
            return depths
        depths[node] = 0.0
        for level in self.levels[1:]:  # the numbers of the elements of a level, all at once
            parent_depths = depths[self.parent[level]]
            depths[level] = np.where(parent_depths >= 0, parent_depths + 1, depths[level])
        return depths


def is_prose(block: Block) -> bool:
    """Return True if a block is prose: it has more than 60 letters, and less than 40 % of its text
    is in links."""
    return block.letters > _PROSE and block.linked_length < _MOST_LINKED * len(block.text)


def build_containers(blocks: Sequence[Block]) -> Containers:
    """Return the elements around `blocks` up to the root of the page, numbered from the outermost
    inwards. The amounts of text in them are empty arrays until `add_up_letters` computes them."""
    numbers: dict[Any, int] = {}  # the number of each element that is in `nodes`
    nodes: list[Any] = []
    parents: list[int] = []  # for each of `nodes` the number of its parent
    depths: list[int] = []  # for each of `nodes` how many elements are around it
    for block in blocks:
        if block.element in numbers:
            continue
        # collect the element and its ancestors that have no number yet
        new_nodes: list[Any] = []
        ancestor = block.element
        while ancestor is not None and ancestor not in numbers:
            new_nodes.append(ancestor)
            ancestor = ancestor.getparent()
        parent = numbers[ancestor] if ancestor is not None else _NO_ELEMENT
        # number them from the outermost inwards
        for node in reversed(new_nodes):
            if parent == _NO_ELEMENT:  # the root
                parents.append(0)
                depths.append(0)
            else:
                parents.append(parent)
                depths.append(depths[parent] + 1)
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
        linked_letters=no_sums,
        prose=no_sums,
    )


def _read_markup(
    nodes: Sequence[Any], parents: Sequence[int], numbers: Iterable[int]
) -> list[tuple[Any, ...]]:
    """Return how the elements with `numbers` are marked up: for each its (tag, class) and that of
    its parent, None instead of the latter for the root. `nodes`: all elements, by number;
    `parents`: the number of each element's parent; the root has its own number."""
    names = [(node.tag, node.get("class")) for node in nodes]
    markup: list[tuple[Any, ...]] = []
    for number in numbers:
        parent = parents[number]
        is_root = parent == number
        markup.append((names[number], None if is_root else names[parent]))
    return markup


def add_up_letters(blocks: Sequence[Block], box: Containers) -> None:
    """Set four amounts for each element of `box`: how many letters are in it, and how many of these
    are in the text with which the page is compared, in links, and in prose. `blocks`: all blocks of
    the page, whose letters and overlaps must be set; `box`: the elements around them."""
    letters = np.array([block.letters for block in blocks], dtype=np.float64)
    length = np.array([len(block.text) or 1 for block in blocks], dtype=np.float64)
    linked_length = np.array([block.linked_length for block in blocks], dtype=np.float64)
    overlap = np.array([block.overlap for block in blocks], dtype=np.float64)
    # as `is_prose`, for all blocks at once
    is_prose_block = (letters > _PROSE) & (linked_length < _MOST_LINKED * length)
    prose = np.where(is_prose_block, letters, 0.0)
    linked_letters = letters * linked_length / length
    amounts_of_blocks = np.stack([letters, letters * overlap, linked_letters, prose], axis=1)

    sums = np.zeros((len(box.nodes), 4))  # a row for each element
    np.add.at(sums, box.element_of, amounts_of_blocks)
    # add children to their parents, the deepest level first
    for level in reversed(box.levels[1:]):
        np.add.at(sums, box.parent[level], sums[level])
    box.letters, box.overlapping, box.linked_letters, box.prose = sums.T


def find_deepest_with(share: float, amounts: Floats, box: Containers) -> int:
    """Return the number of the deepest element that has at least `share` of the page's text of one
    kind, such as its prose; -1 if the page has no such text. `amounts`: how much of it each element
    has, one of the arrays of `box`; `share`: more than 0.5, so that only one element of a level can
    have it."""
    total = float(amounts.max(initial=0.0))  # the root has all
    if total <= 0:
        return _NO_ELEMENT
    for level in reversed(box.levels):
        holders = level[amounts[level] >= share * total]
        if len(holders):
            return int(holders[0])
    return _NO_ELEMENT


def weigh_hints(blocks: Sequence[Block], box: Containers) -> None:
    """Decide which hints count for the elements of `box`, and set the hints of the `blocks` in
    them. A hint is a word such as "sidebar" in the class of an element, kept as a bit. A hint of
    boilerplate does not count on an element with much of the page's prose: its class means
    something else there. Call this again after the amounts in `box` have changed."""
    if not box.all_hints:
        known_hints = blocks[0].own_hints if blocks else {}
        box.all_hints = [
            known_hints[node] if node in known_hints else hints.read_hints(node)
            for node in box.nodes
        ]
    earlier_hints = box.hints or box.all_hints
    total = max(float(box.prose.max(initial=0.0)), 1.0)  # letters of prose on the page
    weak_bits = _join_bits(_WEAK_HINTS)
    strong_bits = _join_bits(_STRONG_HINTS)
    closed_bits = _join_bits(_CLOSED_HINTS)
    counted_hints = list(box.all_hints)
    inside_closed: set[int] = set()  # elements with a closed hint, and all elements in them
    parents = box.parent.tolist()
    shared_prose = _sum_prose_by_class(box.all_hints, box)
    for number, prose in enumerate(box.prose.tolist()):
        class_prose = shared_prose[number]  # in all elements with the same class
        # this much prose is the article itself, whatever its class
        if max(prose, class_prose) >= _NEARLY_ALL_PROSE * total:
            counted_hints[number] &= ~(weak_bits | strong_bits)
        if parents[number] in inside_closed or counted_hints[number] & closed_bits:
            inside_closed.add(number)
        elif class_prose >= _MUCH_PROSE * total and not counted_hints[number] & strong_bits:
            counted_hints[number] &= ~weak_bits
    box.hints = counted_hints

    changed: set[int] = set()
    for number, (earlier, current) in enumerate(zip(earlier_hints, counted_hints, strict=True)):
        if earlier != current:
            changed.add(number)
    if changed:
        _update_block_hints(blocks, box, changed)


def _join_bits(names: Iterable[str]) -> int:
    """Return the bits of the hints `names` in one int."""
    return sum(hints.get_bit(name) for name in names)


def _sum_prose_by_class(all_hints: Sequence[int], box: Containers) -> list[float]:
    """Return for each element how many letters of prose are in all elements with the same class.
    The number is 0 if the element has no hint, or if less than half of the letters in these
    elements are in the text with which the page is compared. `all_hints`: the hints of each
    element, as bits; `box`: the elements."""
    groups: dict[str, list[int]] = {}  # numbers of elements, by class
    for number in np.flatnonzero((box.prose > 0) & (np.array(all_hints) > 0)).tolist():
        # an element without class is a group by itself
        group = box.nodes[number].get("class") or str(number)
        groups.setdefault(group, []).append(number)
    shared_prose = [0.0] * len(all_hints)
    for numbers in groups.values():
        overlapping = box.overlapping[numbers].sum()
        if overlapping >= _EXTRACTED_SHARE * box.letters[numbers].sum():
            class_prose = float(box.prose[numbers].sum())
            for number in numbers:
                shared_prose[number] = class_prose
    return shared_prose


def _update_block_hints(blocks: Sequence[Block], box: Containers, changed: set[int]) -> None:
    """Set the hints of the blocks that are in an element with changed hints. A hint is a bit for a
    word such as "sidebar" in the class of an element. `box`: the elements around the blocks, with
    their new hints; `changed`: the numbers of the elements whose hints changed."""
    parents = box.parent.tolist()
    # for each element: the hints of it and of all elements around it
    outer_hints = [0] * len(box.nodes)
    # for each element: the hints of the three nearest elements that are not inline markup
    near_hints: list[tuple[int, ...]] = [()] * len(box.nodes)
    # for each element: whether its hints, or those of an element around it, changed
    is_affected = [False] * len(box.nodes)
    for number, own_hints in enumerate(box.hints):
        parent = parents[number]
        is_root = parent == number
        parent_outer_hints = 0 if is_root else outer_hints[parent]
        parent_near_hints = () if is_root else near_hints[parent]
        outer_hints[number] = own_hints | parent_outer_hints
        if box.nodes[number].tag in INLINE:
            near_hints[number] = parent_near_hints
        else:
            near_hints[number] = (*parent_near_hints, own_hints)[-_MOST_NEAR:]
        is_affected[number] = number in changed or (not is_root and is_affected[parent])

    for block, number in zip(blocks, box.element_of.tolist(), strict=True):
        if not is_affected[number]:
            continue
        # an image has the hints of its parent
        holder = parents[number] if block.kind == "img" else number
        block.hints = outer_hints[holder]
        block.near_hints = 0
        for hints_of_element in near_hints[holder]:
            block.near_hints |= hints_of_element
