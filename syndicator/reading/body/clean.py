"""Choose blocks by their scores; cut boilerplate and copies; add images and players. Pure."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from syndicator.reading import markdown
from syndicator.reading.body import edges, overlap
from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block
from syndicator.reading.html.elements import Run

# Scores (probabilities) from which a block is kept, chosen on the pages that the weights are fitted
# on.
_LEAST = 0.5
_LEAST_SELECTED = 0.1  # the second inside the elements that an operator selected
_NEAR = 4
_SMALL = 100  # blocks around an image with kept text; pixels of both sides of an icon
_OF_BAD_IMAGES = "share author ad related nav newsletter comment sidebar button rating modal"
_HEADED = 7
_TRACED = 0.05  # a rank below every heading; least score of a cut block in the trace
_SOURCES = ("src", "data-src", "data-lazy-src")
_ASKED = re.compile(r"encrypted-media|picture-in-picture|fullscreen|autoplay", re.I)
_CALLED = re.compile(
    r"(?:^|[/._-])(?:embed|player|videos?|audio|podcasts?|episodes?|tracks?|playlists?)(?:$|[/._?-])",
    re.I,
)
_PLAYERS_LEAST = 50  # pixels of either side below which a frame shows nothing
_NUMBER = re.compile(r"\s*(\d{1,5})")
_HINTS = ("ad", "comment", "sidebar", "footer", "nav", "consent")


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut block and the rule that cut it."""

    block: Block
    rule: str


class Choice(NamedTuple):
    """A flag for each block, True if it stays; the score needed to stay; and the rule that cut each
    other block."""

    stay: list[bool]
    least: float
    rules: dict[Block, str]


def decide(blocks: Sequence[Block], title: str, *, selected: bool = False) -> Choice:
    """Choose among the scored `blocks`; `attach` adds images later. `selected`: an operator's rule
    chose the blocks, so a lower score suffices."""
    least = _LEAST_SELECTED if selected else _LEAST
    stay = [
        block.score >= least and bool(block.letters or block.kind == "code") for block in blocks
    ]
    edges.keep_tables(blocks, stay)
    rules = edges.contents(blocks, stay) | overlap.copies(blocks, stay)
    if not selected:
        rules |= edges.consent(blocks, stay) | edges.trim(blocks, stay)
    own = overlap.letters(title)
    first = next((at for at, keep in enumerate(stay) if keep), None)
    if (
        first is not None
        and own
        and blocks[first].kind == "h"
        and overlap.letters(blocks[first].text) == own
    ):
        stay[first] = False  # it is shown beside the body
    _drop_orphans(blocks, stay)
    return Choice(stay, least, rules)


def attach(
    blocks: Sequence[Block], choice: Choice, heaviest: Sequence[str]
) -> tuple[list[Block], list[Cut]]:
    """Return the chosen blocks with their images and captions, and the cut blocks to mention in the
    trace. `heaviest`: the most influential feature of each block."""
    stay = list(choice.stay)
    _keep_attached(blocks, stay)
    left = [block for block, keep in zip(blocks, stay, strict=True) if keep]
    cuts = []
    for block, feature, keep in zip(blocks, heaviest, stay, strict=True):
        if not keep and block.letters and (block.overlap > overlap.MOST or block.score > _TRACED):
            by_score = (
                f"score {block.score:.2f}: {feature}"
                if block.score < choice.least
                else "title or lone heading"
            )
            cuts.append(Cut(block, choice.rules.get(block) or by_score))
    return left, cuts


def _drop_orphans(blocks: Sequence[Block], stay: list[bool]) -> None:
    """Drop headings without text below: at the end, or before a heading of the same or a higher
    rank."""
    # rank of the heading that stays below, 0 at the end, _HEADED for what any heading may head
    beneath = 0
    emptied = False  # text right below here was cut
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index]
        if not stay[index]:
            emptied = emptied or block.letters > 0
        elif block.kind == "h" and (beneath == 0 or (emptied and beneath <= block.level)):
            stay[index] = False
            emptied = True
        elif block.kind in ("img", "caption"):
            beneath = beneath or 1
            emptied = False
        else:
            beneath = block.level if block.kind == "h" else _HEADED
            emptied = False


