"""Which class words may speak against a block: not those of an element that holds much of the page's prose. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from syndicator.reading.body.containers import Containers
from syndicator.reading.html import class_hints
from syndicator.reading.html.blocks import Block
from syndicator.reading.html.elements import INLINE

# The shares were chosen by hand on the open pages (2,449) and are measured by tests/gate.
_MUCH = 0.2  # share of the page's prose from which an element is no boilerplate, whatever it is called
_TAKEN = 0.5  # share of its letters that the extractor's text must have too
_ALL = 0.85  # share of the page's prose from which strong words do not count either
_NEAR = 3  # elements above a block whose words count as near
_WEAK: tuple[str, ...] = ("newsletter", "paywall", "share", "ad", "tags", "nav", "toc", "footer", "sidebar", "meta")
_WEAK += ("disclaimer", "footnote", "event", "rating", "form", "button")
_STRONG = ("related", "author", "comment", "hidden", "modal")  # such a box can be longer than a short article
_CLOSED = ("comment", "hidden", "modal", "consent")  # what is inside one of these is never freed by itself


def weigh(blocks: Sequence[Block], box: Containers) -> None:
    """Sets the class hints of the elements in `box`, which must be added up, and of the `blocks` below them: words for
    boilerplate do not count where the element holds much of the prose. Systems put "paywall" on an article's own
    paragraphs, and "related" in "card-grid" or "references" in "entity-reference" on the box of a whole text. May be
    called again once another extractor's text was compared."""
    if not box.words:
        box.words = [class_hints.of(node) for node in box.nodes]
    before = box.hints or box.words
    box.hints = _weighed(box.words, box)
    changed = {at for at, (was, now) in enumerate(zip(before, box.hints, strict=True)) if was != now}
    if changed:
        _set_anew(blocks, box, changed)


def _bits(names: Iterable[str]) -> int:
    return sum(class_hints.bit(name) for name in names)


def _weighed(own: Sequence[int], box: Containers) -> list[int]:
    """The hints of each element, less those that do not count."""
    total = max(float(box.prose.max(initial=0.0)), 1.0)
    weak, strong, closed = _bits(_WEAK), _bits(_STRONG), _bits(_CLOSED)
    found = list(own)
    inside: set[int] = set()  # elements that are or stand in what is closed
    parents = box.parent.tolist()
    for at, (prose, share) in enumerate(zip(box.prose.tolist(), _shares(own, box), strict=True)):
        if max(prose, share) >= _ALL * total:
            found[at] &= ~(weak | strong)
        if parents[at] in inside or found[at] & closed:
            inside.add(at)
        elif share >= _MUCH * total and not found[at] & strong:
            found[at] &= ~weak
    return found


def _shares(own: Sequence[int], box: Containers) -> list[float]:
    """The letters of prose in all elements that have the class of each one, 0 where the extractor left most out."""
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
    chain: list[tuple[int, ...]] = [()] * len(box.nodes)  # those of the nearest elements that are no inline markup
    touched = [False] * len(box.nodes)
    for at, found in enumerate(box.hints):
        up = parents[at]
        root = up == at
        above[at] = found | (0 if root else above[up])
        before = () if root else chain[up]
        chain[at] = before if box.nodes[at].tag in INLINE else (*before, found)[-_NEAR:]
        touched[at] = at in changed or (not root and touched[up])
    for block, at in zip(blocks, box.of.tolist(), strict=True):
        if touched[at]:
            holder = parents[at] if block.kind == "img" else at
            block.hints, block.near = above[holder], 0
            for found in chain[holder]:
                block.near |= found
