"""Measure which share of a block is in a compared text; find repeated blocks. Pure.

The share is the strongest feature. Also reads the text of feed entries, a compared text."""

import hashlib
import re
from collections.abc import Sequence

from syndicator.core import text as texts
from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Entry
from syndicator.reading.body import containers
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import tree_of

# All chosen by hand on the pages that the weights are fitted on.
# overlap of a block that the extractor took; share of the prose in its container
MOST = 0.5
PROSE_SHARE = 0.7
_LETTERS = re.compile(r"[^\W_]+")
_OTHER_ASCII = bytes(code for code in range(128) if not chr(code).isalnum())
# letters of a piece of a block; letters below which a text must stand near its neighbours
_PIECE = 32
_SHORT = 16
# least letters of a whole text in a feed; share of it that must be on the page
_WHOLE = 800
_WHOLE_SHARE = 0.7
# letters after the expected place for a short text, and before it for a longer one
_SLACK = 12
_BACK = 200
# least pieces of a summary that is compared, and share of them on the page
_LEAST_PIECES = 3
_ON_PAGE = 0.6
# what WordPress and plugins for it put below each text of a feed
_APPEARED = (
    "appeared first on",
    "erschien zuerst auf",
    "est apparu en premier sur",
    "apareció primero en",
)
# least letters of an entry's text; characters of a plugin's line
_FEED_CONTENT_ENOUGH = 120
_LONGEST_NOTE = 400
_TELLING_REPEAT = 20  # letters from which repetition on a host shows that a block is boilerplate
_COPY = 0.2  # share of all letters kept from which repeated texts are a second copy
# share of the letters from a copy's start to its end that must stand in repeated texts: a list of
# section names above the sections makes each heading a copy, but not the prose between
_REPEATED = 0.8
# share of a text in the paragraphs that it runs together, and the number that it exceeds
_SUM = 0.7
_PARTS = 2
# letters of a text recognised by itself; texts between two that continue a copy
_TELLING = 40
_GAP = 4


def letters(value: str) -> str:
    """Return the lower-case letters and digits of `value`."""
    if value.isascii():  # thirty times cheaper than the pattern
        return value.lower().encode().translate(None, _OTHER_ASCII).decode()
    low = (
        value.lower()
        .encode("utf-8", "surrogatepass")
        .translate(None, _OTHER_ASCII)
        .decode("utf-8", "surrogatepass")
    )
    return low if low.isalnum() else "".join(_LETTERS.findall(low))


def measure(blocks: Sequence[Block]) -> None:
    """Set `own` (see `letters`) and the number of letters of each block. A wide character, such as
    Chinese, counts twice."""
    for block in blocks:
        block.own = letters(block.text)
        block.letters = texts.width(block.own)


def compare(blocks: Sequence[Block], extracted: str) -> None:
    """Set the overlap of each block: the share of its letters (0 to 1) found in `extracted`, in the
    same order."""
    theirs = letters(extracted)
    at = 0
    for block in blocks:
        own = block.own
        block.overlap = 0.0
        if own and theirs:
            block.overlap, at = _share(own, theirs, at)
    _drop_strays([block for block in blocks if block.own])


def _drop_strays(blocks: Sequence[Block]) -> None:
    """Clear the overlap of a short text far from other matches; mark an equal text beside a match
    instead."""
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
    """Return the share of `own` found in `theirs` near `at`, and the position where the next block
    should begin."""
    if len(own) < _SHORT:
        start = theirs.find(own, at, at + len(own) + _SLACK)
        return (1.0, start + len(own)) if start >= 0 else (0.0, at)
    start = theirs.find(own, max(0, at - _BACK))
    if start < 0:
        start = theirs.find(own)
    if start >= 0:
        return 1.0, start + len(own)
    pieces = _pieces(own)
    hits = [place for piece in pieces if (place := theirs.find(piece)) >= 0]
    return (len(hits) / len(pieces), (hits[-1] + _PIECE) if hits else at) if pieces else (0.0, at)


def _pieces(own: str, step: int = _PIECE) -> list[str]:
    return [own[start : start + _PIECE] for start in range(0, len(own) - _PIECE + 1, step)]


