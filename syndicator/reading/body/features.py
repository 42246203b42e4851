"""Collect all features that score a block: its own, its containers', its neighbours'. Pure."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from syndicator.reading.body import block_features, containers, overlap
from syndicator.reading.body.block_features import Columns
from syndicator.reading.html import hints as class_hints
from syndicator.reading.html.blocks import Block

# All chosen by hand before the weights were fitted: changing one means to fit again.
# share of the extracted letters in the main container; letters of its outer blocks
_MAIN_SHARE = 0.85
_LONG = 30
_NEAR = 3
_WIDE = 8  # blocks to both sides of one
_SIDES = (("prev", 1), ("next", -1))
# shares of phrases in, and letters of, a heading below the text
_TAIL = 0.5
_TAIL_LETTERS = 40
_COUNTED_TAIL = 0.4
# most such headings counted; overlap if no other block has the same markup
_MOST_TAILS = 5
_NO_OTHERS = 0.5

# Products of two features: what one says depends on the other.
_CROSSED = (
    "overlap x in-main; overlap x link; overlap x all-link; says-related x link; in-main x size>80;"
    " in-main x is-h; after-last x size>80; overlap x says-legal; overlap x says-newsletter;"
    " overlap x in-li; overlap x size>40; is-h x next-overlap; is-h x window-overlap; in-li x"
    " list-link; alike-overlap x overlap; alike-overlap x in-main; section-tail x overlap;"
    " section-tail x in-main; in-prose x overlap; in-prose x size>80; overlap-share x overlap;"
    " overlap-share x in-prose; sentence x size>80; after-last x link; before-first x in-main"
)


def of_text(blocks: Sequence[Block], title: str) -> Columns:
    """Return the features of measured `blocks` that do not depend on a compared text. `title`: the
    page's."""
    own = block_features.columns(blocks, title)
    return own | _of_lists(blocks) | _of_kinds_around(blocks, own) | _of_sections(blocks, own)


def columns(blocks: Sequence[Block], box: containers.Containers, text: Columns) -> Columns:
    """Return feature name -> float32 array with a value for each block. Needs overlaps. `text`: the
    result of `of_text`."""
    containers.add_up(blocks, box)
    containers.weigh(blocks, box)
    main = containers.deepest_with(_MAIN_SHARE, box.overlapping, box)
    taken = np.array([block.overlap for block in blocks])
    features: Columns = {
        "overlap": taken,
        **text,
        **_of_containers(box, main),
        **_of_markup(blocks, box),
    }
    features |= _of_page(blocks, taken) | _of_overlap_around(blocks, taken)
    hints = class_hints.names()
    features |= block_features.bit_columns("near-", hints, [block.near for block in blocks])
    features |= block_features.bit_columns("within-", hints, _hints_within(blocks, box, main))
    values: Columns = {
        name: np.asarray(column, dtype=np.float32) for name, column in features.items()
    }
    crossed = [both.split(" x ") for both in _CROSSED.split("; ")]
    return values | {f"{a} x {b}": values[a] * values[b] for a, b in crossed}


def _hints_within(blocks: Sequence[Block], box: containers.Containers, main: int) -> list[int]:
    inside = box.inside(main).tolist()
    parents = box.parent.tolist()
    masks = [0] * len(box.nodes)
    for at in range(len(box.nodes)) if main >= 0 else ():
        if inside[at] and at != main:
            masks[at] = masks[parents[at]] | box.hints[at]
    return [
        masks[at] if inside[at] else block.hints
        for block, at in zip(blocks, box.of.tolist(), strict=True)
    ]


def _of_containers(box: containers.Containers, main: int) -> Columns:
    parent = box.parent[box.of]
    above = {"parent": parent, "grand": box.parent[parent], "great": box.parent[box.parent[parent]]}
    depth = box.below(main)[box.of]
    features: Columns = {
        "in-main": depth >= 0,
        "in-prose": box.inside(containers.deepest_with(overlap.PROSE_SHARE, box.prose, box))[
            box.of
        ],
        "main-depth": depth,
    }
    for name, node in above.items():
        letters = np.maximum(box.letters[node], 1.0)
        features[f"{name}-overlap"] = box.overlapping[node] / letters
        features[f"{name}-link"] = box.linked[node] / letters
        if name != "great":
            features[f"{name}-prose"] = box.prose[node] / letters
            features[f"{name}-size"] = np.log1p(box.letters[node])
    return features


def _of_lists(blocks: Sequence[Block]) -> Columns:
    lists: dict[Any, list[Block]] = {}
    for block in blocks:
        for frame in block.frames:
            if frame.kind in ("ul", "ol", "table", "dl"):
                lists.setdefault(frame, []).append(block)
    shapes = {frame: _shape_of(mates) for frame, mates in lists.items()}
    none = dict.fromkeys(_shape_of(()), 0.0)
    of_blocks = [
        next((shapes[frame] for frame in reversed(block.frames) if frame in shapes), none)
        for block in blocks
    ]
    return {name: [shape[name] for shape in of_blocks] for name in none}


