"""Cut what surrounds the text: dates, lines below, contents, consent boxes. Pure.

By shape and by data/phrases.toml. Tables are kept whole."""

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block, Frame

# Class names and ids of boxes that ask for consent to cookies, and elements whose names may tell of
# the page's subject.
_CONSENT = re.compile(
    r"onetrust-(?:consent|banner|pc)|cookie-?law|cybotcookiebot|cookiescript|moove_gdpr|\bcli-modal|eu-cookie"
    r"|(?:cookie|consent|gdpr)s?[-_]?(?:consent|notice|banner|bar|popup|modal|dialog|overlay|settings|wall|message|layer)",
    re.I,
)
_WHOLE = ("html", "body", "main", "article")
# All chosen on half of the domains of the open pages and checked on the other half.
# least letters of the first paragraph, and the share of its text in links that it stays below
_LEAD = 80
_LINKED = 0.5
# share of a line in links that makes it a link; most letters of one below
_ALL_LINK = 0.85
_LINK_BELOW = 150
_APPEAL = 400
_ASIDE = 160  # most letters of an appeal to readers, and of an aside below the text
# most letters of a label with a colon, a sign in brackets, a label without
_LABEL = 120
_SIGNED = 8
_TINY = 12
_SHARE = 0.3  # most of all letters in a list of links below the text
_TWICE = 12
_DATED = 0.3  # least letters of a repeated line; share of digits in a date
_DAY = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\b\d{1,2}[./]\d{1,2}[./]\d{2}")
_ENDS = ".!?。！？…"
_LINES = frozenset(("p", "dt", "caption"))
_BRACKETS = re.compile(r"\W*[(\[].*[)\]]\W*", re.S)
# Chosen on pages of the open half; 0.05 does alike.
# score of a row that stays with its table; share of the table's letters that must stay
_LEAST = 0.15
_PART_OF_IT = 0.3
# share of items that lead to headings; letters of a heading that ends an item
_MOST_DIRECT = 0.8
_LEAST_HEAD = 5


