"""What can be told of each block of a page, as numbers for the scorer. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from syndicator.reading.body import block_features, containers
from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block

_AROUND_NAMES = [
    "in-heart",
    "in-prose-heart",
    "above-depth",
    "parent-vote",
    "grand-vote",
    "great-vote",
    "parent-link",
    "grand-link",
    "great-link",
    "parent-prose",
    "grand-prose",
    "parent-size",
    "grand-size",
    "list-link",
    "list-count",
    "list-size",
    "list-fragment",
    "alike-vote",
    "alike-count",
    "before-first",
    "after-last",
    "gap-before",
    "gap-after",
    "place",
    "voted-before",
    "voted-share",
    "prev-vote",
    "prev2-vote",
    "next-vote",
    "next2-vote",
    "window-vote",
    "window-link",
    "wide-vote",
    "prev-size",
    "next-size",
    "prev-link",
    "next-link",
    "prev-h",
    "next-h",
    "next-row",
    "next-li",
    "prev-li",
    "prev-img",
    "next-img",
    "section-tail",
    "section-age",
    "tail-seen",
    "h1-seen",
    "own-h1-distance",
]


@cache
def names() -> tuple[str, ...]:
    """The names of the columns of `matrix`."""
    bits = hints.names()
    crossed = (f"{a} x {b}" for a, b in _CROSSED)
    return (
        *block_features.NAMES,
        *_AROUND_NAMES,
        *(f"near-{b}" for b in bits),
        *(f"within-{b}" for b in bits),
        *crossed,
    )


def matrix(blocks: Sequence[Block], box: containers.Containers, title: str) -> block_features.Matrix:
    """One row of features for each block."""
    mine = block_features.columns(blocks, title)
    containers.add_up(blocks, box)
    main = containers.scheduler(box.voted, box, 0.85)
    prose = containers.scheduler(box.prose, box, 0.7)
    columns = [mine[name] for name in block_features.NAMES]
    columns += [*_containing(box, main, prose), *_listed(blocks), *_alike(blocks), *_placed(blocks, mine)]
    plain = np.empty((len(blocks), len(columns)), dtype=np.float32)
    for at, column in enumerate(columns):
        plain[:, at] = column
    bits = len(hints.names())
    near = block_features.spread([block.near for block in blocks], bits)
    within = block_features.spread(_within(blocks, box, main), bits)
    left, right = _crossed_places()
    return np.hstack([plain, near, within, plain[:, left] * plain[:, right]])


@cache
def _crossed_places() -> tuple[list[int], list[int]]:
    places = {name: at for at, name in enumerate(names())}
    return [places[a] for a, _ in _CROSSED], [places[b] for _, b in _CROSSED]


def _within(blocks: Sequence[Block], box: containers.Containers, main: int) -> list[int]:
    """The hints of the elements between each block and the heart; of all above it when it is outside."""
    inside = box.inside(main).tolist()
    parents = box.parent.tolist()
    found = [0] * len(box.nodes)
    for at in range(len(box.nodes)) if main >= 0 else ():
        if inside[at] and at != main:
            found[at] = found[parents[at]] | hints.of(box.nodes[at])
    return [found[at] if inside[at] else block.hints for block, at in zip(blocks, box.of.tolist(), strict=True)]


def _containing(box: containers.Containers, main: int, prose: int) -> list[Any]:
    """Columns on the elements that hold each block."""
    of = box.of
    ups = [box.parent[of]]
    ups += [box.parent[ups[0]]]
    ups += [box.parent[ups[1]]]
    letters = [np.maximum(box.letters[up], 1.0) for up in ups]
    depth = box.below(main)[of]
    return [
        depth >= 0,
        box.inside(prose)[of],
        depth,
        *(box.voted[up] / held for up, held in zip(ups, letters, strict=True)),
        *(box.linked[up] / held for up, held in zip(ups, letters, strict=True)),
        *(box.prose[up] / held for up, held in zip(ups[:2], letters[:2], strict=True)),
        *(np.log1p(box.letters[up]) for up in ups[:2]),
    ]


def _listed(blocks: Sequence[Block]) -> Any:
    """Columns on the innermost list or table that each block is in."""
    lists: dict[Any, list[Block]] = {}
    for block in blocks:
        for frame in block.frames:
            if frame.kind in ("ul", "ol", "table", "dl"):
                lists.setdefault(frame, []).append(block)
    shapes = {frame: _of_list(mates) for frame, mates in lists.items()}
    found = [next((shapes[f] for f in reversed(block.frames) if f in shapes), _NO_LIST) for block in blocks]
    return np.array(found).T


_NO_LIST = [0.0, 0.0, 0.0, 0.0]


def _of_list(mates: list[Block]) -> list[float]:
    fragments = sum(1 for b in mates if any(run.href[:1] == "#" for run in b.runs)) / len(mates)
    letters = sum(len(b.text) for b in mates) or 1
    return [sum(b.linked for b in mates) / letters, math.log1p(len(mates)), math.log1p(letters / len(mates)), fragments]


def _alike(blocks: Sequence[Block]) -> Any:
    """Columns: the mean vote of the other blocks that are marked up alike, and how many there are."""
    sums: dict[tuple[Any, ...], list[float]] = {}
    known: dict[Any, list[float]] = {}
    own = []
    for block in blocks:
        total = known.get(block.element)
        if total is None:
            total = known[block.element] = sums.setdefault(_markup(block.element), [0.0, 0.0, 0.0])
        own.append(total)
        total[0] += block.vote * block.letters
        total[1] += block.letters
        total[2] += 1
    out = []
    for block, (voted, letters, count) in zip(blocks, own, strict=True):
        rest = letters - block.letters
        mean = (voted - block.vote * block.letters) / rest if rest > 0 else 0.5
        out.append((mean, math.log1p(count - 1)))
    return np.array(out).T


def _markup(element: Any) -> tuple[Any, ...]:
    above = element.getparent()
    if above is None:
        return (element.tag, element.get("class"), "", "")
    return (element.tag, element.get("class"), above.tag, above.get("class"))


_CROSSED = (
    ("vote", "in-heart"),
    ("vote", "link"),
    ("vote", "all-link"),
    ("says-related", "link"),
    ("in-heart", "size>80"),
    ("in-heart", "is-h"),
    ("after-last", "size>80"),
    ("vote", "says-legal"),
    ("vote", "says-newsletter"),
    ("vote", "in-li"),
    ("vote", "size>40"),
    ("is-h", "next-vote"),
    ("is-h", "window-vote"),
    ("in-li", "list-link"),
    ("alike-vote", "vote"),
    ("alike-vote", "in-heart"),
    ("section-tail", "vote"),
    ("section-tail", "in-heart"),
    ("in-prose-heart", "vote"),
    ("in-prose-heart", "size>80"),
    ("voted-share", "vote"),
    ("voted-share", "in-prose-heart"),
    ("sentence", "size>80"),
    ("after-last", "link"),
    ("before-first", "in-heart"),
)


def _placed(blocks: Sequence[Block], mine: dict[str, Any]) -> list[Any]:
    """Columns on what stands before and after each block."""
    n = len(blocks)
    vote, link = (mine[name].astype(np.float32).astype(np.float64) for name in ("vote", "link"))
    size = np.array([block.letters for block in blocks], dtype=np.float64)
    voted = np.flatnonzero((vote > 0.5) & (size > 30))
    first, last = (int(voted[0]), int(voted[-1])) if len(voted) else (0, n - 1)
    at = np.arange(n)
    total = float((size * vote).sum()) or 1.0
    cum = np.cumsum(size * vote) / total
    kind = {k: mine[f"is-{k}"].astype(np.float64) for k in ("h", "row", "img")}
    item = mine["in-li"]
    tail, age, tails, h1, far = _sections(blocks, mine["tail-head"].astype(np.float32).tolist())
    return [
        at < first,
        at > last,
        np.log1p(np.maximum(first - at, 0)),
        np.log1p(np.maximum(at - last, 0)),
        at / n,
        cum,
        np.full(n, total / (float(size.sum()) or 1.0)),
        _shift(vote, 1),
        _shift(vote, 2),
        _shift(vote, -1),
        _shift(vote, -2),
        _window(vote * size, size, 3),
        _window(link * size, size, 3),
        _window(vote * size, size, 8),
        np.log1p(_shift(size, 1)),
        np.log1p(_shift(size, -1)),
        _shift(link, 1),
        _shift(link, -1),
        _shift(kind["h"], 1),
        _shift(kind["h"], -1),
        _shift(kind["row"], -1),
        _shift(item, -1),
        _shift(item, 1),
        _shift(kind["img"], 1),
        _shift(kind["img"], -1),
        tail,
        age,
        tails,
        h1,
        far,
    ]


def _sections(blocks: Sequence[Block], tail_heads: Sequence[float]) -> tuple[list[float], ...]:
    """For each block: how much its section's heading sounds like a tail, how far above it stands, tails, h1 seen."""
    current, age, count, h1, since = 0.0, 0, 0, 0.0, 0
    said: list[float] = []
    ages: list[float] = []
    counts: list[float] = []
    seen: list[float] = []
    far: list[float] = []
    for block, tail in zip(blocks, tail_heads, strict=True):
        heading = block.kind == "h"
        if heading or (tail > 0.5 and block.letters < 40):
            current, age = tail, 0
            count += tail > 0.4
        if heading and block.level == 1:
            h1, since = 1.0, 0
        said.append(current)
        ages.append(age)
        counts.append(min(count, 5))
        seen.append(h1)
        far.append(since)
        age += 1
        since += 1
    return said, np.log1p(ages).tolist(), counts, seen, np.log1p(far).tolist()


def _shift(values: Any, by: int) -> Any:
    out = np.zeros_like(values)
    if by > 0:
        out[by:] = values[:-by]
    else:
        out[:by] = values[-by:]
    return out


def _window(weighted: Any, weights: Any, reach: int) -> Any:
    kernel = np.ones(2 * reach + 1)
    top, bottom = (np.convolve(v, kernel)[reach:-reach] for v in (weighted, weights))
    return top / np.maximum(bottom, 1.0)
