"""Cut what surrounds an article's text: dates, lines below, contents, consent boxes. Pure.

By the shape of texts and by phrases of data/phrases.toml; also keeps tables whole. All functions
that cut get the blocks of a page and a list `stay` with a flag for each block. They clear the flags
of the blocks that they cut, and return these blocks with the rule for the trace."""

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby, pairwise
from typing import Any

from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block, Frame

# Class names and ids of boxes that ask for consent to cookies.
_CONSENT_NAME = re.compile(
    r"onetrust-(?:consent|banner|pc)|cookie-?law|cybotcookiebot|cookiescript|moove_gdpr|\bcli-modal|eu-cookie"
    r"|(?:cookie|consent|gdpr)s?[-_]?(?:consent|notice|banner|bar|popup|modal|dialog|overlay|settings|wall|message|layer)",
    re.I,
)
# elements of the whole page; their class names may contain such words for other reasons
_PAGE_TAGS = ("html", "body", "main", "article")
# All numbers were chosen on pages of half of the test domains and checked on the other half.
# A paragraph of the text has so many letters, and less than this share of its text in links.
_LEAST_RUNNING_TEXT = 80
_MOST_LINKED = 0.5
_ALL_LINK = 0.85  # share of a line in links from which the line is a link
_LINK_BELOW = 150  # letters of a link below the text
_LONGEST_APPEAL = 400  # letters of an appeal to readers, such as "support our work"
_LONGEST_ASIDE = 160  # letters of an aside below the text
_MOST_BELOW = 40  # texts below the last paragraph that are looked at
_LONGEST_LABEL = 120  # letters of a label that ends in a colon, such as "Tags:"
_LONGEST_SIGN = 8  # letters of a sign in brackets, such as "(dpa)"
_LONGEST_TINY = 12  # letters of a line that is a label without a colon
_MOST_LIST_SHARE = 0.3  # of the text's letters that a list of links below it may have
_LEAST_REPEAT = 12  # letters of a line that counts as repeated
_DIGIT_SHARE = 0.3  # of the characters of a line that is a date
_DAY = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\b\d{1,2}[./]\d{1,2}[./]\d{2}")
_SENTENCE_ENDS = tuple(".!?。！？…")
_LINE_KINDS = frozenset(("p", "dt", "caption"))
_BRACKETS = re.compile(r"\W*[(\[].*[)\]]\W*", re.S)
# A table stays whole if rows with this share of its letters stay, except rows with a lower score.
# The score was chosen on the same pages; 0.05 gives about the same result.
_LEAST_ROW_SCORE = 0.15
_LEAST_TABLE_SHARE = 0.3
# A list is a table of contents if this share of its items leads to headings. An item may have more
# than its heading, as "2. History" has, if the heading has more letters than this.
_LEAST_DIRECT = 0.8
_LEAST_HEAD = 5