def _shape_of(mates: Sequence[Block]) -> dict[str, float]:
    linked = [mate.runs for mate in mates if mate.linked]
    fragments = sum(1 for runs in linked if any(run.href[:1] == "#" for run in runs)) / (
        len(mates) or 1
    )
    letters = sum(len(mate.text) for mate in mates) or 1
    return {
        "list-link": sum(mate.linked for mate in mates) / letters,
        "list-count": math.log1p(len(mates)),
        "list-size": math.log1p(letters / (len(mates) or 1)),
        "list-fragment": fragments,
    }


def _of_markup(blocks: Sequence[Block], box: containers.Containers) -> Columns:
    sums: dict[tuple[Any, ...], list[float]] = {}
    own = [sums.setdefault(key, [0.0, 0.0, 0.0]) for key in box.markup]
    for block, total in zip(blocks, own, strict=True):
        total[0] += block.overlap * block.letters
        total[1] += block.letters
        total[2] += 1
    means = []
    for block, (overlapping, letters, _) in zip(blocks, own, strict=True):
        rest = letters - block.letters
        means.append(
            (overlapping - block.overlap * block.letters) / rest if rest > 0 else _NO_OTHERS
        )
    return {"alike-overlap": means, "alike-count": [math.log1p(count - 1) for _, _, count in own]}


def _of_page(blocks: Sequence[Block], overlaps: Any) -> Columns:
    n = len(blocks)
    taken = _exact(overlaps)
    size = _sizes(blocks)
    places = np.flatnonzero((taken > overlap.MOST) & (size > _LONG))
    first, last = (int(places[0]), int(places[-1])) if len(places) else (0, n - 1)
    at = np.arange(n)
    total = float((size * taken).sum()) or 1.0
    return {
        "before-first": at < first,
        "after-last": at > last,
        "gap-before": np.log1p(np.maximum(first - at, 0)),
        "gap-after": np.log1p(np.maximum(at - last, 0)),
        "place": at / n,
        "overlap-before": np.cumsum(size * taken) / total,
        "overlap-share": np.full(n, total / (float(size.sum()) or 1.0)),
    }


def _of_overlap_around(blocks: Sequence[Block], overlaps: Any) -> Columns:
    taken = _exact(overlaps)
    size = _sizes(blocks)
    steps = {"prev": 1, "prev2": 2, "next": -1, "next2": -2}
    return {
        **{f"{name}-overlap": shift(taken, by) for name, by in steps.items()},
        "window-overlap": _mean(taken, size, _NEAR),
        "wide-overlap": _mean(taken, size, _WIDE),
    }


def _of_kinds_around(blocks: Sequence[Block], own: Columns) -> Columns:
    link = _exact(own["link"])
    size = _sizes(blocks)
    around = {"link": link, "h": own["is-h"], "li": own["in-li"], "img": own["is-img"]}
    return {
        "window-link": _mean(link, size, _NEAR),
        "next-row": shift(own["is-row"], -1),
        **{f"{side}-size": np.log1p(shift(size, by)) for side, by in _SIDES},
        **{
            f"{side}-{name}": shift(column, by)
            for name, column in around.items()
            for side, by in _SIDES
        },
    }


def _of_sections(blocks: Sequence[Block], own: Columns) -> Columns:
    current = 0.0
    age = 0
    count = 0
    h1 = 0.0
    since = 0
    rows = []
    for block, tail in zip(blocks, _exact(own["tail-head"]).tolist(), strict=True):
        heading = block.kind == "h"
        if heading or (tail > _TAIL and block.letters < _TAIL_LETTERS):
            current = tail
            age = 0
            count += tail > _COUNTED_TAIL
        if heading and block.level == 1:
            h1 = 1.0
            since = 0
        rows.append((current, math.log1p(age), min(count, _MOST_TAILS), h1, math.log1p(since)))
        age += 1
        since += 1
    names = ("section-tail", "section-age", "tail-seen", "h1-seen", "h1-distance")
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def _exact(values: Any) -> Any:
    return np.asarray(values).astype(np.float32).astype(np.float64)


def _sizes(blocks: Sequence[Block]) -> Any:
    return np.array([block.letters for block in blocks], dtype=np.float64)


def shift(values: Any, by: int, outside: float = 0.0) -> Any:
    """Return `values` moved `by` places to the end (negative: to the start); new places hold
    `outside`."""
    out = np.full(len(values), outside)
    if abs(by) < len(values):
        out[max(by, 0) : len(values) + min(by, 0)] = values[max(-by, 0) : len(values) - max(by, 0)]
    return out


def _mean(values: Any, weights: Any, reach: int) -> Any:
    kernel = np.ones(2 * reach + 1)
    top, bottom = (np.convolve(each, kernel)[reach:-reach] for each in (values * weights, weights))
    return top / np.maximum(bottom, 1.0)
