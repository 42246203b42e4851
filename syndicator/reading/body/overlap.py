"""Measure which share of a block is in a compared text; find repeated blocks. Pure.

A compared text is the article's text from another source: the feed, JSON-LD or trafilatura. Its
share of a block is the strongest feature of the first score. Also reads the text of feed
entries."""

import hashlib
import re
from collections.abc import Sequence

from syndicator.core import text as texts
from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Entry
from syndicator.reading.body import containers
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import parse_tree

# All numbers were chosen by hand on the pages with which the weights are trained.
MOST = 0.5  # a block with a larger overlap is in the compared text
PROSE_SHARE = 0.7  # share of the page's prose that the main container has at least
_LETTERS = re.compile(r"[^\W_]+")
_NOT_FOUND = -1  # of str.find
_MOST_PIECES = 40  # pieces of a summary that are compared
_MOST_HTML = 2_000_000  # characters of an entry's text
_DIGITS = 16  # hex digits of a digest
_OTHER_ASCII = bytes(code for code in range(128) if not chr(code).isalnum())
_PIECE = 32  # letters of a piece: the parts in which longer texts are compared
_SAMPLE_STEP = 4 * _PIECE  # of a feed's text, one piece in so many letters is compared
_SHORT_TEXT = 16  # a text with fewer letters counts only beside other matches
# A feed has the whole text of an article if it has so many letters, if this share of them is on the
# page, and if it has this share of the letters of the compared text.
_LEAST_WHOLE = 800
_WHOLE_SHARE = 0.7
# Letters around the expected position in the compared text: a short text must begin at most so far
# behind it, a longer one may begin so far before it.
_MOST_AHEAD = 12
_MOST_BACK = 200
# a summary is compared if it has so many pieces, and if this share of them is on the page
_LEAST_PIECES = 3
_LEAST_ON_PAGE = 0.6
# lines that WordPress and its plugins add to each text of a feed
_PLUGIN_PHRASES = (
    "appeared first on",
    "erschien zuerst auf",
    "est apparu en premier sur",
    "apareció primero en",
)
_LEAST_FEED_LETTERS = 120  # letters of a text in a feed that is worth a comparison
_LONGEST_PLUGIN_LINE = 400  # characters
_LEAST_REPEAT = 20  # letters from which repetition on a host shows that a block is boilerplate
# A second copy of an article has at least this share of all letters.
_COPY_SHARE = 0.2
# From the start to the end of a copy, at least this share of the letters must be in repeated texts.
# A list of section names above the sections also repeats the headings, but not the prose between.
_REPEATED_SHARE = 0.8
# A text is paragraphs run together if more than so many are in it and make up this share of it.
_SUM_SHARE = 0.7
_FEW_PARTS = 2
_LEAST_RECOGNISED = 40  # letters of a text whose repetition is no accident
_MOST_GAP = 4  # steps between two repeated texts of the same copy


def extract_letters(value: str) -> str:
    """Return only the letters and digits of `value`, in lower case: "It's 5 pm" gives "its5pm"."""
    if value.isascii():  # takes a thirtieth of the time of the pattern
        return value.lower().encode().translate(None, _OTHER_ASCII).decode()
    # most other texts have no punctuation but that of ASCII: "surrogatepass" lets all texts pass
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
    """Set in each block its `letters_and_digits`, in lower case, and their number `letters`. A wide
    character, such as a Chinese one, counts as two."""
    for block in blocks:
        block.letters_and_digits = extract_letters(block.text)
        block.letters = texts.count_columns(block.letters_and_digits)


def compare_with_text(blocks: Sequence[Block], extracted: str) -> None:
    """Set the overlap of each block: the share (0 to 1) of its letters that is in `extracted`, the
    text with which the page is compared. The blocks are searched in their order, each behind the
    one before, so that a text that occurs several times is found at the right place."""
    extracted_letters = extract_letters(extracted)
    position = 0  # in `extracted_letters`, where the next block is expected
    for block in blocks:
        block.overlap = 0.0
        if block.letters_and_digits and extracted_letters:
            block.overlap, position = _find_share(
                block.letters_and_digits, extracted_letters, position
            )
    _drop_strays([block for block in blocks if block.letters_and_digits])


def _drop_strays(blocks: Sequence[Block]) -> None:
    """Correct the overlaps of short blocks: a word such as "Sport" in a menu is in many texts by
    accident. Set the overlap to 0 if neither neighbour has an overlap. If another block with the
    same text has such a neighbour, it is probably the right one: set its overlap to 1."""
    strays: set[str] = set()  # texts whose overlap was set to 0
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
    """Return True if the block before or after the block at `index` is in the compared text."""
    block_before = blocks[max(index - 1, 0) : index]
    block_after = blocks[index + 1 : index + 2]
    return any(block.overlap > MOST for block in (*block_before, *block_after))


