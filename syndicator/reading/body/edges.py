"""What stands at the edges of the text that was kept and is not the article: lines above its first paragraph and below
its last. Pure.

A line in the middle is seldom boilerplate, a line at an edge often is: on 867 open pages the first line was not the
article's on one in eight, the last on one in five. So a line at an edge must look like text; the rules are of shape,
with the words of data/phrases.toml. They are those of boilerplate.RULES in form, and run after them.

Items of lists that stay though they score low: what most of a list is, its other items are too, and what the text
encloses is seldom anything else. Rows of tables that stay though they score low: a table is read whole or not at
all."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from syndicator.reading.body import overlap
from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block, Frame

# All chosen on half of the domains of the open pages and checked on the other half.
_LEAD = 80  # letters of a paragraph with which an article begins
_LINKED = 0.5  # share of its text in links up to which it does
_ALL_LINK = 0.85  # share from which a line is a link
_MOST_ABOVE, _MOST_BELOW = 25, 40  # lines that are looked at
_SHORT = 25  # letters below which a line above the text that does not end as a sentence does is a label
_LINK_ABOVE, _LINK_BELOW = 60, 150  # letters of a lone link
_CREDIT, _DISCLOSURE = 160, 400  # letters of a line that tells whose a picture is, or what the site earns
_APPEAL = 400  # letters of a paragraph in which a site asks for something, or tells who wrote
_ASIDE = 160  # letters of a line below the text that has words of one
_LABEL = 120  # letters of a line that ends with a colon and has nothing below it
_SIGNED = 8  # letters of what an editor signs with, in brackets
_TINY = 12  # letters below which the last line is no sentence
_TITLE = 11  # letters above which a line that is the title is known for it
_MOST_LISTED = 3  # items of a list that may be labels
_SHARE = 0.3  # share of all letters that a list of links below the text may have
_TWICE = 12  # letters from which a line that stands twice is known
_NEAR = 1  # lines above it among which its copy stands: a refrain comes back later
_ENDS = ".!?。！？…"
_CLOSING = "\"'”’»)]*_ "  # may follow what ends a sentence
_TITLES = 3  # headings of the first rank whose words are those of a title too
_TITLE_WORDS = 0.6  # share of a heading's words that stand in titles from which it is a part of one
_WORD = re.compile(r"\w{3,}")
_LABEL_WORDS = 3
_MOST_TITLES = 2.5  # times the letters of the title that a heading with it may have
_DIVIDING = ("–", "—", " -", "|", "/")
_LINES = frozenset(("p", "dt", "caption"))
_COUNTED = re.compile(
    r"^\W*(?:(?:page|seite|pagina|página|strona|sida)\W*\d+\s*(?:/|of|von|de|sur|di|van)\s*\d+"
    r"|(?:\d+\W*(?:min(?:ute)?s?|hours?|days?|weeks?|months?|years?|hr|min\.?)\b.{0,12}\b(?:read(?:ing)?|ago|lesezeit|lecture)))"
    r"\W*$",
    re.I,
)
# neither speech nor a salutation, nor "Moderator: Ann Other", nor the end of a sentence
_LABELLING = re.compile(r"[^\W_][^\"“”„«»:：]*[^\"“”„«»:：,.!?。！？…]", re.S)
_BRACKETS = re.compile(r"\W*[(\[].*[)\]]\W*", re.S)


def trim(blocks: Sequence[Block], stay: list[bool], title: str, authors: Sequence[str] = ()) -> dict[Block, str]:
    """Cuts what stands above the first paragraph and below the last, and lines that repeat one just above them. `title`
    and `authors` are the page's. Nothing is cut of a text that has no paragraph."""
    kept = [at for at, keep in enumerate(stay) if keep and blocks[at].own]
    leads = [place for place, at in enumerate(kept) if _is_lead(blocks[at])]
    if not leads:
        return {}
    found = _twice(blocks, kept)
    first = next((place for place in leads if not _discloses(blocks[kept[place]])), leads[0])
    above = kept[: min(first, _MOST_ABOVE)]
    known = {overlap.letters(name) for name in authors} - {""}
    heads = _Heads(blocks, kept, title)
    found |= _above([blocks[at] for at in kept[: len(above) + 1]], len(above), overlap.letters(title), known, heads)
    letters = sum(blocks[at].letters for at in kept)
    last = next((place for place in reversed(leads) if not _appeals(blocks[kept[place]])), leads[0])
    found |= _below([blocks[at] for at in kept[last + 1 :][-_MOST_BELOW:]], letters)
    for at in kept:
        if blocks[at] in found:
            stay[at] = False
    return found


