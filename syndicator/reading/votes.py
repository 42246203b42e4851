"""What an extractor's text says of each block: how much of the block it contains. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syndicator.reading.blocks import Block

_OTHER = re.compile(r"[\W_]+")
_PIECE = 32  # letters of a piece when a block is found only in part
_SHORT = 16  # letters below which a text must stand near its neighbours to count


def letters(value: str) -> str:
    """`value` as lower-case letters and digits alone."""
    return _OTHER.sub("", value.lower())


def cast(blocks: Sequence[Block], opinion: str) -> None:
    """Sets the vote of each block: the share of its letters that `opinion` holds, in their order where it can be told."""
    said = letters(opinion)
    at = 0
    for block in blocks:
        own = letters(block.text)
        block.letters = len(own)
        if not own or not said:
            continue
        block.vote, at = _share(own, said, at)


def _share(own: str, said: str, at: int) -> tuple[float, int]:
    if len(own) < _SHORT:
        found = said.find(own, at, at + len(own) + 40)
        return (1.0, found + len(own)) if found >= 0 else (0.0, at)
    found = said.find(own, max(0, at - 200))
    if found < 0:
        found = said.find(own)
    if found >= 0:
        return 1.0, found + len(own)
    pieces = [own[start : start + _PIECE] for start in range(0, len(own) - _PIECE + 1, _PIECE)]
    hits = [place for piece in pieces if (place := said.find(piece)) >= 0]
    return (len(hits) / len(pieces), (hits[-1] + _PIECE) if hits else at) if pieces else (0.0, at)