def _find_share(letters: str, extracted: str, position: int) -> tuple[float, int]:
    """Return the share (0 to 1) of a block's `letters` that is in `extracted`, the letters of the
    text with which the page is compared; and the position in `extracted` where the next block is
    expected. `position`: where this block is expected."""
    # a short text is only searched where it is expected: elsewhere it may be by accident
    if len(letters) < _SHORT_TEXT:
        start = extracted.find(letters, position, position + len(letters) + _MOST_AHEAD)
        if start == _NOT_FOUND:
            return 0.0, position
        return 1.0, start + len(letters)
    # a longer one is searched from there on, then everywhere
    start = extracted.find(letters, max(0, position - _MOST_BACK))
    if start == _NOT_FOUND:
        start = extracted.find(letters)
    if start != _NOT_FOUND:
        return 1.0, start + len(letters)
    # not as a whole: count the pieces that are in the text
    pieces = _cut_pieces(letters)
    starts = [start for start in map(extracted.find, pieces) if start != _NOT_FOUND]
    if not starts:
        return 0.0, position
    return len(starts) / len(pieces), starts[-1] + _PIECE


def _cut_pieces(letters: str, step: int = _PIECE) -> list[str]:
    """Return the pieces of 32 letters that begin at 0, `step`, twice `step` and so on. The letters
    that are left at the end are dropped. A text of fewer than 32 letters has no piece."""
    last_start = len(letters) - _PIECE
    return [letters[start : start + _PIECE] for start in range(0, last_start + 1, step)]


def guess_overlap(blocks: Sequence[Block], box: containers.Containers) -> None:
    """Set guessed overlaps of the blocks, for a page without a text with which to compare it. The
    overlap is 1 for prose in the smallest element that has at least 70 % of the page's prose, and 0
    for all other blocks. `box`: the elements around the blocks."""
    main = containers.find_deepest_with(PROSE_SHARE, box.prose, box)
    is_inside = box.inside(main)[box.element_of].tolist()
    for block, inside in zip(blocks, is_inside, strict=True):
        block.overlap = float(inside and containers.is_prose(block))


def contains_feed_text(blocks: Sequence[Block], content: str) -> bool:
    """Return True if `content`, the text of a feed's entry, is the whole article, not only its
    beginning: it has at least 800 letters, at least 70 % as many as the article probably has, and
    at least 70 % of it is on the page. `blocks`: those of the page; their overlaps must be set,
    which say what is probably the article."""
    content_letters = extract_letters(content)
    article_length = sum(block.letters * block.overlap for block in blocks)
    if len(content_letters) < _LEAST_WHOLE:
        return False
    if len(content_letters) < _WHOLE_SHARE * article_length:
        return False
    page_letters = "".join(block.letters_and_digits for block in blocks)
    pieces = _cut_pieces(content_letters, _SAMPLE_STEP)
    pieces_on_page = sum(piece in page_letters for piece in pieces)
    return pieces_on_page >= _WHOLE_SHARE * len(pieces)


def measure_summary_share(
    chosen_blocks: Sequence[Block], page: Sequence[Block], summary: str
) -> float:
    """Return the share (0 to 1) of `summary` that is in `chosen_blocks`. Return 1 if the summary
    proves nothing about these: if it is short, or if less than 60 % of it is on the page. `page`:
    all blocks of the page."""
    # compared in pieces, as one different word must not make the whole different
    pieces = _cut_pieces(extract_letters(summary))[:_MOST_PIECES]
    if len(pieces) < _LEAST_PIECES:
        return 1.0
    page_letters = "".join(block.letters_and_digits for block in page)
    pieces_on_page = sum(piece in page_letters for piece in pieces)
    if pieces_on_page < _LEAST_ON_PAGE * len(pieces):
        return 1.0
    chosen_letters = "".join(block.letters_and_digits for block in chosen_blocks)
    pieces_in_chosen = sum(piece in chosen_letters for piece in pieces)
    return pieces_in_chosen / len(pieces)


def read_entry_blocks(entry: Entry) -> list[Block]:
    """Return the text of a feed's entry as blocks: its content if that has at least 120 letters,
    else its summary if that has as many, else []. The letters of the blocks are counted. Lines that
    plugins add to feeds are left out."""
    for html in (entry.content, entry.summary):
        blocks = _parse_blocks(html)
        measure_letters(blocks)
        if sum(block.letters for block in blocks) >= _LEAST_FEED_LETTERS:
            return blocks
    return []