def trim(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cut dates above the text, lines below it, and repeated lines, also in `stay`; return the rule
    by cut block."""
    places = [at for at, keep in enumerate(stay) if keep and blocks[at].own]
    leads = [place for place, at in enumerate(places) if _is_lead(blocks[at])]
    if not leads:
        return {}
    lines = [
        blocks[at] for at in places if blocks[at].kind in _LINES and len(blocks[at].own) >= _TWICE
    ]
    cuts = {
        line: "stands just above too" for before, line in pairwise(lines) if line.own == before.own
    }
    cuts |= {
        blocks[at]: "a date above the text" for at in places[: leads[0]] if _is_date(blocks[at])
    }
    letters = sum(blocks[at].letters for at in places)
    last = next(
        (place for place in reversed(leads) if not _appeals(blocks[places[place]])), leads[0]
    )
    cuts |= _below([blocks[at] for at in places[last + 1 :][-40:]], letters)
    for at in places:
        if blocks[at] in cuts:
            stay[at] = False
    return cuts


def consent(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cut boxes that ask for consent to cookies, as in `trim`, unless nothing else is left."""
    bit = hints.bit("consent")
    boxed = [
        at
        for at, keep in enumerate(stay)
        if keep and blocks[at].hints & bit and _is_boxed(blocks[at].element)
    ]
    if len(boxed) == sum(stay):
        return {}
    for at in boxed:
        stay[at] = False
    return {blocks[at]: "a request for consent" for at in boxed}


def _is_boxed(element: Any) -> bool:
    above = (each for each in (element, *element.iterancestors()) if each.tag not in _WHOLE)
    return any(_CONSENT.search(f"{each.get('class')} {each.get('id')}") for each in above)


def _is_lead(block: Block) -> bool:
    return block.kind == "p" and block.letters >= _LEAD and block.linked < _LINKED * len(block.text)


def _is_date(block: Block) -> bool:
    digits = sum(char.isdigit() for char in block.text)
    return (
        block.kind == "p"
        and digits >= _DATED * block.letters
        and _DAY.search(block.text) is not None
    )


def _appeals(block: Block) -> bool:
    return block.letters < _APPEAL and bool(hints.inside(("appeal",), hints.ready(block.text)))


def _is_link(block: Block) -> bool:
    return block.linked > _ALL_LINK * len(block.text)


def _list_of(block: Block) -> Frame | None:
    return next((frame for frame in block.frames if frame.kind in ("ul", "ol", "menu")), None)


def _below(lines: Sequence[Block], letters: int) -> dict[Block, str]:
    """Return the lines to cut: from the last up to the first that looks like text. `letters`: of
    the whole text."""
    cuts: dict[Block, str] = {}
    at = len(lines)
    while at:
        line = lines[at - 1]
        frame = _list_of(line)
        if frame is not None and _is_link(line):
            items = [other for other in lines[:at] if _list_of(other) is frame]
            rule = (
                "a list of links below the text"
                if _are_links(items, letters) and not _headed(items, lines)
                else ""
            )
            gone = items if rule else []
        else:
            rule = _why_below(line) if frame is None else ""
            gone = [line] if rule else []
        if not rule:
            return cuts
        cuts |= dict.fromkeys(gone, rule)
        at -= len(gone)
    return cuts


def _headed(items: Sequence[Block], lines: Sequence[Block]) -> bool:
    at = lines.index(items[0])
    above = lines[at - 1] if at else None
    return (
        above is not None
        and above.kind == "h"
        and not hints.starts(("tailhead",), hints.ready(above.text))[0]
    )


def _are_links(items: Sequence[Block], letters: int) -> bool:
    small = all(_is_link(item) and item.letters < _LINK_BELOW for item in items)
    return small and sum(item.letters for item in items) < _SHARE * letters


def _why_below(line: Block) -> str:
    text = hints.ready(line.text)
    if line.kind == "h":
        return "a heading below the text"
    if line.kind not in _LINES:
        return ""
    if line.letters < _LABEL and line.text.rstrip("*_ ").endswith((":", "：")):
        return "a label below the text"
    if _appeals(line):
        return "an appeal below the text"
    if line.letters < _LINK_BELOW and _is_link(line):
        return "a link below the text"
    if line.letters < _ASIDE and hints.inside(("aside",), text):
        return "an aside below the text"
    if line.letters <= _SIGNED and _BRACKETS.fullmatch(line.text):
        return "a sign below the text"
    if line.letters <= _TINY and not line.text.endswith(tuple(_ENDS)):
        return "a label below the text"
    return ""


def keep_tables(blocks: Sequence[Block], stay: list[bool]) -> None:
    """Keep a table whole if a third of it stays, or the texts before and after it."""
    for (is_row, _), group in groupby(
        range(len(blocks)), lambda at: (blocks[at].kind == "row", blocks[at].frames)
    ):
        places = list(group)
        letters = sum(blocks[at].letters for at in places)
        staying = sum(blocks[at].letters for at in places if stay[at])
        if is_row and (staying >= _PART_OF_IT * letters or _is_enclosed(blocks, stay, places)):
            for at in places:
                stay[at] = stay[at] or blocks[at].score >= _LEAST


def _is_enclosed(blocks: Sequence[Block], stay: Sequence[bool], places: Sequence[int]) -> bool:
    before = next((stay[at] for at in range(places[0] - 1, -1, -1) if blocks[at].letters), False)
    return before and next(
        (stay[at] for at in range(places[-1] + 1, len(blocks)) if blocks[at].letters), False
    )


def contents(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cut lists of links to the page's own headings."""
    heads = {block.own for block in blocks if block.kind == "h" and block.own}
    lists: dict[Frame, list[int]] = {}
    for index, block in enumerate(blocks):
        outer = next((frame for frame in block.frames if frame.kind in ("ul", "ol")), None)
        if outer is not None and block.own:
            lists.setdefault(outer, []).append(index)
    cuts: dict[Block, str] = {}
    for places in lists.values():
        leads = [at for at in places if _leads_inside(blocks[at], heads)]
        if len(leads) > 1 and len(leads) >= _MOST_DIRECT * len(places):
            for at in places:
                stay[at] = False
                cuts[blocks[at]] = "a table of contents"
    return cuts


def _leads_inside(block: Block, heads: set[str]) -> bool:
    hrefs = [run.href for run in block.runs if run.href]
    inside = bool(hrefs) and all(href.startswith("#") for href in hrefs)
    return inside and (
        block.own in heads
        or any(block.own.endswith(head) for head in heads if len(head) > _LEAST_HEAD)
    )
