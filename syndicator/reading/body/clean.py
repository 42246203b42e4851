"""Which scored blocks stay: score, boilerplate by its wording, copies, what hangs on kept text (images, rules,
headings), repeats of a host. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from syndicator.reading.body import containers, overlap
from syndicator.reading.html import class_hints, phrases
from syndicator.reading.html.blocks import Block, Frame
from syndicator.reading.metadata import person_names

# Scores (probabilities) from which a block is kept, chosen on the pages that the weights are fitted on.
_LEAST = 0.53  # at 0.5 a little more of the article is kept, and more boilerplate with it
_LEAST_SELECTED = 0.1  # inside what an operator selected
_LEAST_PROMOTED = 0.8  # in a box whose class names speak of promotion
_LEAST_CODE = 0.15  # of code: boilerplate is hardly ever set as code, and such as is scores below this
_PROMOTING = ("ad", "event", "newsletter", "modal")
_TELLING_REPEAT = 20  # letters from which a block's repetition on a host says something
_SHORT = 180  # letters below which a paragraph is cut for how it starts
_LABEL = (
    0.6  # share of a paragraph that is a phrase of boilerplate from which it is taken for the label of what follows
)
_COPY = 0.2  # share of all letters kept from which texts that stand there before are a second copy
_SUM = 0.7  # share of a text that others make up from which it is their sum
_TELLING = 40  # letters of a text that is found again by itself
_LINE = 80  # letters below which a paragraph above all others can be a byline
_SURE = 0.9  # score from which it is text all the same
_DATED = 0.15  # share of digits in a line that is a date's
_DAY = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2}")
_GAP = 4  # texts between two that continue a copy
_NEAR = 4  # blocks round an image among which kept text must be
_SMALL = 100  # pixels below which both sides make an image an icon or an avatar
_BAD_IMAGE = (
    "share",
    "author",
    "ad",
    "related",
    "nav",
    "newsletter",
    "comment",
    "sidebar",
    "button",
    "rating",
    "modal",
)
_HEADED = 7  # below every rank of heading
_TRACED = 0.05  # score above which a block that was cut is worth a line in the trace
_MOST_DIRECT = 0.8  # share of an item's text in its links from which it is a link, and of a list's items that are
_LINK_ROW = 2  # links above which a paragraph can be a row of them
_LINK_ROW_SHARE = 0.85  # share of its text in them
_LINK_LETTERS = 20  # letters a link below which they are
_PARTS = 2  # paragraphs above which a text can be their sum
_LEAST_HEAD = 5  # letters of a heading above which an entry of a table of contents may end with it


@dataclass(frozen=True, slots=True)
class Cut:
    """A block that did not stay, and the rule that cut it."""

    block: Block
    rule: str


def choose(
    blocks: Sequence[Block], heaviest: Sequence[str], title: str, *, selected: bool = False
) -> tuple[list[Block], list[Cut]]:
    """The scored `blocks` that stay and, of those that came near it, the ones that were cut.

    `heaviest` names for each block the feature that weighs most in its score, `title` is the page's, `selected` says
    that an operator chose these blocks.
    """
    promoting = sum(class_hints.bit(name) for name in _PROMOTING)
    least = [_least(block, promoting, selected) for block in blocks]
    stay = [
        block.score >= score and bool(block.letters or block.kind == "code")
        for block, score in zip(blocks, least, strict=True)
    ]
    rules: dict[Block, str] = {}
    for cut in (_data, _boilerplate, _link_rows, _contents, _captions_first, _lines_above, _copies_below):
        rules |= cut(blocks, stay)
    _drop_title(blocks, stay, title)
    _drop_orphans(blocks, stay)
    _keep_attached(blocks, stay)
    kept = [block for block, keep in zip(blocks, stay, strict=True) if keep]
    cuts = [
        Cut(block, rules.get(block) or _by_score(block, score, feature))
        for block, feature, keep, score in zip(blocks, heaviest, stay, least, strict=True)
        if not keep and block.letters and (block.overlap > overlap.MOST or block.score > _TRACED)
    ]
    return kept, cuts


def _by_score(block: Block, least: float, feature: str) -> str:
    return f"score {block.score:.2f}: {feature}" if block.score < least else "title or lone heading"


def _least(block: Block, promoting: int, selected: bool) -> float:
    """The score from which `block` stays; `promoting` are the bits of hints that its box may promote something."""
    least = _LEAST_SELECTED if selected else _LEAST
    if block.kind == "code":
        return min(least, _LEAST_CODE)
    return _LEAST_PROMOTED if block.near & promoting and not selected else least


def _data(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cuts paragraphs that are JSON: what a script left on the page for itself."""
    found: dict[Block, str] = {}
    for index, block in enumerate(blocks):
        if block.kind == "p" and block.text.startswith(('{"', '[{"')) and block.text.endswith(("}", "]")):
            stay[index], found[block] = False, "data, not text"
    return found