def read_entry_text(html: str) -> str:
    """Return the text of an entry's HTML with one line for each block. Lines that plugins add to
    feeds are left out."""
    return "\n".join(block.text for block in _parse_blocks(html))


def _parse_blocks(html: str) -> list[Block]:
    """Return the visible blocks of an entry's HTML without lines that plugins add; [] if it is
    empty or cannot be parsed."""
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
    """Return True if `text` is a line that a plugin has added to a feed, such as "The post X
    appeared first on Y"."""
    if len(text) >= _LONGEST_PLUGIN_LINE:
        return False
    return any(phrase in text for phrase in _PLUGIN_PHRASES)


def cut_copies(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cut a second copy of the article, which some pages have for other screens. It has more than
    20 % of all letters, and either repeats earlier texts in their order, or is one block with
    several of these texts run together.

    `stay`: a flag for each block, True if it is part of the article so far; those of cut blocks are
    set to False. Return the cut blocks, each with the name of the rule for the trace."""
    indices = [
        index for index, stays in enumerate(stay) if stays and blocks[index].letters_and_digits
    ]
    least_letters = _COPY_SHARE * sum(blocks[index].letters for index in indices)
    copied: list[int] = []
    # `indices` are positions in `blocks`; a run has positions in `indices`
    for run in _find_repeated_runs([blocks[index].letters_and_digits for index in indices]):
        first = run[0]
        last = run[-1]
        indices_of_run = indices[first : last + 1]  # with texts between that are not repeated
        letters = sum(blocks[index].letters for index in indices_of_run)
        repeated = sum(blocks[indices[position]].letters for position in run)
        if letters > least_letters and repeated >= _REPEATED_SHARE * letters:
            copied += indices_of_run
    texts_that_stay = [blocks[index] for index in indices]
    for index in indices:
        is_long = blocks[index].letters > least_letters
        if is_long and _runs_together(blocks[index], texts_that_stay):
            copied.append(index)
    for index in copied:
        stay[index] = False
    return {blocks[index]: "a second copy" for index in copied}


def _find_repeated_runs(texts: Sequence[str]) -> list[list[int]]:
    """Return the runs of texts that repeat earlier texts in the same order, as a second copy of
    them does: for each run the positions of its texts.

    From one text of a run to the next there are at most four positions, both in the run and where
    the texts stood first. Directly after a run, only a text of at least 40 letters begins a new
    one, as shorter ones repeat by accident."""
    first_positions: dict[str, int] = {}  # where each text stands first
    runs: list[list[int]] = []
    last_origin = -1  # where the last text of the last run stands first
    for position, text in enumerate(texts):
        origin = first_positions.setdefault(text, position)
        if origin == position:  # the text is new
            continue
        is_near_run = bool(runs) and position - runs[-1][-1] <= _MOST_GAP
        is_in_order = 0 < origin - last_origin <= _MOST_GAP
        continues_run = is_near_run and is_in_order and origin < runs[-1][0]
        if continues_run:
            runs[-1].append(position)
            last_origin = origin
        elif not is_near_run or len(text) >= _LEAST_RECOGNISED:
            runs.append([position])
            last_origin = origin
    return runs


def _runs_together(block: Block, others: Sequence[Block]) -> bool:
    """Return True if `block` contains the texts of at least three of the `others`, which make up
    more than 70 % of it. Texts of fewer than 40 letters do not count."""
    block_letters = block.letters_and_digits
    parts: set[str] = set()
    for other in others:
        letters = other.letters_and_digits
        if other is block or len(letters) < _LEAST_RECOGNISED:
            continue
        if letters in block_letters:
            parts.add(letters)
    if len(parts) <= _FEW_PARTS:
        return False
    length_of_parts = sum(map(len, parts))
    return length_of_parts > _SUM_SHARE * len(block_letters)


def is_comparable(block: Block) -> bool:
    """Return True if `block` is boilerplate as soon as other pages of its host have the same: it is
    a paragraph, row or term of at least 20 letters. Headings and code are not, since articles may
    have the same ones."""
    return block.kind in ("p", "row", "dt") and block.letters >= _LEAST_REPEAT


def digest_block(block: Block) -> str:
    """Return 16 hexadecimal digits that are equal for blocks with the same text. Links in the text
    are left out if at least 20 other letters remain, since links differ from page to page ("Read
    also: ...")."""
    compared_letters = block.letters_and_digits
    if block.linked_length:
        without_links = extract_letters("".join([run.text for run in block.runs if not run.href]))
        if len(without_links) >= _LEAST_REPEAT:
            compared_letters = without_links
    return hashlib.sha256(compared_letters.encode("utf-8", "replace")).hexdigest()[:_DIGITS]
