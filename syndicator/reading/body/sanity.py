"""Whether what was kept can be the article, beside what the extractor took; else the extractor's word. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from syndicator.reading.body import containers, overlap
from syndicator.reading.html import class_hints
from syndicator.reading.html.blocks import Block

# All chosen by hand on the open pages (2,449).
_LEAST = 200  # letters of prose that the extractor took, from which its word counts
_LINKED = 0.5  # share of the kept text in links from which it is a menu
_HALF = 0.5  # share of the extractor's prose in boxes of comments and cut, from which a thread is the page
_WHOLE = 3_000  # letters kept from which they are an article, and what is called a comment is one
_SURE = 0.99  # the score of what the extractor took, in the second try


def wrong(kept: Sequence[Block], blocks: Sequence[Block], *, declared: bool) -> str:
    """Why the `kept` of all `blocks` cannot be the article, "" where nothing speaks against it. `declared`: the page
    calls itself an article, so that what is called a comment is one."""
    taken = [block for block in blocks if _is_voted(block) and containers.is_prose(block)]
    if sum(block.letters for block in taken) < _LEAST:
        return ""
    chosen = set(kept)
    if not any(block in chosen for block in blocks if _is_voted(block)):
        return "nothing that the extractor took was kept"
    if sum(block.linked for block in kept) > _LINKED * sum(len(block.text) for block in kept):
        return "what was kept is links"
    if declared or sum(block.letters for block in kept) > _WHOLE:
        return ""
    lost = [block for block in taken if block not in chosen]
    comment = class_hints.bit("comment")
    marked = sum(block.letters for block in lost if block.near & comment)
    if marked > _HALF * sum(block.letters for block in taken):
        return f"{marked} letters that the extractor took stand in boxes of comments"
    return ""


def believe(blocks: Sequence[Block]) -> None:
    """Raises the score of the blocks that the extractor took."""
    for block in blocks:
        if _is_voted(block):
            block.score = max(block.score, _SURE)


def _is_voted(block: Block) -> bool:
    return block.overlap > overlap.MOST
