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
from syndicator.reading.html.document import parse_tree

# All chosen by hand on the pages that the weights are fitted on.
# overlap of a block that the extractor took; share of the prose in its container
MOST = 0.5
PROSE_SHARE = 0.7
_LETTERS = re.compile(r"[^\W_]+")
_NOT_FOUND = -1  # of str.find
_MOST_PIECES = 40  # of a summary
_MOST_HTML = 2_000_000  # characters of an entry's text
_DIGITS = 16  # hex digits of a digest
_OTHER_ASCII = bytes(code for code in range(128) if not chr(code).isalnum())
# letters of a piece of a block; letters below which a text must stand near its neighbours
_PIECE = 32
_SHORT_TEXT = 16
# least letters of a whole text in a feed; share of it that must be on the page
_LEAST_WHOLE = 800
_WHOLE_SHARE = 0.7
# letters after the expected place for a short text, and before it for a longer one
_MOST_AHEAD = 12
_MOST_BACK = 200
# least pieces of a summary that is compared, and share of them on the page
_LEAST_PIECES = 3
_LEAST_ON_PAGE = 0.6
# what WordPress and plugins for it put below each text of a feed
_PLUGIN_PHRASES = (
    "appeared first on",
    "erschien zuerst auf",
    "est apparu en premier sur",
    "apareció primero en",
)
# least letters of an entry's text; characters of a plugin's line
_LEAST_FEED_LETTERS = 120
_LONGEST_PLUGIN_LINE = 400
_LEAST_REPEAT = 20  # letters from which repetition on a host shows that a block is boilerplate
_COPY_SHARE = 0.2  # share of all letters kept from which repeated texts are a second copy
# share of the letters from a copy's start to its end that must stand in repeated texts: a list of
# section names above the sections makes each heading a copy, but not the prose between
_REPEATED_SHARE = 0.8
# share of a text in the paragraphs that it runs together, and the number that it exceeds
_SUM_SHARE = 0.7
_FEW_PARTS = 2
# letters of a text recognised by itself; texts between two that continue a copy
_LEAST_RECOGNISED = 40
_MOST_GAP = 4


def extract_letters(value: str) -> str:
    """Return the lower-case letters and digits of `value`."""
    if value.isascii():  # thirty times cheaper than the pattern
        return value.lower().encode().translate(None, _OTHER_ASCII).decode()
    without_ascii_signs = (
        value.lower()
        .encode("utf-8", "surrogatepass")
        .translate(None, _OTHER_ASCII)
        .decode("utf-8", "surrogatepass")
    )
    if without_ascii_signs.isalnum():
        return without_ascii_signs
    return "".join(_LETTERS.findall(without_ascii_signs))


def measure_letters(blocks: Sequence[Block]) -> None:
    """Set the letters and digits of each block, and their number. A wide character, such as
    Chinese, counts twice."""
    for block in blocks:
        block.letters_and_digits = extract_letters(block.text)
        block.letters = texts.width(block.letters_and_digits)


def compare_with_text(blocks: Sequence[Block], extracted: str) -> None:
    """Set the overlap of each block: the share of its letters (0 to 1) found in the text
    `extracted`, in the same order."""
    extracted_letters = extract_letters(extracted)
    position = 0
    for block in blocks:
        block.overlap = 0.0
        if block.letters_and_digits and extracted_letters:
            block.overlap, position = _find_share(
                block.letters_and_digits, extracted_letters, position
            )
    _drop_strays([block for block in blocks if block.letters_and_digits])


def _drop_strays(blocks: Sequence[Block]) -> None:
    """Clear the overlap of a short text far from other matches; mark an equal text beside a match
    instead."""
    strays: set[str] = set()
    for index, block in enumerate(blocks):
        is_short = len(block.letters_and_digits) < _SHORT_TEXT
        if block.overlap and is_short and not _is_beside_match(blocks, index):
            block.overlap = 0.0
            strays.add(block.letters_and_digits)
    for index, block in enumerate(blocks):
        is_stray = block.letters_and_digits in strays and not block.overlap
        if is_stray and _is_beside_match(blocks, index):
            block.overlap = 1.0