def _is_lead(block: Block) -> bool:
    return block.kind == "p" and block.letters >= _LEAD and block.linked < _LINKED * len(block.text)


def _discloses(block: Block) -> bool:
    """True for what tells what the site earns, however long a paragraph it is."""
    return block.letters < _DISCLOSURE and bool(hints.inside(("disclosure",), hints.ready(block.text)))


def _appeals(block: Block) -> bool:
    """True for what the site asks of its readers, or tells of who wrote, however long a paragraph it is."""
    return block.letters < _APPEAL and bool(hints.inside(("appeal",), hints.ready(block.text)))


def _is_link(block: Block) -> bool:
    return block.linked > _ALL_LINK * len(block.text)


def _list_of(block: Block) -> Frame | None:
    return next((frame for frame in block.frames if frame.kind in ("ul", "ol", "menu")), None)


def _twice(blocks: Sequence[Block], kept: Sequence[int]) -> dict[Block, str]:
    """Lines whose text stands just above them too: a caption and the picture's alternative text, a label twice."""
    lines = [blocks[at] for at in kept if blocks[at].kind in _LINES and len(blocks[at].own) >= _TWICE]
    return {
        line: "stands just above too"
        for place, line in enumerate(lines)
        if any(line.own == other.own for other in lines[max(0, place - _NEAR) : place])
    }


class _Heads:
    """The headings that are kept, and the words of the page's titles."""

    def __init__(self, blocks: Sequence[Block], kept: Sequence[int], title: str) -> None:
        self._marked = Counter(_markup(blocks[at]) for at in kept if blocks[at].kind == "h")
        titles = [block.text for block in blocks if block.level == 1][:_TITLES]
        self._words = _words_of(" ".join([title, *titles]))
        self._title = overlap.letters(title)

    def why(self, line: Block, after: Block) -> str:
        """Why `line`, a heading with no text above it and `after` below it, is none of the article's; "" where it may
        be. One that is marked up as another is a section's."""
        if line.level == 1:
            return ""
        if len(self._title) > _TITLE and self._title in line.own and len(line.own) < _MOST_TITLES * len(self._title):
            return "the title above the text"
        short = line.letters < _SHORT and _list_of(after) is None
        if short and line.text.endswith(_DIVIDING):
            return "a label above the text"
        if self._marked[_markup(line)] > 1:
            return ""
        words = _words_of(line.text)
        if words and len(words & self._words) >= _TITLE_WORDS * len(words):
            return "words of the title above the text"
        return "a label above the text" if short and after.kind == "p" and _is_label(line.text) else ""


def _words_of(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.replace("\xad", "").casefold()))


def _is_label(text: str) -> bool:
    """True for a word or three that are no sentence."""
    return len(text.split()) <= _LABEL_WORDS and not text.rstrip(_CLOSING).endswith(tuple(_ENDS + ":："))


def _markup(block: Block) -> tuple[str, str, int]:
    return (block.element.tag, block.element.get("class") or "", block.level)


def _above(texts: Sequence[Block], above: int, title: str, authors: set[str], heads: _Heads) -> dict[Block, str]:
    """Those of the first `texts` that are no part of the article: of as many as stand `above` the first paragraph."""
    lines = texts[:above]
    lists: dict[Frame, int] = {}
    for line in lines:
        if (frame := _list_of(line)) is not None:
            lists[frame] = lists.get(frame, 0) + 1
    found: dict[Block, str] = {}
    for place, line in enumerate(lines):
        frame = _list_of(line)
        few = frame is None or lists[frame] <= _MOST_LISTED
        if line.kind in ("row", "code"):
            continue
        if len(title) > _TITLE and line.own == title:
            found[line] = "the title above the text"
        elif line.kind == "h":
            rule = heads.why(line, texts[place + 1]) if len(found) == place and place + 1 < len(texts) else ""
            found |= {line: rule} if rule else {}
        elif line.own in authors:
            found[line] = "an author above the text"
        elif rule := _why_above(line, few=few, listed=frame is not None):
            found[line] = rule
    return found


def _why_above(line: Block, *, few: bool, listed: bool) -> str:
    text = hints.ready(line.text)
    if _COUNTED.match(line.text):
        return "how long it takes to read"
    if line.letters < _CREDIT and hints.inside(("credit",), text):
        return "whose the picture is"
    if _discloses(line):
        return "what the site earns"
    if few and line.letters < _SHORT and _LABELLING.fullmatch(line.text):
        return "a label above the text"
    if not listed and line.letters < _LINK_ABOVE and _is_link(line):
        return "a link above the text"
    return ""


