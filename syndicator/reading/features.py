"""What can be told of each block of a page, as numbers for the scorer. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from syndicator.reading import containers, hints, phrases
from syndicator.reading.blocks import Block

_KINDS = ("p", "h", "row", "code", "img", "caption", "dt", "hr")
_DIGIT = re.compile(r"\d")
_SENTENCE = re.compile(r"[.!?。！？…][\"'”’»)\]]*$")
_DATE = re.compile(r"\b\d{1,2}[./:-]\d{1,2}\b|\b(?:19|20)\d\d\b")
_LINKISH = re.compile(r"https?://|www\.|@[A-Za-z]|\.com\b")
_BULLET = re.compile(r"^[-–—•*|#>»]|^\d+[.)]")
_SHORT_TEXT = 300  # letters above which a block is not searched for furniture
_SIZES = (8, 20, 40, 80, 160, 320)


def _own_names() -> list[str]:
    return [
        "bias",
        "vote",
        "size",
        *(f"size>{n}" for n in _SIZES),
        "link",
        "all-link",
        "letters-share",
        *(f"is-{kind}" for kind in _KINDS),
        "h1",
        "h2",
        "h3+",
        "in-li",
        "in-ol",
        "in-quote",
        "in-figure",
        "in-dd",
        "in-layout-table",
        "sentence",
        "colon",
        "question",
        "comma",
        "lower",
        "caps",
        "digits",
        "date",
        "linkish",
        "bullet",
        "bar",
        "bold",
        "italic",
        "hidden",
        "repeat",
        "is-title",
        "fragment",
        "cut-off",
        *(f"says-{kind}" for kind in phrases.KINDS),
        *(f"has-{kind}" for kind in phrases.KINDS[1:2] + phrases.KINDS[4:5]),
        "tail-head",
    ]


_STARTS = (*phrases.KINDS, "tailhead")
_NO_STARTS = [0.0] * len(_STARTS)


def own(block: Block, seen: set[str], title: str) -> list[float]:
    """What a block says by itself, in the order of `_own_names`."""
    text, n = block.text, block.letters
    kinds = [frame.kind for frame in block.frames]
    length = len(text) or 1
    link = block.linked / length
    last = text[-1:] if text else ""
    said = phrases.ready(text) if n <= _SHORT_TEXT else ""
    key = text[:200].lower()
    repeat = n > 20 and key in seen
    seen.add(key)
    heading = block.kind == "h"
    starts = phrases.starts(_STARTS, said) if said else _NO_STARTS
    ordered = next((f.ordered for f in reversed(block.frames) if f.kind == "li"), False)
    hrefs = [run.href for run in block.runs if run.href]
    marks = [run.marks for run in block.runs if run.text.strip()]
    return [
        1.0,
        block.vote,
        math.log1p(n),
        *(float(n > size) for size in _SIZES),
        link,
        float(link > 0.9),
        n / length,
        *(float(block.kind == kind) for kind in _KINDS),
        float(heading and block.level == 1),
        float(heading and block.level == 2),
        float(heading and block.level > 2),
        float("li" in kinds),
        float(ordered),
        float("blockquote" in kinds),
        float("figure" in kinds),
        float("dd" in kinds),
        float("table" in kinds and block.kind != "row"),
        float(bool(_SENTENCE.search(text[-4:]))),
        float(last in ":："),
        float(last in "?？"),
        float("," in text or "、" in text),
        float(text[:1].islower()),
        float(n > 3 and text.isupper()),
        len(_DIGIT.findall(text[:200])) / min(length, 200),
        float(n < 80 and bool(_DATE.search(text))),
        float(n < 200 and bool(_LINKISH.search(text))),
        float(bool(_BULLET.match(text))),
        float(n < 200 and ("|" in text or "•" in text or "·" in text)),
        float(bool(marks) and all(m & 1 for m in marks)),
        float(bool(marks) and all(m & 2 for m in marks)),
        float(block.hidden),
        float(repeat),
        float(bool(title) and 5 < n < 400 and _same(text, title)),
        float(bool(hrefs) and all(h[:1] == "#" for h in hrefs)),
        float(text.endswith(("…", "...", "…]", "[...]"))),
        *starts[:-1],
        float(bool(said) and phrases.inside("newsletter", said)),
        float(bool(said) and phrases.inside("legal", said)),
        starts[-1] if n < 60 else 0.0,
    ]


def _same(text: str, title: str) -> bool:
    a, b = text.casefold().strip(), title.casefold().strip()
    return a == b or (len(a) > 15 and (a in b or b in a) and min(len(a), len(b)) * 1.5 > max(len(a), len(b)))


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
    return (*_own_names(), *_AROUND_NAMES, *(f"near-{b}" for b in bits), *(f"within-{b}" for b in bits), *crossed)


def matrix(blocks: Sequence[Block], box: containers.Containers, title: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    """One row of features for each block."""
    seen: set[str] = set()
    mine = np.array([own(block, seen, title) for block in blocks], dtype=np.float32)
    containers.add_up(blocks, box)
    main = containers.heart(box.voted, box.above, 0.85)
    prose = containers.heart(box.prose, box.above, 0.7)
    around = np.hstack([_containing(blocks, box, main, prose), _placed(blocks, mine)])
    bits = len(hints.names())
    near = np.array([block.near for block in blocks], dtype=np.int64)
    known: dict[Any, int] = {}
    within = np.array([_within(block, box, main, known) for block in blocks], dtype=np.int64)
    shifts = np.arange(bits)
    spread = [((values[:, None] >> shifts) & 1).astype(np.float32) for values in (near, within)]
    plain = np.hstack([mine, around])
    places = {name: at for at, name in enumerate(names())}
    crossed = np.stack([plain[:, places[a]] * plain[:, places[b]] for a, b in _CROSSED], axis=1)
    return np.hstack([plain, *spread, crossed])


def _within(block: Block, box: containers.Containers, main: Any, known: dict[Any, int]) -> int:
    """The hints of the elements between `block` and the heart; of all above it when it is outside."""
    element = block.element
    if element not in known:
        chain = box.above[element]
        found = 0
        for node in chain[: chain.index(main)] if main in chain else ():
            found |= hints.of(node)
        known[element] = found if main in chain else block.hints
    return known[element]


def _containing(blocks: Sequence[Block], box: containers.Containers, main: Any, prose: Any) -> Any:
    lists: dict[Any, list[Block]] = {}
    for block in blocks:
        for frame in block.frames:
            if frame.kind in ("ul", "ol", "table", "dl"):
                lists.setdefault(frame, []).append(block)
    shapes = {frame: _of_list(mates) for frame, mates in lists.items()}
    cache: dict[Any, list[float]] = {}
    out = []
    alike = _alike(blocks)
    for index, block in enumerate(blocks):
        row = cache.get(block.element)
        if row is None:
            row = cache[block.element] = _of_element(block.element, box, main, prose)
        shape = next((shapes[f] for f in reversed(block.frames) if f in shapes), _NO_LIST)
        out.append([*row, *shape, *alike[index]])
    return np.array(out, dtype=np.float32)


def _of_element(element: Any, box: containers.Containers, main: Any, prose: Any) -> list[float]:
    chain = box.above[element]
    depth = float(chain.index(main)) if main in chain else -1.0
    ups = [chain[min(i, len(chain) - 1)] for i in (1, 2, 3)]
    votes = [box.voted[up] / (box.letters[up] or 1) for up in ups]
    links = [box.linked[up] / (box.letters[up] or 1) for up in ups]
    proses = [box.prose[up] / (box.letters[up] or 1) for up in ups[:2]]
    sizes = [math.log1p(box.letters[up]) for up in ups[:2]]
    return [float(depth >= 0), float(prose in chain), depth, *votes, *links, *proses, *sizes]


_NO_LIST = [0.0, 0.0, 0.0, 0.0]


def _of_list(mates: list[Block]) -> list[float]:
    fragments = sum(1 for b in mates if any(run.href[:1] == "#" for run in b.runs)) / len(mates)
    letters = sum(len(b.text) for b in mates) or 1
    return [sum(b.linked for b in mates) / letters, math.log1p(len(mates)), math.log1p(letters / len(mates)), fragments]


def _alike(blocks: Sequence[Block]) -> list[list[float]]:
    """The mean vote of the other blocks that are marked up alike, and how many there are."""
    sums: dict[tuple[Any, ...], list[float]] = {}
    keys = []
    for block in blocks:
        element = block.element
        above = element.getparent()
        key = (
            element.tag,
            element.get("class"),
            above.tag if above is not None else "",
            above.get("class") if above is not None else "",
        )
        keys.append(key)
        total = sums.setdefault(key, [0.0, 0.0, 0.0])
        total[0] += block.vote * block.letters
        total[1] += block.letters
        total[2] += 1
    out = []
    for block, key in zip(blocks, keys, strict=True):
        voted, letters, count = sums[key]
        rest = letters - block.letters
        mean = (voted - block.vote * block.letters) / rest if rest > 0 else 0.5
        out.append([mean, math.log1p(count - 1)])
    return out


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


def _placed(blocks: Sequence[Block], mine: Any) -> Any:
    n = len(blocks)
    vote, link = mine[:, 1].astype(np.float64), mine[:, 9].astype(np.float64)
    size = np.array([block.letters for block in blocks], dtype=np.float64)
    voted = np.flatnonzero((vote > 0.5) & (size > 30))
    first, last = (int(voted[0]), int(voted[-1])) if len(voted) else (0, n - 1)
    at = np.arange(n)
    total = float((size * vote).sum()) or 1.0
    cum = np.cumsum(size * vote) / total
    kind = {k: np.array([block.kind == k for block in blocks], dtype=np.float64) for k in ("h", "row", "img")}
    item = np.array([any(f.kind == "li" for f in block.frames) for block in blocks], dtype=np.float64)
    tail, age, tails, h1, far = _sections(blocks, mine)
    columns = [
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
    return np.stack([np.asarray(c, dtype=np.float32) for c in columns], axis=1)


def _sections(blocks: Sequence[Block], mine: Any) -> tuple[list[float], ...]:
    """For each block: how much its section's heading sounds like a tail, how far above it stands, tails, h1 seen."""
    column = _own_names().index("tail-head")
    current, age, count, h1, since = 0.0, 0, 0, 0.0, 0
    out: tuple[list[float], ...] = ([], [], [], [], [])
    for index, block in enumerate(blocks):
        said = float(mine[index, column])
        if block.kind == "h" or (said > 0.5 and block.letters < 40):
            current, age = said, 0
            count += said > 0.4
        if block.kind == "h" and block.level == 1:
            h1, since = 1.0, 0
        for target, value in zip(
            out, (current, math.log1p(age), float(min(count, 5)), h1, math.log1p(since)), strict=True
        ):
            target.append(value)
        age += 1
        since += 1
    return out


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
