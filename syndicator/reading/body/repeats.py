"""Repeated texts: a second copy of the article on its page, and blocks that many pages of a host share. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from syndicator.reading.body import overlap
from syndicator.reading.html.blocks import Block

_TELLING_REPEAT = 20  # letters from which repetition on a host shows that a block is boilerplate
_COPY = 0.2  # share of all letters kept from which repeated texts are a second copy
# share of the letters from a copy's start to its end that must stand in repeated texts: a list of section names above
# the sections makes each heading a copy, but not the prose between
_REPEATED = 0.8
_SUM = 0.7  # share of a text from which the others that make it up show that it is their sum
_PARTS = 2  # paragraphs above which a text can be their sum
_TELLING = 40  # letters of a text that is found again by itself
_GAP = 4  # texts between two that continue a copy


def copies(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cuts the second copy of an article: pages carry one for other screens or for machines. It has the same texts in
    the same order and is a good part of all that is kept, which no refrain, warning or table of parameters is."""
    texts = [at for at, keep in enumerate(stay) if keep and blocks[at].own]
    enough = _COPY * sum(blocks[at].letters for at in texts)
    gone = []
    for run in _rows_of_copies([blocks[at].own for at in texts]):
        row = texts[run[0] : run[-1] + 1]
        letters = sum(blocks[at].letters for at in row)
        if letters > enough and sum(blocks[texts[place]].letters for place in run) >= _REPEATED * letters:
            gone += row
    gone += [at for at in texts if blocks[at].letters > enough and _is_sum(blocks[at], [blocks[i] for i in texts])]
    for at in gone:
        stay[at] = False
    return {blocks[at]: "a second copy" for at in gone}


def _rows_of_copies(texts: Sequence[str]) -> list[list[int]]:
    """Rows of places at which `texts` repeat, in the same order, what stood before the row began."""
    first: dict[str, int] = {}
    rows: list[list[int]] = []
    last = -1  # where the last text of the row stood first
    for place, own in enumerate(texts):
        origin = first.setdefault(own, place)
        if origin == place:
            continue
        near = bool(rows) and place - rows[-1][-1] <= _GAP
        if near and 0 < origin - last <= _GAP and origin < rows[-1][0]:
            rows[-1].append(place)
            last = origin
        elif not near or len(own) >= _TELLING:
            rows.append([place])
            last = origin
    return rows


def _is_sum(block: Block, others: Sequence[Block]) -> bool:
    """True for a text that is other paragraphs of the page run together."""
    parts = [other.own for other in others if len(other.own) >= _TELLING and other is not block]
    inside = [part for part in dict.fromkeys(parts) if part in block.own]
    return len(inside) > _PARTS and sum(map(len, inside)) > _SUM * len(block.own)


def is_comparable(block: Block) -> bool:
    """True for a block whose repetition on other pages would say that it is boilerplate: code and headings repeat with
    good reason."""
    return block.kind in ("p", "row", "dt") and block.letters >= _TELLING_REPEAT


def digest(block: Block) -> str:
    """Sixteen hex digits that name the text of `block`, the same on every page it stands on. The text of its links does
    not count where enough stands between them: "Older notes: [...]. Filed under [...]" has other links each time."""
    between = overlap.letters("".join([run.text for run in block.runs if not run.href])) if block.linked else ""
    compared = between if len(between) >= _TELLING_REPEAT else block.own
    return hashlib.sha256(compared.encode("utf-8", "replace")).hexdigest()[:16]