def _below(lines: Sequence[Block], letters: int) -> dict[Block, str]:
    """The last of `lines`, all below the last paragraph, up to the first that looks like text. `letters`: of all that
    is kept."""
    found: dict[Block, str] = {}
    at = len(lines)
    while at:
        line = lines[at - 1]
        frame = _list_of(line)
        if frame is not None and _is_link(line):
            items = [other for other in lines[:at] if _list_of(other) is frame]
            rule = "a list of links below the text" if _are_links(items, letters) and not _headed(items, lines) else ""
            gone = items if rule else []
        else:
            rule = _why_below(line) if frame is None else ""
            gone = [line] if rule else []
        if not rule:
            return found
        found |= dict.fromkeys(gone, rule)
        at -= len(gone)
    return found


def _headed(items: Sequence[Block], lines: Sequence[Block]) -> bool:
    """True when a heading stands above a list that is none of what follows an article."""
    at = lines.index(items[0])
    above = lines[at - 1] if at else None
    return above is not None and above.kind == "h" and not hints.starts(("tailhead",), hints.ready(above.text))[0]


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
    return "how long it takes to read" if _COUNTED.match(line.text) else ""


# Chosen on pages of the open half; 0.1 and 0.2, and 0.4 and 0.5 do alike.
_LEAST = 0.15  # the score from which such an item stays
_MOST_OF_IT = 0.5  # share of the letters of a list that must stay


def keep(blocks: Sequence[Block], stay: list[bool]) -> None:
    """Lets items of the scored `blocks` stay where half of their list does, or where the texts before and after the
    list do."""
    mates: dict[Frame, list[int]] = {}
    for at, block in enumerate(blocks):
        outermost = next((frame for frame in block.frames if frame.kind in ("ul", "ol")), None)
        if outermost is not None and block.letters:
            mates.setdefault(outermost, []).append(at)
    for places in mates.values():
        if _letters(blocks, [at for at in places if stay[at]]) >= _MOST_OF_IT * _letters(blocks, places):
            _raise(blocks, stay, places)
    listed = [any(frame.kind == "li" for frame in block.frames) for block in blocks]
    _raise(blocks, stay, _enclosed(blocks, stay, listed))


def _letters(blocks: Sequence[Block], places: Sequence[int]) -> int:
    return sum(blocks[at].letters for at in places)


def _raise(blocks: Sequence[Block], stay: list[bool], places: Sequence[int]) -> None:
    for at in places:
        stay[at] = stay[at] or blocks[at].score >= _LEAST


def _enclosed(blocks: Sequence[Block], stay: Sequence[bool], listed: Sequence[bool]) -> list[int]:
    """The items whose nearest texts outside of lists, before and after them, stay."""
    found: list[int] = []
    waiting: list[int] = []  # items since the last text outside of lists, where that stays
    begun = False
    for at, block in enumerate(blocks):
        if listed[at]:
            if begun and block.letters:
                waiting.append(at)
        elif block.letters:
            found += waiting if stay[at] else ()
            waiting, begun = [], stay[at]
    return found


# Chosen on pages of the open half; 0.05 does alike.
_PART_OF_IT = 0.3  # share of the letters of a table that must stay


def keep_tables(blocks: Sequence[Block], stay: list[bool]) -> None:
    """Let rows of the scored `blocks` stay if a third of their table does, or if the texts before and after it do."""
    for places in _tables(blocks):
        letters = sum(blocks[at].letters for at in places)
        kept = sum(blocks[at].letters for at in places if stay[at])
        if kept >= _PART_OF_IT * letters or _is_enclosed(blocks, stay, places):
            for at in places:
                stay[at] = stay[at] or blocks[at].score >= _LEAST


def _tables(blocks: Sequence[Block]) -> Iterator[list[int]]:
    for is_row, group in groupby(range(len(blocks)), lambda at: (blocks[at].kind == "row", blocks[at].frames)):
        if is_row[0]:
            yield list(group)


def _is_enclosed(blocks: Sequence[Block], stay: Sequence[bool], places: Sequence[int]) -> bool:
    before = next((stay[at] for at in range(places[0] - 1, -1, -1) if blocks[at].letters), False)
    return before and next((stay[at] for at in range(places[-1] + 1, len(blocks)) if blocks[at].letters), False)
