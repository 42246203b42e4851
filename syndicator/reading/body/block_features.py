"""What each block says by itself, as columns of numbers: its size, links, kind, how it begins and ends. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from syndicator.reading.html import phrases
from syndicator.reading.html.blocks import Block, Frame
from syndicator.reading.html.runs import Run

Matrix = np.ndarray[Any, np.dtype[np.float32]]
_KINDS = ("p", "h", "row", "code", "img", "caption", "dt", "hr")
_DIGIT = re.compile(r"\d")
_DIGITS = b"0123456789"
_STOPS = frozenset(".!?。！？…")
_CLOSING = "\"'”’»)]"  # after the stop that ends a sentence
_DATE = re.compile(r"\b\d{1,2}[./:-]\d{1,2}\b|\b(?:19|20)\d\d\b")
_LINKISH = re.compile(r"https?://|www\.|@[A-Za-z]|\.com\b")
_BULLET = re.compile(r"[-–—•*|#>»]|\d+[.)]")
_CUT_OFF = ("…", "...", "…]", "[...]")
_SHORT_TEXT = 300  # letters above which a block is not searched for furniture
_SIZES = (8, 20, 40, 80, 160, 320)
_SAID = ("newsletter", "legal")  # kinds of furniture that a block may also hold somewhere
# Signs of a block that are there or not, in the order of their columns; a block's are one number.
_FRAMED = ("in-li", "in-ol", "in-quote", "in-figure", "in-dd", "in-layout-table")
_SIGNS = (
    "sentence",
    "colon",
    "question",
    "comma",
    "lower",
    "caps",
    "date",
    "linkish",
    "bullet",
    "bar",
    "bold",
    "italic",
    "repeat",
    "is-title",
    "fragment",
    "cut-off",
    *(f"has-{kind}" for kind in _SAID),
)


NAMES = (
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
    *_FRAMED,
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
    *(f"has-{kind}" for kind in _SAID),
    "tail-head",
)


_STARTS = (*phrases.KINDS, "tailhead")
_NO_STARTS = [0.0] * len(_STARTS)


def columns(blocks: Sequence[Block], title: str) -> dict[str, Any]:
    """What each block says by itself, as columns by the names in NAMES; `title` is the page's."""
    size = np.array([block.letters for block in blocks], dtype=np.float64)
    length = np.array([len(block.text) or 1 for block in blocks], dtype=np.float64)
    link = np.array([block.linked for block in blocks], dtype=np.float64) / length
    kind = np.array([_KINDS.index(block.kind) for block in blocks])
    level = np.array([block.level for block in blocks])
    said = [phrases.ready(block.text) if block.letters <= _SHORT_TEXT else "" for block in blocks]
    starts = np.array([phrases.starts(_STARTS, each) if each else _NO_STARTS for each in said])
    starts[:, -1] *= size < 60
    signs = spread(_signs(blocks, said, title), len(_SIGNS))
    framed = spread(_framed(blocks), len(_FRAMED))
    framed[:, -1] *= kind != _KINDS.index("row")
    out: dict[str, Any] = {"bias": np.ones(len(blocks)), "vote": np.array([block.vote for block in blocks])}
    out |= {"size": np.log1p(size), **{f"size>{n}": size > n for n in _SIZES}}
    out |= {"link": link, "all-link": link > 0.9, "letters-share": size / length}
    out |= {f"is-{name}": kind == at for at, name in enumerate(_KINDS)}
    out |= {"h1": level == 1, "h2": level == 2, "h3+": level > 2}
    out |= dict(zip(_FRAMED, framed.T, strict=True)) | dict(zip(_SIGNS, signs.T, strict=True))
    out |= {"digits": [_digits(block.text) for block in blocks], "hidden": [block.hidden for block in blocks]}
    out |= {f"says-{name}": starts[:, at] for at, name in enumerate(phrases.KINDS)}
    return out | {"tail-head": starts[:, -1]}


def spread(bits: Sequence[int], count: int) -> Matrix:
    """Numbers as rows of their `count` lowest bits."""
    return ((np.array(bits, dtype=np.int64)[:, None] >> np.arange(count)) & 1).astype(np.float32)


def _framed(blocks: Sequence[Block]) -> list[int]:
    """In which frames each block stands: bits in the order of _FRAMED."""
    known: dict[tuple[Frame, ...], int] = {}
    out = []
    for block in blocks:
        found = known.get(block.frames)
        if found is None:
            kinds = [frame.kind for frame in block.frames]
            ordered = next((frame.ordered for frame in reversed(block.frames) if frame.kind == "li"), False)
            shown = ("li" in kinds, ordered, "blockquote" in kinds, "figure" in kinds, "dd" in kinds, "table" in kinds)
            found = known[block.frames] = sum(1 << at for at, there in enumerate(shown) if there)
        out.append(found)
    return out


def _signs(blocks: Sequence[Block], said: Sequence[str], title: str) -> list[int]:
    """The signs of each block: bits in the order of _SIGNS. `said` is its text made ready for phrases."""
    seen: set[str] = set()
    headline = title.casefold().strip()
    out = []
    for block, ready in zip(blocks, said, strict=True):
        text, n = block.text, block.letters
        key = text[:200].lower()
        found = _of_text(text, n) | (1 << 12 if n > 20 and key in seen else 0)
        seen.add(key)
        if headline and 5 < n < 400 and _same(text.casefold().strip(), headline):
            found |= 1 << 13
        if block.runs:
            found |= _of_runs(block.runs)
        out.append(found | (phrases.inside(_SAID, ready) << 16 if ready else 0))
    return out


def _of_text(text: str, n: int) -> int:
    """The signs that the text of a block bears, without those of its runs and its place; `n` are its letters."""
    last = text[-1:]
    found = 0
    if text[-4:].rstrip(_CLOSING)[-1:] in _STOPS:
        found |= 1
    if last and last in ":：?？":
        found |= 2 if last in ":：" else 4
    if "," in text or "、" in text:
        found |= 8
    if text[:1].islower():
        found |= 16
    if n > 3 and text.isupper():
        found |= 32
    if n < 80 and _DATE.search(text):
        found |= 64
    if n < 200:
        if _LINKISH.search(text):
            found |= 128
        if "|" in text or "•" in text or "·" in text:
            found |= 512
    if _BULLET.match(text):
        found |= 256
    return found | (1 << 15 if text.endswith(_CUT_OFF) else 0)


def _of_runs(runs: Sequence[Run]) -> int:
    """The signs bold, italic and fragment: all text is, all links lead into the page."""
    marks = -1
    for run in runs:
        if run.marks != 3 and run.text.strip():
            marks = run.marks if marks < 0 else marks & run.marks
    if marks < 0 and any(run.text.strip() for run in runs):
        marks = 3
    hrefs = [run.href for run in runs if run.href]
    found = 0 if marks < 0 else (marks & 3) << 10
    return found | (1 << 14 if hrefs and all(href[:1] == "#" for href in hrefs) else 0)


def _digits(text: str) -> float:
    start = text[:200]
    if start.isascii():
        return (len(start) - len(start.encode().translate(None, _DIGITS))) / (len(start) or 1)
    return len(_DIGIT.findall(start)) / len(start)


def _same(text: str, title: str) -> bool:
    """True when two texts, in one case, are the same or one holds the other and little more."""
    if text == title:
        return True
    shorter, longer = sorted((text, title), key=len)
    return len(text) > 15 and len(shorter) * 1.5 > len(longer) and shorter in longer
