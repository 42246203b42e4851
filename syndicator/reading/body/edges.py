"""Cut what surrounds the text: dates, lines below, contents, consent boxes. Pure.

By shape and by data/phrases.toml. Tables are kept whole."""

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby, pairwise
from typing import Any

from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block, Frame

# Class names and ids of boxes that ask for consent to cookies, and elements whose names may tell of
# the page's subject.
_CONSENT_NAME = re.compile(
    r"onetrust-(?:consent|banner|pc)|cookie-?law|cybotcookiebot|cookiescript|moove_gdpr|\bcli-modal|eu-cookie"
    r"|(?:cookie|consent|gdpr)s?[-_]?(?:consent|notice|banner|bar|popup|modal|dialog|overlay|settings|wall|message|layer)",
    re.I,
)
_PAGE_TAGS = ("html", "body", "main", "article")
# All chosen on half of the domains of the open pages and checked on the other half.
# least letters of the first paragraph, and the share of its text in links that it stays below
_LEAST_LEAD = 80
_MOST_LINKED = 0.5
# share of a line in links that makes it a link; most letters of one below
_ALL_LINK = 0.85
_LINK_BELOW = 150
# most letters of an appeal to readers, and of an aside below the text
_LONGEST_APPEAL = 400
_LONGEST_ASIDE = 160
_MOST_BELOW = 40  # texts below the last paragraph that are looked at
# most letters of a label with a colon, a sign in brackets, a label without
_LONGEST_LABEL = 120
_LONGEST_SIGN = 8
_LONGEST_TINY = 12
_MOST_LIST_SHARE = 0.3  # most of all letters in a list of links below the text
_LEAST_REPEAT = 12  # letters of a repeated line
_DIGIT_SHARE = 0.3  # of a date
_DAY = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\b\d{1,2}[./]\d{1,2}[./]\d{2}")
_SENTENCE_ENDS = tuple(".!?。！？…")
_LINE_KINDS = frozenset(("p", "dt", "caption"))
_BRACKETS = re.compile(r"\W*[(\[].*[)\]]\W*", re.S)
# Chosen on pages of the open half; 0.05 does alike.
# score of a row that stays with its table; share of the table's letters that must stay
_LEAST_ROW_SCORE = 0.15
_LEAST_TABLE_SHARE = 0.3
# share of items that lead to headings; letters of a heading that ends an item
_LEAST_DIRECT = 0.8
_LEAST_HEAD = 5


