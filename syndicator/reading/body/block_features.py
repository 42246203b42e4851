"""Compute features of each block by itself: its size, links, kind and wording. Pure.

Their names are those of data/block_weights.toml. Features are not computed block by block but
column by column, which is faster: a column has the values of one feature for all blocks."""

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
_CLOSING_MARKS = "\"'”’»)]"  # may follow the full stop of a sentence
_DATE = re.compile(r"\b\d{1,2}[./:-]\d{1,2}\b|\b(?:19|20)\d\d\b")
_ADDRESS = re.compile(r"https?://|www\.|@[A-Za-z]|\.com\b")
_BULLET = re.compile(r"[-–—•*|#>»]|\d+[.)]")
_CUT_OFF_ENDS = ("…", "...", "…]", "[...]")
# These limits were chosen by hand before the weights were trained. Who changes one must train
# again.
_SIZE_LIMITS = (8, 20, 40, 80, 160, 320)  # letters
_SHORT_TEXT = 300  # letters of a block that is searched for phrases
_SHORT_HEADING = 60  # letters of a heading as they stand below articles
_ALL_LINK = 0.9  # share of the characters in links from which a block is all link
_DATE_LINE = 80  # letters of a block whose date is a feature
_SIGN_LINE = 200  # letters of a block whose web address or bar is a feature
_LEAST_CAPITALS = 3  # letters above which a text in capitals is a feature
_LEAST_REPEAT = 20  # letters above which a repeated text is a feature
_BEGINNING = 200  # characters of a text that are compared, and searched for digits
_TITLE_LETTERS = range(6, 400)  # letters of a block that can be the page's title
# A text and the title may be parts of each other, if the text is longer than this and the longer
# one is less than so many times as long.
_LEAST_TITLE = 15
_TITLE_SHARE = 1.5
_SECTION_LEVEL = 2  # heading level: h1 is the page's, h2 a section's, below are subsections
# kinds of boilerplate that are also looked for inside of a text, not only at its start
_CONTAINED_PHRASES = ("newsletter", "legal")
_TAIL_HEAD = "tailhead"  # phrases of headings below an article, such as "Related stories"
_STARTING_PHRASES = (*hints.KINDS, _TAIL_HEAD)

# features that the text of a block has or has not: name -> rule on the text and its number of
# letters
_TEXT_RULES: Mapping[str, Callable[[str, int], bool]] = {
    "sentence": lambda text, letters: text[-4:].rstrip(_CLOSING_MARKS)[-1:] in _SENTENCE_ENDS,
    "colon": lambda text, letters: text.endswith((":", "：")),
    "question": lambda text, letters: text.endswith(("?", "？")),
    "comma": lambda text, letters: "," in text or "、" in text,
    "lower": lambda text, letters: text[:1].islower(),
    "caps": lambda text, letters: letters > _LEAST_CAPITALS and text.isupper(),
    "date": lambda text, letters: letters < _DATE_LINE and _DATE.search(text) is not None,
    "address": lambda text, letters: letters < _SIGN_LINE and _ADDRESS.search(text) is not None,
    "bullet": lambda text, letters: _BULLET.match(text) is not None,
    "bar": lambda text, letters: (
        letters < _SIGN_LINE and ("|" in text or "•" in text or "·" in text)
    ),
    "cut-off": lambda text, letters: text.endswith(_CUT_OFF_ENDS),
}


