"""Compute features of each block by itself: its size, links, kind and wording. Pure.

Named as in data/block_weights.toml."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import and_
from typing import Any

import numpy as np

from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block, Frame
from syndicator.reading.html.elements import BOLD, ITALIC, Run

Columns = dict[str, Any]  # a feature's name -> its value for each block, in the order of the blocks
_KINDS = ("p", "h", "row", "code", "img", "caption", "dt", "hr")
_KIND_NUMBERS = {kind: number for number, kind in enumerate(_KINDS, 1)}
_DIGIT = re.compile(r"\d")
_DIGITS = b"0123456789"
_SENTENCE_ENDS = frozenset(".!?。！？…")
_CLOSING = "\"'”’»)]"  # may follow what ends a sentence
_DATE = re.compile(r"\b\d{1,2}[./:-]\d{1,2}\b|\b(?:19|20)\d\d\b")
_ADDRESS = re.compile(r"https?://|www\.|@[A-Za-z]|\.com\b")
_BULLET = re.compile(r"[-–—•*|#>»]|\d+[.)]")
_CUT_OFF = ("…", "...", "…]", "[...]")
# The limits below were chosen once by hand; the weights were fitted with them, so changing one
# means to fit again.
_SIZES = (8, 20, 40, 80, 160, 320)  # letters
# most letters of a block searched for phrases, and of a heading below the text
_SHORT_TEXT = 300
_SHORT_HEADING = 60
_ALL_LINK = 0.9  # share of the characters in links
_SHORT_LINE = 80
_LINE = 200  # most letters of a block with a date, and with an address or a bar
_LEAST_CAPITALS = 3
_LEAST_REPEAT = 20  # letters above which capitals, or a repeated text, count
_START = 200  # characters of a text that are compared, and searched for digits
_TITLE_LETTERS = range(6, 400)  # of a block that can be the page's title
# characters of a partial title, and how many times longer the whole may be
_LEAST_TITLE = 15
_TITLE_SHARE = 1.5
_SECTION = 2  # heading level: h1 is the page's, h2 a section's, below are subsections
_CONTAINED = ("newsletter", "legal")  # kinds of boilerplate that are looked for inside a text too
_STARTS = (*hints.KINDS, "tailhead")

# What the text of a block shows: the feature's name, and its rule on the text and the number of its
# letters.
_TEXT_RULES: Mapping[str, Callable[[str, int], bool]] = {
    "sentence": lambda text, letters: text[-4:].rstrip(_CLOSING)[-1:] in _SENTENCE_ENDS,
    "colon": lambda text, letters: text.endswith((":", "：")),
    "question": lambda text, letters: text.endswith(("?", "？")),
    "comma": lambda text, letters: "," in text or "、" in text,
    "lower": lambda text, letters: text[:1].islower(),
    "caps": lambda text, letters: letters > _LEAST_CAPITALS and text.isupper(),
    "date": lambda text, letters: letters < _SHORT_LINE and _DATE.search(text) is not None,
    "address": lambda text, letters: letters < _LINE and _ADDRESS.search(text) is not None,
    "bullet": lambda text, letters: _BULLET.match(text) is not None,
    "bar": lambda text, letters: letters < _LINE and ("|" in text or "•" in text or "·" in text),
    "cut-off": lambda text, letters: text.endswith(_CUT_OFF),
}


def columns(blocks: Sequence[Block], title: str) -> Columns:
    """Return feature name -> value for each block by itself. `title`: the page's. Call
    `overlap.measure` first."""
    size = np.array([block.letters for block in blocks], dtype=np.float64)
    length = np.array([len(block.text) or 1 for block in blocks], dtype=np.float64)
    link = np.array([block.linked for block in blocks], dtype=np.float64) / length
    level = np.array([block.level for block in blocks])
    kind_of = np.array([_KIND_NUMBERS.get(block.kind, 0) for block in blocks])
    texts = [(block.text, block.letters) for block in blocks]
    heading = title.casefold().strip()
    return {
        "bias": np.ones(len(blocks)),
        "size": np.log1p(size),
        **{f"size>{limit}": size > limit for limit in _SIZES},
        "link": link,
        "all-link": link > _ALL_LINK,
        "letters-share": size / length,
        **{f"is-{kind}": kind_of == number for kind, number in _KIND_NUMBERS.items()},
        "h1": level == 1,
        "h2": level == _SECTION,
        "h3+": level > _SECTION,
        "digits": [_digits(block.text) for block in blocks],
        "hidden": _flags([block.hidden for block in blocks]),
        "is-title": _flags([_is_title(block, heading) for block in blocks]),
        "repeat": _flags(_repeats(blocks)),
        **{
            name: _flags([rule(text, letters) for text, letters in texts])
            for name, rule in _TEXT_RULES.items()
        },
        **_of_frames(blocks),
        **_of_runs(blocks),
        **_of_phrases(blocks),
    }


def bit_columns(prefix: str, names: Sequence[str], bits: Sequence[int]) -> Columns:
    """Return a feature `prefix` + name for each of `names`: 1.0 for blocks with its bit, lowest bit
    first."""
    spread = ((np.array(bits, dtype=np.int64) >> np.arange(len(names))[:, None]) & 1).astype(
        np.float32
    )
    return {prefix + name: spread[place] for place, name in enumerate(names)}


def _flags(values: Sequence[bool]) -> Any:
    return np.frombuffer(bytes(values), dtype=np.bool_)


def _of_frames(blocks: Sequence[Block]) -> Columns:
    by_frames = {frames: _frames_shown(frames) for frames in {block.frames for block in blocks}}
    shown = [by_frames[block.frames] for block in blocks]
    columns: Columns = {name: _flags([each[name] for each in shown]) for name in _frames_shown(())}
    columns["in-layout-table"] = columns["in-layout-table"] & _flags(
        [block.kind != "row" for block in blocks]
    )
    return columns


def _frames_shown(frames: tuple[Frame, ...]) -> dict[str, bool]:
    kinds = [frame.kind for frame in frames]
    return {
        "in-li": "li" in kinds,
        "in-ol": next((frame.ordered for frame in reversed(frames) if frame.kind == "li"), False),
        "in-quote": "blockquote" in kinds,
        "in-figure": "figure" in kinds,
        "in-dd": "dd" in kinds,
        "in-layout-table": "table" in kinds,
    }


def _of_runs(blocks: Sequence[Block]) -> Columns:
    marks = [_common_marks(block.runs) for block in blocks]
    hrefs = [
        [run.href for run in block.runs if run.href] if block.linked else [] for block in blocks
    ]
    return {
        "bold": _flags([bool(mark & BOLD) for mark in marks]),
        "italic": _flags([bool(mark & ITALIC) for mark in marks]),
        "fragment": _flags(
            [bool(links) and all(href[:1] == "#" for href in links) for links in hrefs]
        ),
    }


def _common_marks(runs: Sequence[Run]) -> int:
    marks = [run.marks for run in runs if run.text.strip()]
    return reduce(and_, marks) if marks else 0


def _of_phrases(blocks: Sequence[Block]) -> Columns:
    texts = [hints.ready(block.text) if block.letters <= _SHORT_TEXT else "" for block in blocks]
    nothing = [0.0] * len(_STARTS)
    shares = [hints.starts(_STARTS, text) if text else nothing for text in texts]
    starts: Columns = (
        dict(zip(_STARTS, map(list, zip(*shares, strict=True)), strict=True)) if shares else {}
    )
    inside = [hints.inside(_CONTAINED, text) for text in texts]
    heads = zip(starts["tailhead"], blocks, strict=True) if shares else ()
    return {
        **{f"says-{kind}": starts.get(kind, []) for kind in hints.KINDS},
        **{f"has-{kind}": _flags([kind in kinds for kinds in inside]) for kind in _CONTAINED},
        "tail-head": np.array(
            [share if block.letters < _SHORT_HEADING else 0.0 for share, block in heads]
        ),
    }


def _repeats(blocks: Sequence[Block]) -> list[bool]:
    seen: set[str] = set()
    repeats = []
    for block in blocks:
        key = block.text[:_START].lower()
        repeats.append(block.letters > _LEAST_REPEAT and key in seen)
        seen.add(key)
    return repeats


def _is_title(block: Block, title: str) -> bool:
    if not title or block.letters not in _TITLE_LETTERS:
        return False
    text = block.text.casefold().strip()
    shorter, longer = sorted((text, title), key=len)
    close = len(text) > _LEAST_TITLE and len(shorter) * _TITLE_SHARE > len(longer)
    return text == title or (close and shorter in longer)


def _digits(text: str) -> float:
    start = text[:_START]
    if start.isascii():
        return (len(start) - len(start.encode().translate(None, _DIGITS))) / (len(start) or 1)
    return len(_DIGIT.findall(start)) / len(start)
