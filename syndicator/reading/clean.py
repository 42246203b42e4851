"""Which scored blocks stay: the bar, what hangs on kept text (images, rules, headings), repeats of a host. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from syndicator.reading import hints, phrases, votes
from syndicator.reading.blocks import Block, Frame

BAR = 0.53  # score from which a block is article: at 0.5 a little more is kept, and more furniture with it
SELECTED_BAR = 0.1  # the same inside what an operator selected
_BOX_BAR = 0.8  # the same in a box whose class names speak of promotion
_PROMOTING = ("ad", "event", "newsletter", "modal")
_LEARNT = 20  # letters from which a block's repetition on a host says something
_SHORT = 180  # letters below which a paragraph is cut for how it starts
_LABEL = 0.6  # share of a paragraph that its furniture must be for it to be a label of what follows
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


@dataclass(frozen=True, slots=True)
class Cut:
    """A block that did not stay, and the rule that cut it."""

    block: Block
    rule: str


def choose(blocks: Sequence[Block], loudest: Sequence[str], bar: float, title: str) -> tuple[list[Block], list[Cut]]:
    """The blocks that stay and, of those near them, the ones that were cut."""
    raised = sum(hints.bit(name) for name in _PROMOTING)
    bars = [max(bar, _BOX_BAR) if block.near & raised and bar == BAR else bar for block in blocks]
    stay = [
        block.score >= least and bool(block.letters or block.kind == "code")
        for block, least in zip(blocks, bars, strict=True)
    ]
    said = _furniture(blocks, stay) | _link_rows(blocks, stay) | _contents(blocks, stay)
    _drop_title(blocks, stay, title)
    _drop_orphans(blocks, stay)
    _hang_on(blocks, stay)
    kept = [block for block, keep in zip(blocks, stay, strict=True) if keep]
    cuts = [
        Cut(
            block,
            said.get(block) or (f"score {block.score:.2f}: {why}" if block.score < least else "title or lone heading"),
        )
        for block, why, keep, least in zip(blocks, loudest, stay, bars, strict=True)
        if not keep and block.letters and (block.vote > 0.5 or block.score > 0.05)
    ]
    return kept, cuts


def _furniture(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cuts short paragraphs that start like furniture, and the links that follow one which is a label alone."""
    found: dict[Block, str] = {}
    label = False
    for index, block in enumerate(blocks):
        share = (
            phrases.start("cut", phrases.ready(block.text)) if 0 < block.letters < _SHORT and _may_go(block) else 0.0
        )
        follows = label and block.linked > 0.8 * len(block.text) > 0
        if share or follows:
            stay[index], found[block] = False, "starts like furniture" if share else "a link under furniture"
        label = follows or share > _LABEL or (label and not block.letters)
    return found


def _link_rows(blocks: Sequence[Block], stay: list[bool]) -> dict[Block, str]:
    """Cuts paragraphs that are a row of short links and nothing else: menus, tags, steps to other pages."""
    found: dict[Block, str] = {}
    for index, block in enumerate(blocks):
        links = {run.href for run in block.runs if run.href}
        if (
            block.kind == "p"
            and len(links) > 2
            and block.linked > 0.85 * len(block.text)
            and block.letters < 20 * len(links)
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
        if len(leads) > 1 and len(leads) >= 0.8 * len(places):
            for at in places:
                stay[at], found[blocks[at]] = False, "a table of contents"
    return found


def _leads_inside(block: Block, heads: set[str]) -> bool:
    hrefs = [run.href for run in block.runs if run.href]
    inside = bool(hrefs) and all(href.startswith("#") for href in hrefs)
    return inside and (block.own in heads or any(block.own.endswith(head) for head in heads if len(head) > 5))


def _may_go(block: Block) -> bool:
    return block.kind in ("p", "h", "dt", "caption") and not any(frame.kind == "blockquote" for frame in block.frames)


def _drop_title(blocks: Sequence[Block], stay: list[bool], title: str) -> None:
    """The title stands beside the body, not in it."""
    said = votes.letters(title)
    first = next((i for i, keep in enumerate(stay) if keep), None)
    if first is not None and said and blocks[first].kind == "h" and votes.letters(blocks[first].text) == said:
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


def _hang_on(blocks: Sequence[Block], stay: list[bool]) -> None:
    """Images, their captions and rules stay where the text round them does."""
    texts = [i for i, keep in enumerate(stay) if keep]
    if not texts:
        return
    bad = sum(hints.bit(name) for name in _BAD_IMAGE)
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
    kept_texts = {votes.letters(text) for text in keep} - {""}

    def repeats(block: Block) -> bool:
        return learns(block) and digest(block) in repeated and not any(text in block.own for text in kept_texts)

    if not repeated:
        return list(blocks), []
    stay = [not repeats(block) for block in blocks]
    _drop_orphans(blocks, stay)
    return (
        [block for block, ok in zip(blocks, stay, strict=True) if ok],
        [Cut(block, "repeats across articles of this host") for block, ok in zip(blocks, stay, strict=True) if not ok],
    )


def learns(block: Block) -> bool:
    """True for a block whose repetition on other pages would tell: code and headings repeat with good reason."""
    return block.kind in ("p", "row", "dt") and block.letters >= _LEARNT


def digest(block: Block) -> str:
    """A short name of the text of `block`, the same on every page it stands on. What its links say is not part of it
    where enough stands between them: "Older notes: [...]. Filed under [...]" has other links in each article."""
    between = votes.letters("".join([run.text for run in block.runs if not run.href])) if block.linked else ""
    said = between if len(between) >= _LEARNT else block.own
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]