def _is_beside_match(blocks: Sequence[Block], index: int) -> bool:
    """Return True if the block before or after that at `index` is mostly in the compared text."""
    neighbours = [*blocks[max(index - 1, 0) : index], *blocks[index + 1 : index + 2]]
    return any(block.overlap > MOST for block in neighbours)


def _find_share(letters: str, extracted: str, position: int) -> tuple[float, int]:
    """Return the share of a block's `letters` found in `extracted` near `position`, and the
    position where the next block should begin."""
    if len(letters) < _SHORT_TEXT:
        start = extracted.find(letters, position, position + len(letters) + _MOST_AHEAD)
        if start == _NOT_FOUND:
            return 0.0, position
        return 1.0, start + len(letters)
    start = extracted.find(letters, max(0, position - _MOST_BACK))
    if start == _NOT_FOUND:
        start = extracted.find(letters)
    if start != _NOT_FOUND:
        return 1.0, start + len(letters)
    pieces = _cut_pieces(letters)
    starts = [start for start in map(extracted.find, pieces) if start != _NOT_FOUND]
    if not starts:
        return 0.0, position
    return len(starts) / len(pieces), starts[-1] + _PIECE


def _cut_pieces(letters: str, step: int = _PIECE) -> list[str]:
    """Return pieces of 32 letters, `step` letters from start to start."""
    return [letters[start : start + _PIECE] for start in range(0, len(letters) - _PIECE + 1, step)]


def guess_overlap(blocks: Sequence[Block], box: containers.Containers) -> None:
    """Set overlaps as if an extractor had taken only the prose of the page's main container."""
    main = containers.find_deepest_with(PROSE_SHARE, box.prose, box)
    is_inside = box.inside(main)[box.element_of].tolist()
    for block, inside in zip(blocks, is_inside, strict=True):
        block.overlap = float(inside and containers.is_prose(block))


def contains_feed_text(blocks: Sequence[Block], content: str) -> bool:
    """Return True if the page contains the feed's `content`, and this is about as long as the text
    with which `blocks` were compared."""
    content_letters = extract_letters(content)
    compared = sum(block.letters * block.overlap for block in blocks)
    if len(content_letters) < _LEAST_WHOLE or len(content_letters) < _WHOLE_SHARE * compared:
        return False
    page_letters = "".join(block.letters_and_digits for block in blocks)
    pieces = _cut_pieces(content_letters, 4 * _PIECE)
    return sum(piece in page_letters for piece in pieces) >= _WHOLE_SHARE * len(pieces)


def measure_summary_share(chosen: Sequence[Block], page: Sequence[Block], summary: str) -> float:
    """Return the share of `summary` that `chosen` contains; 1 if it is short or if `page` lacks
    most of it."""
    pieces = _cut_pieces(extract_letters(summary))[:_MOST_PIECES]
    if len(pieces) < _LEAST_PIECES:
        return 1.0
    page_letters = "".join(block.letters_and_digits for block in page)
    pieces_on_page = sum(piece in page_letters for piece in pieces)
    if pieces_on_page < _LEAST_ON_PAGE * len(pieces):
        return 1.0
    chosen_letters = "".join(block.letters_and_digits for block in chosen)
    pieces_in_chosen = sum(piece in chosen_letters for piece in pieces)
    return pieces_in_chosen / len(pieces)


def read_entry_blocks(entry: Entry) -> list[Block]:
    """Return the blocks of the entry's content, or of a long summary, without lines added by
    syndication plugins."""
    for html in (entry.content, entry.summary):
        blocks = _parse_blocks(html)
        measure_letters(blocks)
        if sum(block.letters for block in blocks) >= _LEAST_FEED_LETTERS:
            return blocks
    return []