def cut_edges(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cut dates above the first long paragraph of the article, links, labels and appeals below its
    last one, and lines that repeat the line before. If it has no long paragraph, nothing is cut.

    `stay`: a flag for each block, True if it is part of the article so far; those of cut blocks are
    set to False. Return the cut blocks, each with the name of the rule for the trace."""
    texts = [
        block
        for block, stays in zip(blocks, stay, strict=True)
        if stays and block.letters_and_digits
    ]
    paragraph_positions = [
        position for position, text in enumerate(texts) if _is_running_text(text)
    ]
    if not paragraph_positions:
        return {}
    first_paragraph = paragraph_positions[0]
    cuts = _find_repeated_lines(texts)
    for text in texts[:first_paragraph]:
        if _is_date(text):
            cuts[text] = "a date above the text"

    letters = sum(text.letters for text in texts)
    # an appeal ("support our work") looks like a paragraph, but is not the last of the article
    last_paragraph = first_paragraph
    for position in reversed(paragraph_positions):
        if not _is_appeal(texts[position]):
            last_paragraph = position
            break
    below = texts[last_paragraph + 1 :]
    cuts |= _find_lines_below(below[-_MOST_BELOW:], letters)

    for index, block in enumerate(blocks):
        if block in cuts:
            stay[index] = False
    return cuts


def _find_repeated_lines(texts: Sequence[Block]) -> dict[Block, str]:
    """Return those of `texts` that repeat the line before, each with the name of the rule for the
    trace. Lines are paragraphs, terms and captions of at least 12 letters."""
    lines = [
        text
        for text in texts
        if text.kind in _LINE_KINDS and len(text.letters_and_digits) >= _LEAST_REPEAT
    ]
    cuts: dict[Block, str] = {}
    for before, line in pairwise(lines):
        if line.letters_and_digits == before.letters_and_digits:
            cuts[line] = "stands just above too"
    return cuts


def cut_consent(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cut boxes that ask for consent to cookies, unless nothing else would be left.

    `stay`: a flag for each block, True if it is part of the article so far; those of cut blocks are
    set to False. Return the cut blocks, each with the name of the rule for the trace."""
    # the hints of a block are bits for words in the classes around it, which are quick to test
    consent_bit = hints.get_bit("consent")
    consent_indices: list[int] = []
    for index, block in enumerate(blocks):
        may_ask_consent = stay[index] and block.hints & consent_bit
        if may_ask_consent and _is_in_consent_box(block.element):
            consent_indices.append(index)
    if len(consent_indices) == sum(stay):
        return {}
    for index in consent_indices:
        stay[index] = False
    return {blocks[index]: "a request for consent" for index in consent_indices}


def _is_in_consent_box(element: Any) -> bool:
    """Return True if the class or id of `element`, or of an element around it, says that it asks
    for consent to cookies."""
    for holder in (element, *element.iterancestors()):
        if holder.tag in _PAGE_TAGS:
            continue
        if _CONSENT_NAME.search(f"{holder.get('class')} {holder.get('id')}"):
            return True
    return False


def _is_running_text(block: Block) -> bool:
    """Return True if `block` is a paragraph of running text: it has at least 80 letters, and less
    than half of its text is in links."""
    if block.kind != "p" or block.letters < _LEAST_RUNNING_TEXT:
        return False
    return block.linked_length < _MOST_LINKED * len(block.text)


def _is_date(block: Block) -> bool:
    """Return True if `block` is a line with a date and little else: it has a year or a day, and at
    least 30 % of its letters and digits are digits."""
    if block.kind != "p":
        return False
    digits = sum(char.isdigit() for char in block.text)
    return digits >= _DIGIT_SHARE * block.letters and _DAY.search(block.text) is not None


def _is_appeal(block: Block) -> bool:
    """Return True if `block` has less than 400 letters and asks readers for something, such as
    "support our work"."""
    if block.letters >= _LONGEST_APPEAL:
        return False
    return bool(hints.find_phrase_kinds(("appeal",), hints.normalise_phrase(block.text)))


def _is_link(block: Block) -> bool:
    """Return True if more than 85 % of the text of a block is in links."""
    return block.linked_length > _ALL_LINK * len(block.text)


def _find_list(block: Block) -> Frame | None:
    """Return the outermost list around a block, None if it is in no list."""
    return next((frame for frame in block.frames if frame.kind in ("ul", "ol", "menu")), None)


def _find_lines_below(lines: Sequence[Block], letters: int) -> dict[Block, str]:
    """Return the lines to cut below the last paragraph, each with the name of the rule for the
    trace. The last line is examined first, and a line that looks like text of the article ends the
    search. A list is cut as a whole or not at all. `lines`: all texts below the last paragraph;
    `letters`: the number of letters of the article."""
    cuts: dict[Block, str] = {}
    end = len(lines)  # the lines from here on are cut
    while end:
        line = lines[end - 1]
        frame = _find_list(line)
        if frame is None:
            rule = _find_rule_below(line)
            if not rule:
                return cuts
            cuts[line] = rule
            end -= 1
            continue
        # the line is an item of a list
        if not _is_link(line):
            return cuts
        items = [other for other in lines[:end] if _find_list(other) is frame]
        if not _are_links(items, letters):
            return cuts
        if _has_article_heading(items, lines):
            return cuts
        cuts |= dict.fromkeys(items, "a list of links below the text")
        end -= len(items)
    return cuts


def _has_article_heading(items: Sequence[Block], lines: Sequence[Block]) -> bool:
    """Return True if a heading of the article stands directly above a list. Headings such as
    "Related", which pages put below articles, do not count. `items`: the items of the list;
    `lines`: the texts that contain them."""
    first_index = lines.index(items[0])
    if first_index == 0:
        return False
    line_above = lines[first_index - 1]
    if line_above.kind != "h":
        return False
    heading = hints.normalise_phrase(line_above.text)
    # the share of the heading that is a phrase such as "Related": 0 if it begins with none
    (related_share,) = hints.measure_starts(("tailhead",), heading)
    return related_share == 0


def _are_links(items: Sequence[Block], letters: int) -> bool:
    """Return True if a list consists of short links: each of its `items` is a link of less than 150
    letters, and together they have less than 30 % of the letters of the article. `letters`: the
    number of letters of the article."""
    for item in items:
        if not _is_link(item) or item.letters >= _LINK_BELOW:
            return False
    return sum(item.letters for item in items) < _MOST_LIST_SHARE * letters


def _find_rule_below(line: Block) -> str:
    """Return why a line below the last paragraph is cut, in words for the trace: it is a heading, a
    label, an appeal, a link, an aside or a sign. Return "" if the line may be text of the
    article."""
    if line.kind == "h":
        return "a heading below the text"
    if line.kind not in _LINE_KINDS:
        return ""
    ends_in_colon = line.text.rstrip("*_ ").endswith((":", "："))
    if ends_in_colon and line.letters < _LONGEST_LABEL:
        return "a label below the text"
    if _is_appeal(line):
        return "an appeal below the text"
    if line.letters < _LINK_BELOW and _is_link(line):
        return "a link below the text"
    if line.letters < _LONGEST_ASIDE:
        phrase = hints.normalise_phrase(line.text)
        if hints.find_phrase_kinds(("aside",), phrase):
            return "an aside below the text"
    if line.letters <= _LONGEST_SIGN and _BRACKETS.fullmatch(line.text):
        return "a sign below the text"
    if line.letters <= _LONGEST_TINY and not line.text.endswith(_SENTENCE_ENDS):
        return "a label below the text"
    return ""


def keep_tables(blocks: Sequence[Block], stay: list[bool]) -> None:
    """Let all rows of a table stay if at least 30 % of its letters stay so far, or if the texts
    just before and after it stay. Rows with a score below 0.15 are left as they are. `stay`: a flag
    for each block, True if it is part of the article; those of the rows are set to True."""

    def get_table_key(index: int) -> tuple[bool, tuple[Frame, ...]]:
        """Return a key that is equal for the rows of a table: (is a row, elements around it)."""
        block = blocks[index]
        return block.kind == "row", block.frames

    # successive rows within the same elements are one table
    for (is_table, _), indices in groupby(range(len(blocks)), get_table_key):
        if not is_table:
            continue
        rows = list(indices)
        letters = sum(blocks[index].letters for index in rows)
        letters_that_stay = sum(blocks[index].letters for index in rows if stay[index])
        is_part_of_article = letters_that_stay >= _LEAST_TABLE_SHARE * letters
        if not is_part_of_article and not _is_enclosed(blocks, stay, rows):
            continue
        for index in rows:
            if blocks[index].score >= _LEAST_ROW_SCORE:
                stay[index] = True


def _is_enclosed(blocks: Sequence[Block], stay: Sequence[bool], rows: Sequence[int]) -> bool:
    """Return True if the texts just before and just after a table both stay. `rows`: the indices
    of the table's rows among `blocks`, in order; `stay`: a flag for each block, True if it is part
    of the article."""
    before = range(rows[0] - 1, -1, -1)
    after = range(rows[-1] + 1, len(blocks))
    if not _does_first_text_stay(blocks, stay, before):
        return False
    return _does_first_text_stay(blocks, stay, after)


def _does_first_text_stay(
    blocks: Sequence[Block], stay: Sequence[bool], indices: Iterable[int]
) -> bool:
    """Return True if the first block with text stays, of the blocks at `indices` in this order.
    Return False if none of them has text. `stay`: a flag for each block, True if it is part of the
    article."""
    for index in indices:
        if blocks[index].letters:
            return stay[index]
    return False


def cut_contents(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cut tables of contents. They are lists with at least two items, and at least 80 % of their
    items, that link to headings of the same page.

    `stay`: a flag for each block, True if it is part of the article so far; those of cut blocks are
    set to False. Return the cut blocks, each with the name of the rule for the trace."""
    headings: set[str] = set()
    indices_by_list: dict[Frame, list[int]] = {}  # the indices of the blocks in an outermost list
    for index, block in enumerate(blocks):
        if not block.letters_and_digits:
            continue
        if block.kind == "h":
            headings.add(block.letters_and_digits)
        lists = [frame for frame in block.frames if frame.kind in ("ul", "ol")]
        if lists:
            outermost_list = lists[0]
            indices_by_list.setdefault(outermost_list, []).append(index)

    cuts: dict[Block, str] = {}
    for indices in indices_by_list.values():
        link_count = sum(_leads_to_heading(blocks[index], headings) for index in indices)
        if link_count > 1 and link_count >= _LEAST_DIRECT * len(indices):
            for index in indices:
                stay[index] = False
                cuts[blocks[index]] = "a table of contents"
    return cuts


def _leads_to_heading(block: Block, headings: Collection[str]) -> bool:
    """Return True if `block` is a link to a heading of the page: its links all lead to places of
    the same page ("#history"), and its text is that of a heading, or ends with that of a heading of
    more than five letters ("2. History"). `headings`: the letters and digits of each heading."""
    addresses = [run.href for run in block.runs if run.href]
    if not addresses:
        return False
    if not all(address.startswith("#") for address in addresses):
        return False
    letters = block.letters_and_digits
    if letters in headings:
        return True
    long_headings = (heading for heading in headings if len(heading) > _LEAST_HEAD)
    return any(map(letters.endswith, long_headings))