def guess(blocks: Sequence[Block], box: containers.Containers) -> None:
    """Set overlaps as if an extractor had taken only the prose of the page's main container."""
    within = box.inside(containers.deepest_with(PROSE_SHARE, box.prose, box))[box.of].tolist()
    for block, there in zip(blocks, within, strict=True):
        block.overlap = float(there and containers.is_prose(block))


def covers(blocks: Sequence[Block], content: str) -> bool:
    """Return True if the page contains the feed's `content`, and this is about as long as the text
    with which `blocks` were compared."""
    own = letters(content)
    extracted = sum(block.letters * block.overlap for block in blocks)
    if len(own) < _WHOLE or len(own) < _WHOLE_SHARE * extracted:
        return False
    on_page = "".join(block.own for block in blocks)
    pieces = _pieces(own, 4 * _PIECE)
    return sum(piece in on_page for piece in pieces) >= _WHOLE_SHARE * len(pieces)


def held(chosen: Sequence[Block], blocks: Sequence[Block], summary: str) -> float:
    """Return the share of `summary` found in `chosen`; 1 if it is short or `blocks`, the whole
    page, lack most of it."""
    pieces = _pieces(letters(summary))[:40]
    there, taken = (
        sum(piece in text for piece in pieces)
        for text in ("".join(b.own for b in each) for each in (blocks, chosen))
    )
    return (
        taken / len(pieces)
        if len(pieces) >= _LEAST_PIECES and there >= _ON_PAGE * len(pieces)
        else 1.0
    )


def blocks(entry: Entry) -> list[Block]:
    """Return the blocks of the entry's content, or of a long summary, without lines added by
    syndication plugins."""
    for html in (entry.content, entry.summary):
        parsed = _parsed(html)
        measure(parsed)
        if sum(block.letters for block in parsed) >= _FEED_CONTENT_ENOUGH:
            return parsed
    return []


def words(html: str) -> str:
    """Return the text of an entry's HTML, one line per block, without lines added by syndication
    plugins."""
    return "\n".join(block.text for block in _parsed(html))


def _parsed(html: str) -> list[Block]:
    if not html.strip():
        return []
    try:
        tree = tree_of(f"<div>{html[:2_000_000]}</div>")
    except NotAnArticle:
        return []
    shown = (block for block in read_blocks(tree) if not block.hidden)
    return [
        block
        for block in shown
        if len(block.text) >= _LONGEST_NOTE or not any(phrase in block.text for phrase in _APPEARED)
    ]


def copies(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cut a second copy of the article, made for other screens: the same texts in order, a large
    part of all. Clear their flags in `stay`; return the rule by cut block."""
    texts = [at for at, keep in enumerate(stay) if keep and blocks[at].own]
    enough = _COPY * sum(blocks[at].letters for at in texts)
    gone = []
    for run in _rows_of_copies([blocks[at].own for at in texts]):
        row = texts[run[0] : run[-1] + 1]
        letters = sum(blocks[at].letters for at in row)
        if (
            letters > enough
            and sum(blocks[texts[place]].letters for place in run) >= _REPEATED * letters
        ):
            gone += row
    gone += [
        at
        for at in texts
        if blocks[at].letters > enough and _is_sum(blocks[at], [blocks[i] for i in texts])
    ]
    for at in gone:
        stay[at] = False
    return {blocks[at]: "a second copy" for at in gone}


def _rows_of_copies(texts: Sequence[str]) -> list[list[int]]:
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
    parts = [other.own for other in others if len(other.own) >= _TELLING and other is not block]
    inside = [part for part in dict.fromkeys(parts) if part in block.own]
    return len(inside) > _PARTS and sum(map(len, inside)) > _SUM * len(block.own)


def is_comparable(block: Block) -> bool:
    """Return True for a text that is boilerplate if a host repeats it. Headings and code are not
    compared."""
    return block.kind in ("p", "row", "dt") and block.letters >= _TELLING_REPEAT


def digest(block: Block) -> str:
    """Return 16 hex digits for the text of `block`, without its links if enough other text
    remains."""
    between = (
        letters("".join([run.text for run in block.runs if not run.href])) if block.linked else ""
    )
    compared = between if len(between) >= _TELLING_REPEAT else block.own
    return hashlib.sha256(compared.encode("utf-8", "replace")).hexdigest()[:16]