def read_entry_text(html: str) -> str:
    """Return the text of an entry's HTML, one line per block, without lines added by syndication
    plugins."""
    return "\n".join(block.text for block in _parse_blocks(html))


def _parse_blocks(html: str) -> list[Block]:
    if not html.strip():
        return []
    try:
        tree = parse_tree(f"<div>{html[:_MOST_HTML]}</div>")
    except NotAnArticle:
        return []
    return [
        block for block in read_blocks(tree) if not block.hidden and not _is_plugin_line(block.text)
    ]


def _is_plugin_line(text: str) -> bool:
    if len(text) >= _LONGEST_PLUGIN_LINE:
        return False
    return any(phrase in text for phrase in _PLUGIN_PHRASES)


def cut_copies(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cut a second copy of the article, made for other screens: the same texts in order, a large
    part of all. Clear their flags in `stay`; return the rule by cut block."""
    indices = [
        index for index, keep in enumerate(stay) if keep and blocks[index].letters_and_digits
    ]
    least_letters = _COPY_SHARE * sum(blocks[index].letters for index in indices)
    copied: list[int] = []
    for run in _find_repeated_runs([blocks[index].letters_and_digits for index in indices]):
        between = indices[run[0] : run[-1] + 1]
        letters = sum(blocks[index].letters for index in between)
        repeated = sum(blocks[indices[position]].letters for position in run)
        if letters > least_letters and repeated >= _REPEATED_SHARE * letters:
            copied += between
    texts_that_stay = [blocks[index] for index in indices]
    for index in indices:
        is_long = blocks[index].letters > least_letters
        if is_long and _runs_together(blocks[index], texts_that_stay):
            copied.append(index)
    for index in copied:
        stay[index] = False
    return {blocks[index]: "a second copy" for index in copied}


def _find_repeated_runs(texts: Sequence[str]) -> list[list[int]]:
    """Return the positions of texts that stood before, in runs: near each other, and in the same
    order as before."""
    first_positions: dict[str, int] = {}
    runs: list[list[int]] = []
    last_origin = -1  # where the last text of the run stood first
    for position, text in enumerate(texts):
        origin = first_positions.setdefault(text, position)
        if origin == position:
            continue
        is_near = bool(runs) and position - runs[-1][-1] <= _MOST_GAP
        is_in_order = 0 < origin - last_origin <= _MOST_GAP
        if is_near and is_in_order and origin < runs[-1][0]:
            runs[-1].append(position)
            last_origin = origin
        elif not is_near or len(text) >= _LEAST_RECOGNISED:
            runs.append([position])
            last_origin = origin
    return runs


def _runs_together(block: Block, others: Sequence[Block]) -> bool:
    """Return True if `block` mostly consists of several of the other texts."""
    own_letters = block.letters_and_digits
    parts: dict[str, None] = {}
    for other in others:
        letters = other.letters_and_digits
        if other is not block and len(letters) >= _LEAST_RECOGNISED and letters in own_letters:
            parts[letters] = None
    return len(parts) > _FEW_PARTS and sum(map(len, parts)) > _SUM_SHARE * len(own_letters)


def is_comparable(block: Block) -> bool:
    """Return True for a text that is boilerplate if a host repeats it. Headings and code are not
    compared."""
    return block.kind in ("p", "row", "dt") and block.letters >= _LEAST_REPEAT


def digest_block(block: Block) -> str:
    """Return 16 hex digits for the text of `block`, without its links if enough other text
    remains."""
    compared = block.letters_and_digits
    if block.linked:
        without_links = extract_letters("".join([run.text for run in block.runs if not run.href]))
        if len(without_links) >= _LEAST_REPEAT:
            compared = without_links
    return hashlib.sha256(compared.encode("utf-8", "replace")).hexdigest()[:_DIGITS]