def compute_block_features(blocks: Sequence[Block], title: str) -> Columns:
    """Return the features of `blocks`, parts of a page such as its paragraphs, by the name of the
    feature: an array with a value for each block, in their order. The letters of the blocks must be
    counted already. `title`: the title of the page."""
    letters = np.array([block.letters for block in blocks], dtype=np.float64)
    length = np.array([len(block.text) or 1 for block in blocks], dtype=np.float64)
    link = np.array([block.linked_length for block in blocks], dtype=np.float64) / length
    level = np.array([block.level for block in blocks])
    kind_numbers = np.array([_KIND_NUMBERS.get(block.kind, 0) for block in blocks])
    lower_title = title.casefold().strip()

    features: Columns = {"bias": np.ones(len(blocks)), "size": np.log1p(letters)}
    for limit in _SIZE_LIMITS:
        features[f"size>{limit}"] = letters > limit
    features["link"] = link
    features["all-link"] = link > _ALL_LINK
    features["letters-share"] = letters / length
    for kind, number in _KIND_NUMBERS.items():
        features[f"is-{kind}"] = kind_numbers == number
    features["h1"] = level == 1
    features["h2"] = level == _SECTION_LEVEL
    features["h3+"] = level > _SECTION_LEVEL
    features["digits"] = [_measure_digits(block.text) for block in blocks]
    features["hidden"] = _make_flags([block.hidden for block in blocks])
    features["is-title"] = _make_flags([_is_title(block, lower_title) for block in blocks])
    features["repeat"] = _make_flags(_find_repeats(blocks))
    for name, rule in _TEXT_RULES.items():  # functions of the text and the number of its letters
        features[name] = _make_flags([rule(block.text, block.letters) for block in blocks])
    features |= _compare_frames(blocks)
    features |= _measure_runs(blocks)
    features |= _find_phrases(blocks)
    return features


def make_bit_columns(prefix: str, names: Sequence[str], bits: Sequence[int]) -> Columns:
    """Return a feature for each bit: 1.0 for each block that has the bit set, else 0.0. `bits`: a
    number for each block, whose bits are flags; `names`: the names of the bits, the lowest bit
    first. The name of a feature is `prefix` and the name of its bit."""
    # numpy: a row for each bit, a column for each block
    positions = np.arange(len(names))[:, None]
    rows = ((np.array(bits, dtype=np.int64) >> positions) & 1).astype(np.float32)
    return {prefix + name: rows[position] for position, name in enumerate(names)}


def _make_flags(values: Sequence[bool]) -> Any:
    """Return `values` as a numpy array of booleans. It is faster than np.array."""
    return np.frombuffer(bytes(values), dtype=np.bool_)


def _compare_frames(blocks: Sequence[Block]) -> Columns:
    """Return six features that say whether a block is in a list item, an ordered list, a quote, a
    figure, a definition or a table for layout. The frames of a block, which are the elements around
    it, show this."""
    # many blocks have the same frames, so each tuple of frames is read once
    distinct_frames = {block.frames for block in blocks}
    by_frames = {frames: _read_frames(frames) for frames in distinct_frames}
    flags_by_block = [by_frames[block.frames] for block in blocks]
    features: Columns = {}
    for name in _read_frames(()):  # the names of all features
        features[name] = _make_flags([flags[name] for flags in flags_by_block])
    # a row is a part of a table of data, not of one for layout
    is_no_row = _make_flags([block.kind != "row" for block in blocks])
    features["in-layout-table"] = features["in-layout-table"] & is_no_row
    return features


def _read_frames(frames: tuple[Frame, ...]) -> dict[str, bool]:
    """Return flags that say whether a block is in a list item, a quote and so on, by names of
    features. `frames`: the elements around the block, the outermost first."""
    kinds = [frame.kind for frame in frames]
    is_in_ordered_list = False
    for frame in frames:
        if frame.kind == "li":
            is_in_ordered_list = frame.ordered  # the last, innermost item decides
    return {
        "in-li": "li" in kinds,
        "in-ol": is_in_ordered_list,
        "in-quote": "blockquote" in kinds,
        "in-figure": "figure" in kinds,
        "in-dd": "dd" in kinds,
        "in-layout-table": "table" in kinds,
    }


def _measure_runs(blocks: Sequence[Block]) -> Columns:
    """Return three features of the blocks. "bold": all text of the block is bold. "italic": all of
    it is italic. "fragment": it has links, and all of them lead to places of the same page."""
    # for each block, the marks (bold, italic) that all pieces of its text have
    common_marks = [_join_marks(block.runs) for block in blocks]
    return {
        "bold": _make_flags([bool(marks & BOLD) for marks in common_marks]),
        "italic": _make_flags([bool(marks & ITALIC) for marks in common_marks]),
        "fragment": _make_flags([_has_only_fragments(block) for block in blocks]),
    }