def _boilerplate(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cuts short paragraphs that start like boilerplate, and the links that follow one which is a label alone."""
    found: dict[Block, str] = {}
    label = False
    for index, block in enumerate(blocks):
        share = (
            phrases.starts(("cut",), phrases.ready(block.text))[0]
            if 0 < block.letters < _SHORT and _may_go(block)
            else 0.0
        )
        follows = label and block.linked > _MOST_DIRECT * len(block.text) > 0
        if share or follows:
            stay[index], found[block] = False, "starts like boilerplate" if share else "a link under boilerplate"
        label = follows or share > _LABEL or (label and not block.letters)
    return found


def _captions_first(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cuts what its classes call a caption and stands beside a picture above all prose: a gallery's first words are
    not the story's. Below that a caption is kept, for there it may be text."""
    caption = class_hints.bit("caption")
    found: dict[Block, str] = {}
    for index, block in enumerate(blocks):
        if not stay[index]:
            continue
        if not block.near & caption:
            if containers.is_prose(block):
                break
        elif any(other.kind == "img" for other in blocks[max(0, index - 2) : index + 3]):
            stay[index], found[block] = False, "a caption above the text"
    return found


def _lines_above(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cuts lines above all prose that name who wrote it and when: they belong beside the body, not in it."""
    marked = class_hints.bit("author")
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


def _copies_below(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cuts the second copy of an article: pages carry one for other screens or for machines. It has the same texts in
    the same order and is a good part of all that is kept, which no refrain, warning or table of parameters is."""
    texts = [at for at, keep in enumerate(stay) if keep and blocks[at].own]
    enough = _COPY * sum(blocks[at].letters for at in texts)
    rows = [texts[run[0] : run[-1] + 1] for run in _copies([blocks[at].own for at in texts])]
    gone = [at for row in rows if sum(blocks[at].letters for at in row) > enough for at in row]
    gone += [at for at in texts if blocks[at].letters > enough and _is_sum(blocks[at], [blocks[i] for i in texts])]
    for at in gone:
        stay[at] = False
    return {blocks[at]: "a second copy" for at in gone}


def _copies(texts: Sequence[str]) -> list[list[int]]:
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
    """True for a text into which the paragraphs that stand there are run together."""
    parts = [other.own for other in others if len(other.own) >= _TELLING and other is not block]
    inside = [part for part in dict.fromkeys(parts) if part in block.own]
    return len(inside) > _PARTS and sum(map(len, inside)) > _SUM * len(block.own)


def _link_rows(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cuts paragraphs that are a row of short links and nothing else: menus, tags, steps to other pages."""
    found: dict[Block, str] = {}
    for index, block in enumerate(blocks):
        links = {run.href for run in block.runs if run.href}
        if (
            block.kind == "p"
            and len(links) > _LINK_ROW
            and block.linked > _LINK_ROW_SHARE * len(block.text)
            and block.letters < _LINK_LETTERS * len(links)
        ):
            stay[index], found[block] = False, "a row of links"
    return found


def _contents(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
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


def _may_go(block: Block) -> bool:
    return block.kind in ("p", "h", "dt", "caption") and not any(frame.kind == "blockquote" for frame in block.frames)


def _drop_title(blocks: Sequence[Block], stay: list[bool], title: str) -> None:
    """The title stands beside the body, not in it."""
    own = overlap.letters(title)
    first = next((i for i, keep in enumerate(stay) if keep), None)
    if first is not None and own and blocks[first].kind == "h" and overlap.letters(blocks[first].text) == own:
        stay[first] = False


def _drop_orphans(blocks: Sequence[Block], stay: list[bool]) -> None:
    """A heading has nothing to head at the end, or where all that it stood over was cut: what stays below is a heading
    of its own rank or a higher one, before which at most pictures stand that were below the text cut."""
    beneath = 0  # rank of the heading that stays below, 0 at the end, _HEADED for what any heading may head
    emptied = False  # text right below here was cut
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index]
        if not stay[index]:
            emptied = emptied or block.letters > 0
        elif block.kind == "h" and (beneath == 0 or (emptied and beneath <= block.level)):
            stay[index], emptied = False, True
        elif block.kind in ("img", "caption"):
            beneath, emptied = beneath or 1, False
        else:
            beneath, emptied = (block.level if block.kind == "h" else _HEADED), False


def _keep_attached(blocks: Sequence[Block], stay: list[bool]) -> None:
    """Images, their captions and rules stay where the text round them does."""
    texts = [i for i, keep in enumerate(stay) if keep]
    if not texts:
        return
    bad = sum(class_hints.bit(name) for name in _BAD_IMAGE)
    figures = set()
    for index, block in enumerate(blocks):
        inside = texts[0] - 2 <= index <= texts[-1]
        close = any(stay[max(0, index - _NEAR) : index]) or any(stay[index + 1 : index + 1 + _NEAR])
        if block.kind == "img":
            stay[index] = inside and close and not block.near & bad and not _is_icon(block)
            if stay[index]:
                figures |= {frame for frame in block.frames if frame.kind == "figure"}
        elif block.kind == "hr":
            stay[index] = texts[0] < index < texts[-1] and stay[index - 1] and any(stay[index + 1 : index + 3])
    for index, block in enumerate(blocks):
        if block.kind == "caption" and any(frame.kind == "figure" for frame in block.frames):
            stay[index] = any(frame in figures for frame in block.frames)


def _is_icon(block: Block) -> bool:
    image = block.image
    return image is None or (0 < (image.width or _SMALL) < _SMALL and 0 < (image.height or _SMALL) < _SMALL)


def drop_repeated(
    blocks: Sequence[Block], repeated: frozenset[str], keep: Sequence[str]
) -> tuple[list[Block], list[Cut]]:
    """`blocks` without those whose digest is in `repeated`, unless one of the texts `keep` stands in them."""
    kept_texts = {overlap.letters(text) for text in keep} - {""}

    def repeats(block: Block) -> bool:
        return is_comparable(block) and digest(block) in repeated and not any(text in block.own for text in kept_texts)

    if not repeated:
        return list(blocks), []
    stay = [not repeats(block) for block in blocks]
    _drop_orphans(blocks, stay)
    return (
        [block for block, ok in zip(blocks, stay, strict=True) if ok],
        [Cut(block, "repeats across articles of this host") for block, ok in zip(blocks, stay, strict=True) if not ok],
    )


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