def _keep_attached(blocks: Sequence[Block], stay: list[bool]) -> None:
    texts = [i for i, keep in enumerate(stay) if keep]
    if not texts:
        return
    bad = sum(hints.bit(name) for name in _OF_BAD_IMAGES.split())
    figures = set()
    for index, block in enumerate(blocks):
        if block.kind == "img":
            inside = texts[0] - 2 <= index <= texts[-1]
            close = any(stay[max(0, index - _NEAR) : index]) or any(
                stay[index + 1 : index + 1 + _NEAR]
            )
            stay[index] = inside and close and not block.near & bad and not _is_icon(block)
            if stay[index]:
                figures |= {frame for frame in block.frames if frame.kind == "figure"}
        elif block.kind == "hr":
            stay[index] = (
                texts[0] < index < texts[-1]
                and stay[index - 1]
                and any(stay[index + 1 : index + 3])
            )
    for index, block in enumerate(blocks):
        if block.kind == "caption" and any(frame.kind == "figure" for frame in block.frames):
            stay[index] = any(frame in figures for frame in block.frames)


def _is_icon(block: Block) -> bool:
    image = block.image
    return image is None or (
        0 < (image.width or _SMALL) < _SMALL and 0 < (image.height or _SMALL) < _SMALL
    )


def drop_repeated(
    blocks: Sequence[Block], repeated: frozenset[str], keep: Sequence[str]
) -> tuple[list[Block], list[Cut]]:
    """Return `blocks` without those whose digest is in `repeated`, and the cut ones. Blocks with a
    text of `keep` stay. Nothing is cut unless a paragraph of its own is left."""
    if not repeated:
        return list(blocks), []
    kept_texts = {overlap.letters(text) for text in keep} - {""}
    stay = [
        not overlap.is_comparable(block)
        or overlap.digest(block) not in repeated
        or any(text in block.own for text in kept_texts)
        for block in blocks
    ]
    if not any(ok and overlap.is_comparable(block) for block, ok in zip(blocks, stay, strict=True)):
        return list(blocks), []
    _drop_orphans(blocks, stay)
    cuts = [
        Cut(block, "repeats across articles of this host")
        for block, ok in zip(blocks, stay, strict=True)
        if not ok
    ]
    return [block for block, ok in zip(blocks, stay, strict=True) if ok], cuts


def has_repeats_alone(blocks: Sequence[Block], repeated: frozenset[str]) -> bool:
    """Return True if `blocks` has paragraphs and all of them are in `repeated`."""
    compared = [block for block in blocks if overlap.is_comparable(block)]
    return bool(compared) and all(overlap.digest(block) in repeated for block in compared)


def placed(
    tree: Any, blocks: Sequence[Block], chosen_blocks: Sequence[Block], base: str
) -> list[Block]:
    """Return `chosen_blocks`, with a link for each video or audio player that is between two of
    them."""
    frames = [frame for frame in tree.iter("iframe") if _is_player(frame)][:20]
    if not frames or not chosen_blocks:
        return list(chosen_blocks)
    order = {element: at for at, element in enumerate(tree.iter())}
    texts = [block for block in blocks if block.letters or block.kind == "code"]
    places = [order.get(block.element, -1) for block in texts]
    chosen = set(chosen_blocks)
    after = dict[Block, list[Block]]()
    seen: set[str] = set()
    for frame in frames:
        address = markdown.link(base, _source(frame))
        at = bisect_right(places, order[frame])
        inside = 0 < at < len(texts) and texts[at - 1] in chosen and texts[at] in chosen
        if inside and address and address not in seen:
            seen.add(address)
            title = " ".join((frame.get("title") or "").split())[:200]
            name = title or (urlsplit(address).hostname or "").removeprefix("www.")
            after.setdefault(texts[at - 1], []).append(
                Block(
                    "p", frame, (), 0, 0, runs=[Run(name, 0, address)], text=name, linked=len(name)
                )
            )
    return [each for block in chosen_blocks for each in (block, *after.get(block, ()))]


def _is_player(frame: Any) -> bool:
    source = _source(frame)
    asked = "allowfullscreen" in frame.attrib or _ASKED.search(frame.get("allow") or "") is not None
    parts = urlsplit(source) if source else None
    called = parts is not None and _CALLED.search(f"{parts.netloc}{parts.path}") is not None
    sizes = [(frame.get(name) or "").strip() for name in ("width", "height")]
    numbers = [_NUMBER.match(size) for size in sizes if not size.endswith("%")]
    small = any(number and int(number[1]) < _PLAYERS_LEAST for number in numbers)
    bits = sum(hints.bit(name) for name in _HINTS)
    above = frame.getparent()
    aside = hints.of(frame) & bits or (above is not None and hints.of(above) & bits)
    return bool(source) and (asked or called) and not small and not aside


def _source(frame: Any) -> str:
    values = ((frame.get(name) or "").strip() for name in _SOURCES)
    return next(
        (
            value
            for value in values
            if value and not value.startswith(("about:", "data:", "javascript:"))
        ),
        "",
    )
