"""How much of each block an extractor's text has too: the strongest feature of what is article. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from syndicator.core import text as texts
from syndicator.reading.body import containers
from syndicator.reading.html.blocks import Block

# All chosen by hand on the pages that the weights are fitted on.
MOST = 0.5  # overlap above which a block counts as one that the extractor took
PROSE_SHARE = 0.7  # of all prose, which the container of the prose must hold
_LETTERS = re.compile(r"[^\W_]+")
_OTHER_ASCII = bytes(code for code in range(128) if not chr(code).isalnum())
_PIECE = 32  # letters of a piece when a block is found only in part
_ENOUGH = 0.35  # share of the page's prose that an extractor's text must have to be believed
_MENU = 0.5  # share of an extractor's text in links from which it is a menu, which can be as long as an article,
_LEAST_PROSE = 0.2  # unless it has this share of the page's prose
_WHOLE = 800  # letters from which a feed's content can be the whole text
_WHOLE_SHARE = 0.7  # of the extractor's text that it must reach, and of it that must stand on the page
_SLACK = 12  # letters by which a short text may stand off the place where the one before it ended
_BACK = 200  # letters by which a longer text may stand before that place
_SHORT = 16  # letters below which a text must stand near its neighbours to count
_MOST_PIECES = 40  # pieces of a summary that are looked for
_LEAST_PIECES = 3  # below which a summary is too short to say anything
_ON_PAGE = 0.6  # share of a summary's pieces from which the page holds it
_NOT_TAKEN = 0.2  # share of them below which the extractor missed it
_HALF = 0.5  # share of them below which what was kept without an extractor lacks it


def letters(value: str) -> str:
    """`value` as lower-case letters and digits alone."""
    if value.isascii():  # thirty times cheaper than the pattern
        return value.lower().encode().translate(None, _OTHER_ASCII).decode()
    low = value.lower().encode("utf-8", "surrogatepass").translate(None, _OTHER_ASCII).decode("utf-8", "surrogatepass")
    return low if low.isalnum() else "".join(_LETTERS.findall(low))


def measure(blocks: Sequence[Block]) -> None:
    """Sets `own` and `letters` of each block; a wide character counts two: it says as much as two of an alphabet."""
    for block in blocks:
        block.own = letters(block.text)
        block.letters = texts.width(block.own)


def compare(blocks: Sequence[Block], extracted: str) -> None:
    """Sets the overlap of each block: the share of its letters (0 to 1) that `extracted` has, in the same order."""
    theirs = letters(extracted)
    at = 0
    for block in blocks:
        own, block.overlap = block.own, 0.0
        if own and theirs:
            block.overlap, at = _share(own, theirs, at)
    _drop_strays([block for block in blocks if block.own])


def _drop_strays(blocks: Sequence[Block]) -> None:
    """A short text far from all that was found is an item of a menu; its twin beside what was found is the one."""
    lone: set[str] = set()
    for index, block in enumerate(blocks):
        if block.overlap and len(block.own) < _SHORT and not _beside(blocks, index):
            block.overlap = 0.0
            lone.add(block.own)
    for index, block in enumerate(blocks):
        if block.own in lone and not block.overlap and _beside(blocks, index):
            block.overlap = 1.0


def _beside(blocks: Sequence[Block], index: int) -> bool:
    return any(blocks[at].overlap > MOST for at in (index - 1, index + 1) if 0 <= at < len(blocks))


def _share(own: str, theirs: str, at: int) -> tuple[float, int]:
    """The share of `own` in `theirs`, and the place in it where the next block is expected."""
    if len(own) < _SHORT:
        found = theirs.find(own, at, at + len(own) + _SLACK)
        return (1.0, found + len(own)) if found >= 0 else (0.0, at)
    found = theirs.find(own, max(0, at - _BACK))
    if found < 0:
        found = theirs.find(own)
    if found >= 0:
        return 1.0, found + len(own)
    pieces = _pieces(own)
    hits = [place for piece in pieces if (place := theirs.find(piece)) >= 0]
    return (len(hits) / len(pieces), (hits[-1] + _PIECE) if hits else at) if pieces else (0.0, at)


def _pieces(own: str, step: int = _PIECE) -> list[str]:
    return [own[start : start + _PIECE] for start in range(0, len(own) - _PIECE + 1, step)]


def guess(blocks: Sequence[Block], box: containers.Containers) -> None:
    """Sets each block's overlap as if an extractor had taken the prose of the page's main container alone."""
    for block in blocks:
        block.overlap = 0.0
    for block in _prose_inside(blocks, box):
        block.overlap = 1.0


def _prose_inside(blocks: Sequence[Block], box: containers.Containers) -> list[Block]:
    within = box.inside(containers.deepest_with(PROSE_SHARE, box.prose, box))[box.of].tolist()
    return [block for block, there in zip(blocks, within, strict=True) if there and containers.is_prose(block)]


def compare_extractions(blocks: Sequence[Block], box: containers.Containers, extract: Callable[[str], str]) -> str:
    """Sets each block's overlap with the first extraction that has enough of the page's prose; returns its name.

    `extract` gives the text of the extraction "fast" or "balanced". When neither knows the page, its prose counts as
    extracted and "prose" is returned.
    """
    inside = _prose_inside(blocks, box)
    total = sum(block.letters for block in inside)
    for name in ("fast", "balanced"):
        compare(blocks, extract(name))
        taken = sum(block.letters * block.overlap for block in blocks)
        if taken >= max(_ENOUGH * total, 1) and not _is_menu(blocks, inside):
            return name
    for block in inside:
        block.overlap = 1.0
    return "prose"


def _is_menu(blocks: Sequence[Block], inside: Sequence[Block]) -> bool:
    """True when what was taken of `blocks` is links for the most part, and next to nothing of the prose `inside`."""
    length = sum(len(block.text) * block.overlap for block in blocks)
    linked = sum(block.linked * block.overlap for block in blocks)
    prose = sum(block.letters * block.overlap for block in inside)
    return linked > _MENU * length and prose < _LEAST_PROSE * sum(block.letters for block in inside)


def covers(blocks: Sequence[Block], content: str) -> bool:
    """True when `content`, that of a feed, is as whole as the extractor's text and stands on the page."""
    own = letters(content)
    extracted = sum(block.letters * block.overlap for block in blocks)
    if len(own) < _WHOLE or len(own) < _WHOLE_SHARE * extracted:
        return False
    on_page = "".join(block.own for block in blocks)
    pieces = _pieces(own, 4 * _PIECE)
    return sum(piece in on_page for piece in pieces) >= _WHOLE_SHARE * len(pieces)


def misses(blocks: Sequence[Block], summary: str) -> bool:
    """True when the page holds most of a feed's `summary`, but what the extractor took holds next to nothing of it."""
    return _lack([block for block in blocks if block.overlap > MOST], blocks, summary, _NOT_TAKEN)


def lacks(kept: Sequence[Block], blocks: Sequence[Block], summary: str) -> bool:
    """True when the page holds most of the `summary`, but what was `kept` holds less than half of it."""
    return _lack(kept, blocks, summary, _HALF)


def _lack(chosen: Sequence[Block], blocks: Sequence[Block], summary: str, least: float) -> bool:
    pieces = _pieces(letters(summary))[:_MOST_PIECES]
    if len(pieces) < _LEAST_PIECES:
        return False
    there, taken = (_on(each, pieces) for each in (blocks, chosen))
    return there >= _ON_PAGE * len(pieces) and taken < least * len(pieces)


def _on(blocks: Sequence[Block], pieces: Sequence[str]) -> int:
    text = "".join(block.own for block in blocks)
    return sum(piece in text for piece in pieces)
