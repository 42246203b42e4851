"""What an extractor's text says of each block: how much of the block it contains. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from syndicator import text as texts
from syndicator.reading.body import containers
from syndicator.reading.html.blocks import Block

_LETTERS = re.compile(r"[^\W_]+")
_OTHER_ASCII = bytes(code for code in range(128) if not chr(code).isalnum())
_PIECE = 32  # letters of a piece when a block is found only in part
_ENOUGH = 0.35  # share of the page's prose that an opinion must hold to be believed
_WHOLE = 800  # letters from which a feed's content can be the whole text
_WHOLE_SHARE = 0.7  # of the opinion that it must reach, and of it that must stand on the page
_SLACK = 12  # letters by which a short text may stand off the place where the one before it ended
_SHORT = 16  # letters below which a text must stand near its neighbours to count


def letters(value: str) -> str:
    """`value` as lower-case letters and digits alone."""
    if value.isascii():  # thirty times cheaper than the pattern
        return value.lower().encode().translate(None, _OTHER_ASCII).decode()
    return "".join(_LETTERS.findall(value.lower()))


def measure(blocks: Sequence[Block]) -> None:
    """Sets the letters of each block, a wide character counting two: it says as much as two of an alphabet."""
    for block in blocks:
        block.own = letters(block.text)
        block.letters = texts.width(block.own)


def cast(blocks: Sequence[Block], opinion: str) -> None:
    """Sets the vote of each block: the share of its letters that `opinion` holds, in their order."""
    said = letters(opinion)
    at = 0
    for block in blocks:
        own, block.vote = block.own, 0.0
        if own and said:
            block.vote, at = _share(own, said, at)
    _settle([block for block in blocks if block.own])


def _settle(blocks: Sequence[Block]) -> None:
    """A short text far from all that was found is an item of a menu; its twin beside what was found is the one."""
    lone: set[str] = set()
    for index, block in enumerate(blocks):
        if block.vote and len(block.own) < _SHORT and not _beside(blocks, index):
            block.vote = 0.0
            lone.add(block.own)
    for index, block in enumerate(blocks):
        if block.own in lone and not block.vote and _beside(blocks, index):
            block.vote = 1.0


def _beside(blocks: Sequence[Block], index: int) -> bool:
    return any(blocks[at].vote > 0.5 for at in (index - 1, index + 1) if 0 <= at < len(blocks))


def _share(own: str, said: str, at: int) -> tuple[float, int]:
    if len(own) < _SHORT:
        found = said.find(own, at, at + len(own) + _SLACK)
        return (1.0, found + len(own)) if found >= 0 else (0.0, at)
    found = said.find(own, max(0, at - 200))
    if found < 0:
        found = said.find(own)
    if found >= 0:
        return 1.0, found + len(own)
    pieces = [own[start : start + _PIECE] for start in range(0, len(own) - _PIECE + 1, _PIECE)]
    hits = [place for piece in pieces if (place := said.find(piece)) >= 0]
    return (len(hits) / len(pieces), (hits[-1] + _PIECE) if hits else at) if pieces else (0.0, at)


def gather(blocks: Sequence[Block], box: containers.Containers, ask: Callable[[str], str]) -> str:
    """Casts the votes of the first opinion that holds enough of the page's prose; the name of the one that did.

    `ask` gives the opinion "fast" or "balanced". When neither knows the page, its prose votes for itself.
    """
    within = box.inside(containers.scheduler(box.prose, box, 0.7))[box.of].tolist()
    inside = [block for block, there in zip(blocks, within, strict=True) if there and containers.is_prose(block)]
    total = sum(block.letters for block in inside)
    for name in ("fast", "balanced"):
        cast(blocks, ask(name))
        if sum(block.letters * block.vote for block in blocks) >= max(_ENOUGH * total, 1):
            return name
    for block in inside:
        block.vote = 1.0
    return "prose"


def covers(blocks: Sequence[Block], said: str) -> bool:
    """True when `said`, the content of a feed, is as whole as the extractor's opinion and stands on the page."""
    own = letters(said)
    voted = sum(block.letters * block.vote for block in blocks)
    if len(own) < _WHOLE or len(own) < _WHOLE_SHARE * voted:
        return False
    on_page = "".join(block.own for block in blocks)
    pieces = [own[start : start + _PIECE] for start in range(0, len(own) - _PIECE + 1, 4 * _PIECE)]
    return sum(piece in on_page for piece in pieces) >= _WHOLE_SHARE * len(pieces)


def misses(blocks: Sequence[Block], said: str) -> bool:
    """True when the page holds most of `said`, a feed's summary, but what was voted for holds next to nothing of it."""
    own = letters(said)
    pieces = [own[start : start + _PIECE] for start in range(0, len(own) - _PIECE + 1, _PIECE)][:40]
    if len(pieces) < 3:
        return False
    on_page = "".join(block.own for block in blocks)
    voted = "".join(block.own for block in blocks if block.vote > 0.5)
    there, chosen = (sum(piece in text for piece in pieces) for text in (on_page, voted))
    return there >= 0.6 * len(pieces) and chosen < 0.2 * len(pieces)