def _has_only_fragments(block: Block) -> bool:
    """Return True if a block has links, and all of them lead to places of the same page
    ("#notes")."""
    if not block.linked_length:
        return False
    links = [run.href for run in block.runs if run.href]
    return bool(links) and all(href[:1] == "#" for href in links)


def _join_marks(runs: Sequence[Run]) -> int:
    """Return the marks, such as BOLD, that all pieces of a text have in common, as bits; 0 for
    none. `runs`: the pieces; those of white space only do not count."""
    marks = [run.marks for run in runs if run.text.strip()]
    return reduce(and_, marks) if marks else 0


def _find_phrases(blocks: Sequence[Block]) -> Columns:
    """Return features that say which phrases of boilerplate, such as legal notices, a block has.
    "says-legal" is the share of the block that a legal phrase at its start makes up, and so on for
    each kind of phrase. "has-legal" says if the block has such a phrase anywhere; some kinds have
    this feature. "tail-head" is for headings of sections behind the article. Blocks of more than
    300 letters are not searched and get 0."""
    texts = [
        hints.normalise_phrase(block.text) if block.letters <= _SHORT_TEXT else ""
        for block in blocks
    ]
    no_phrases = [0.0] * len(_STARTING_PHRASES)
    shares_by_block = [
        hints.measure_starts(_STARTING_PHRASES, text) if text else no_phrases for text in texts
    ]
    shares_by_kind: dict[str, list[float]] = {}
    for position, kind in enumerate(_STARTING_PHRASES):
        shares_by_kind[kind] = [shares[position] for shares in shares_by_block]

    features: Columns = {f"says-{kind}": shares_by_kind[kind] for kind in hints.KINDS}

    contained_kinds = [hints.find_phrase_kinds(_CONTAINED_PHRASES, text) for text in texts]
    for kind in _CONTAINED_PHRASES:
        features[f"has-{kind}"] = _make_flags([kind in kinds for kinds in contained_kinds])

    tail_shares: list[float] = []
    for share, block in zip(shares_by_kind[_TAIL_HEAD], blocks, strict=True):
        may_be_heading = block.letters < _SHORT_HEADING
        tail_shares.append(share if may_be_heading else 0.0)
    features["tail-head"] = np.array(tail_shares)
    return features


def _find_repeats(blocks: Sequence[Block]) -> list[bool]:
    """Return a flag for each block: True if it repeats an earlier block, which means that it has
    more than 20 letters and begins with the same 200 characters."""
    beginnings: set[str] = set()
    repeats: list[bool] = []
    for block in blocks:
        beginning = block.text[:_BEGINNING].lower()
        repeats.append(block.letters > _LEAST_REPEAT and beginning in beginnings)
        beginnings.add(beginning)
    return repeats


def _is_title(block: Block, title: str) -> bool:
    """Return True if the text of `block` is the page's title, or nearly so: both are equal, or one
    contains the other and is not much longer. `title`: in lower case, "" for none."""
    if not title or block.letters not in _TITLE_LETTERS:
        return False
    text = block.text.casefold().strip()
    if text == title:
        return True
    shorter, longer = sorted((text, title), key=len)
    is_of_similar_length = len(shorter) * _TITLE_SHARE > len(longer)
    return len(text) > _LEAST_TITLE and is_of_similar_length and shorter in longer


def _measure_digits(text: str) -> float:
    """Return the share (0 to 1) of the first 200 characters of `text` that are digits."""
    beginning = text[:_BEGINNING]
    if beginning.isascii():  # count the digits by removing them, which is faster
        digits = len(beginning) - len(beginning.encode().translate(None, _DIGITS))
        return digits / (len(beginning) or 1)
    return len(_DIGIT.findall(beginning)) / len(beginning)