def cut_edges(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cut dates above the text, lines below it, and repeated lines, also in `stay`; return the rule
    by cut block."""
    texts = [
        block for block, keep in zip(blocks, stay, strict=True) if keep and block.letters_and_digits
    ]
    leads = [position for position, text in enumerate(texts) if _is_lead(text)]
    if not leads:
        return {}
    cuts = _find_repeated_lines(texts)
    for text in texts[: leads[0]]:
        if _is_date(text):
            cuts[text] = "a date above the text"
    letters = sum(text.letters for text in texts)
    last_lead = leads[0]
    for position in reversed(leads):
        if not _is_appeal(texts[position]):
            last_lead = position
            break
    cuts |= _find_lines_below(texts[last_lead + 1 :][-_MOST_BELOW:], letters)
    for index, block in enumerate(blocks):
        if block in cuts:
            stay[index] = False
    return cuts


def _find_repeated_lines(texts: Sequence[Block]) -> dict[Block, str]:
    """Return the lines that are equal to the line before, with the rule."""
    lines = [
        text
        for text in texts
        if text.kind in _LINE_KINDS and len(text.letters_and_digits) >= _LEAST_REPEAT
    ]
    return {
        line: "stands just above too"
        for before, line in pairwise(lines)
        if line.letters_and_digits == before.letters_and_digits
    }


def cut_consent(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cut boxes that ask for consent to cookies, as in `cut_edges`, unless nothing else is left."""
    bit = hints.get_bit("consent")
    consent_indices: list[int] = []
    for index, block in enumerate(blocks):
        if stay[index] and block.hints & bit and _is_in_consent_box(block.element):
            consent_indices.append(index)
    if len(consent_indices) == sum(stay):
        return {}
    for index in consent_indices:
        stay[index] = False
    return {blocks[index]: "a request for consent" for index in consent_indices}


def _is_in_consent_box(element: Any) -> bool:
    for holder in (element, *element.iterancestors()):
        if holder.tag in _PAGE_TAGS:
            continue
        if _CONSENT_NAME.search(f"{holder.get('class')} {holder.get('id')}"):
            return True
    return False


def _is_lead(block: Block) -> bool:
    """Return True for a paragraph of running text."""
    if block.kind != "p" or block.letters < _LEAST_LEAD:
        return False
    return block.linked < _MOST_LINKED * len(block.text)


def _is_date(block: Block) -> bool:
    if block.kind != "p":
        return False
    digits = sum(char.isdigit() for char in block.text)
    return digits >= _DIGIT_SHARE * block.letters and _DAY.search(block.text) is not None


def _is_appeal(block: Block) -> bool:
    """Return True for a short text with a phrase such as "support our work"."""
    if block.letters >= _LONGEST_APPEAL:
        return False
    return bool(hints.find_phrase_kinds(("appeal",), hints.normalise_phrase(block.text)))


def _is_link(block: Block) -> bool:
    return block.linked > _ALL_LINK * len(block.text)


def _find_list(block: Block) -> Frame | None:
    """Return the outermost list around a block, None for none."""
    return next((frame for frame in block.frames if frame.kind in ("ul", "ol", "menu")), None)


def _find_lines_below(lines: Sequence[Block], letters: int) -> dict[Block, str]:
    """Return the lines to cut, with the rule: from the last up to the first that looks like text.
    `letters`: of the whole text."""
    cuts: dict[Block, str] = {}
    end = len(lines)
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
        if not _is_link(line):
            return cuts
        items = [other for other in lines[:end] if _find_list(other) is frame]
        if not _are_links(items, letters) or _has_article_heading(items, lines):
            return cuts
        cuts |= dict.fromkeys(items, "a list of links below the text")
        end -= len(items)
    return cuts


def _has_article_heading(items: Sequence[Block], lines: Sequence[Block]) -> bool:
    """Return True if a list stands below a heading, and this is none of those below articles."""
    index = lines.index(items[0])
    if index == 0 or lines[index - 1].kind != "h":
        return False
    heading = hints.normalise_phrase(lines[index - 1].text)
    return not hints.measure_starts(("tailhead",), heading)[0]


def _are_links(items: Sequence[Block], letters: int) -> bool:
    """Return True if all items are short links, and together a small part of the text."""
    if not all(_is_link(item) and item.letters < _LINK_BELOW for item in items):
        return False
    return sum(item.letters for item in items) < _MOST_LIST_SHARE * letters


def _find_rule_below(line: Block) -> str:
    """Return the rule by which a line below the text is cut, "" if it is text."""
    if line.kind == "h":
        return "a heading below the text"
    if line.kind not in _LINE_KINDS:
        return ""
    if line.letters < _LONGEST_LABEL and line.text.rstrip("*_ ").endswith((":", "：")):
        return "a label below the text"
    if _is_appeal(line):
        return "an appeal below the text"
    if line.letters < _LINK_BELOW and _is_link(line):
        return "a link below the text"
    if line.letters < _LONGEST_ASIDE and hints.find_phrase_kinds(
        ("aside",), hints.normalise_phrase(line.text)
    ):
        return "an aside below the text"
    if line.letters <= _LONGEST_SIGN and _BRACKETS.fullmatch(line.text):
        return "a sign below the text"
    if line.letters <= _LONGEST_TINY and not line.text.endswith(_SENTENCE_ENDS):
        return "a label below the text"
    return ""


def keep_tables(blocks: Sequence[Block], stay: list[bool]) -> None:
    """Keep a table whole if a third of it stays, or the texts before and after it."""
    tables = groupby(
        range(len(blocks)), lambda index: (blocks[index].kind == "row", blocks[index].frames)
    )
    for (is_table, _), group in tables:
        if not is_table:
            continue
        rows = list(group)
        letters = sum(blocks[index].letters for index in rows)
        letters_that_stay = sum(blocks[index].letters for index in rows if stay[index])
        stays_mostly = letters_that_stay >= _LEAST_TABLE_SHARE * letters
        if stays_mostly or _is_enclosed(blocks, stay, rows):
            for index in rows:
                stay[index] = stay[index] or blocks[index].score >= _LEAST_ROW_SCORE


def _is_enclosed(blocks: Sequence[Block], stay: Sequence[bool], rows: Sequence[int]) -> bool:
    """Return True if the next text before the rows, and that after them, stay."""
    before = range(rows[0] - 1, -1, -1)
    after = range(rows[-1] + 1, len(blocks))
    return _does_first_text_stay(blocks, stay, before) and _does_first_text_stay(
        blocks, stay, after
    )


def _does_first_text_stay(
    blocks: Sequence[Block], stay: Sequence[bool], indices: Iterable[int]
) -> bool:
    for index in indices:
        if blocks[index].letters:
            return stay[index]
    return False


def cut_contents(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cut lists of links to the page's own headings, as in `cut_edges`."""
    headings = {
        block.letters_and_digits
        for block in blocks
        if block.kind == "h" and block.letters_and_digits
    }
    lists: dict[Frame, list[int]] = {}
    for index, block in enumerate(blocks):
        outer = next((frame for frame in block.frames if frame.kind in ("ul", "ol")), None)
        if outer is not None and block.letters_and_digits:
            lists.setdefault(outer, []).append(index)
    cuts: dict[Block, str] = {}
    for indices in lists.values():
        link_count = sum(_leads_to_heading(blocks[index], headings) for index in indices)
        if link_count > 1 and link_count >= _LEAST_DIRECT * len(indices):
            for index in indices:
                stay[index] = False
                cuts[blocks[index]] = "a table of contents"
    return cuts


def _leads_to_heading(block: Block, headings: Collection[str]) -> bool:
    """Return True if all links of a block lead to the same page, and its text is, or ends with, one
    of `headings`."""
    links = [run.href for run in block.runs if run.href]
    if not links or not all(href.startswith("#") for href in links):
        return False
    letters = block.letters_and_digits
    if letters in headings:
        return True
    return any(letters.endswith(head) for head in headings if len(head) > _LEAST_HEAD)
