"""Rules that cut blocks which the score keeps: boilerplate by its wording, contents, bylines above the text. Pure.

Each rule takes all blocks and which of them stay, sets False where it cuts one, and returns those it cut with its name,
which `show --why` prints."""

import re
from collections.abc import Sequence

from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block, Frame
from syndicator.reading.metadata import person_names

_SHORT = 180  # letters below which a paragraph is cut for how it starts
_LABEL = 0.6  # share of a paragraph that its phrase of boilerplate makes up, from which it labels what follows
_MOST_DIRECT = 0.8  # share of an item's text in its links from which it is a link, and of a list's items that are
_LINE = 80  # letters below which a paragraph above all others can be a byline
_SURE = 0.9  # score from which it is text all the same
_DATED = 0.15  # share of digits in a line that is a date's
_DAY = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2}")
_LEAST_HEAD = 5  # letters of a heading above which an entry of a table of contents may end with it


def data(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cuts paragraphs that are JSON: what a script left on the page for itself."""
    found: dict[Block, str] = {}
    for index, block in enumerate(blocks):
        if block.kind == "p" and block.text.startswith(('{"', '[{"')) and block.text.endswith(("}", "]")):
            stay[index], found[block] = False, "data, not text"
    return found


def worded(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cuts short paragraphs that start like boilerplate, and the links that follow one which is a label alone."""
    found: dict[Block, str] = {}
    label = False
    for index, block in enumerate(blocks):
        share = (
            hints.starts(("cut",), hints.ready(block.text))[0] if 0 < block.letters < _SHORT and _may_go(block) else 0.0
        )
        follows = label and block.linked > _MOST_DIRECT * len(block.text) > 0
        if share or follows:
            stay[index], found[block] = False, "starts like boilerplate" if share else "a link under boilerplate"
        label = follows or share > _LABEL or (label and not block.letters)
    return found


def _may_go(block: Block) -> bool:
    return block.kind in ("p", "h", "dt", "caption") and not any(frame.kind == "blockquote" for frame in block.frames)


def contents(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cuts lists of links to the page's own headings."""
    heads = {block.own for block in blocks if block.kind == "h" and block.own}
    lists: dict[Frame, list[int]] = {}
    for index, block in enumerate(blocks):
        outer = next((frame for frame in block.frames if frame.kind in ("ul", "ol")), None)
        if outer is not None and block.own:
            lists.setdefault(outer, []).append(index)
    found: dict[Block, str] = {}
    for places in lists.values():
        leads = [at for at in places if _leads_inside(blocks[at], heads)]
        if len(leads) > 1 and len(leads) >= _MOST_DIRECT * len(places):
            for at in places:
                stay[at], found[blocks[at]] = False, "a table of contents"
    return found


def _leads_inside(block: Block, heads: set[str]) -> bool:
    hrefs = [run.href for run in block.runs if run.href]
    inside = bool(hrefs) and all(href.startswith("#") for href in hrefs)
    return inside and (block.own in heads or any(block.own.endswith(head) for head in heads if len(head) > _LEAST_HEAD))


def lines_above(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cuts lines above all prose that name who wrote it and when: they belong beside the body, not in it."""
    marked = hints.bit("author")
    found: dict[Block, str] = {}
    for index, block in enumerate(blocks):
        if not stay[index] or block.kind != "p":
            continue
        if block.letters >= _LINE:
            break
        digits = sum(char.isdigit() for char in block.text)
        dated = digits >= _DATED * block.letters and _DAY.search(block.text) is not None
        if block.score < _SURE and (dated or block.near & marked or person_names.words().by.match(block.text)):
            stay[index], found[block] = False, "a byline or date above the text"
    return found


RULES = (data, worded, contents, lines_above)  # in the order in which they are applied
