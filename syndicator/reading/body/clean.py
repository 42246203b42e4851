"""Choose blocks by their scores; cut boilerplate and copies; add images and players. Pure.

Functions that choose work on a list `stay` with a flag for each block of the page: True if the
block stays in the article."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from syndicator.reading import markdown
from syndicator.reading.body import edges, overlap
from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block, Frame
from syndicator.reading.html.elements import Run

# Scores (probabilities) from which a block stays, chosen on the pages with which the weights
# are trained. The second is for blocks in elements that the operator selected by a rule.
_LEAST_SCORE = 0.5
_LEAST_SELECTED_SCORE = 0.1
_MOST_ABOVE = 2  # blocks that an image may be above the first text
_NEAR_BLOCKS = 4  # an image stays only if one of so many blocks before or after it stays
_ICON_SIDE = 100  # pixels: an image whose both sides are shorter is an icon
_MOST_PLAYERS = 20
_LONGEST_NAME = 200  # characters of a player's title
_BAD_IMAGE_HINTS = "share author ad related nav newsletter comment sidebar button rating modal"
# Ranks in `_drop_lone_headings`: a heading has its level, 1 to 6.
_BELOW_HEADINGS = 7  # the rank of a text, below that of every heading
_NOTHING = 0  # in place of a rank, if nothing follows
_LEAST_TRACED_SCORE = 0.05  # cut blocks with a lower score are not mentioned in the trace
_SOURCE_ATTRIBUTES = ("src", "data-src", "data-lazy-src")
_PLAYER_PERMISSION = re.compile(r"encrypted-media|picture-in-picture|fullscreen|autoplay", re.I)
_PLAYER_ADDRESS = re.compile(
    r"(?:^|[/._-])(?:embed|player|videos?|audio|podcasts?|episodes?|tracks?|playlists?)(?:$|[/._?-])",
    re.I,
)
_SMALLEST_PLAYER = 50  # pixels: an iframe with a shorter side shows nothing
_NUMBER = re.compile(r"\s*(\d{1,5})")
_ASIDE_HINTS = ("ad", "comment", "sidebar", "footer", "nav", "consent")


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut block and the rule that cut it."""

    block: Block
    rule: str


class Choice(NamedTuple):
    """Which blocks of a page stay in the article, before images are added, and why others do
    not."""

    stay: list[bool]  # for each block True if it stays
    least_score: float  # the score that a block needs to stay
    rules: dict[Block, str]  # blocks that were cut for another reason than their score, and it


def choose_blocks(blocks: Sequence[Block], title: str, *, selected: bool = False) -> Choice:
    """Choose the blocks with the text of the article; `attach_images` adds its images later. The
    result has a flag for each block, and for some of the cut ones the rule that cut them. `blocks`:
    all blocks of the page, with their scores. `title`: the title of the article; a heading at the
    start that repeats it is left out. `selected`: a rule of the operator chose the blocks; then a
    score of 0.1 is enough, else 0.5."""
    least_score = _LEAST_SELECTED_SCORE if selected else _LEAST_SCORE
    stay: list[bool] = []
    for block in blocks:
        has_content = block.letters > 0 or block.kind == "code"
        stay.append(has_content and block.score >= least_score)
    # each of these functions changes `stay`, and returns the rules by which it cut blocks
    edges.keep_tables(blocks, stay)
    rules = edges.cut_contents(blocks, stay) | overlap.cut_copies(blocks, stay)
    if not selected:
        rules |= edges.cut_consent(blocks, stay) | edges.cut_edges(blocks, stay)
    if True in stay:
        first = stay.index(True)
        if _is_headline(blocks[first], title):
            stay[first] = False  # the title is shown above the body anyway
    _drop_lone_headings(blocks, stay)
    return Choice(stay, least_score, rules)


def _is_headline(block: Block, title: str) -> bool:
    """Return True if `block` is a heading with the same letters as the article's title."""
    title_letters = overlap.extract_letters(title)
    if not title_letters or block.kind != "h":
        return False
    return overlap.extract_letters(block.text) == title_letters


def attach_images(
    blocks: Sequence[Block], choice: Choice, heaviest: Sequence[str]
) -> tuple[list[Block], list[Cut]]:
    """Add images and captions to the chosen blocks. Return the blocks of the article, and, for the
    trace, the other blocks that might have been part of it. `blocks`: all blocks of the page;
    `choice`: those chosen by their text; `heaviest`: for each block, the name of the feature with
    the most influence on its score."""
    stay = list(choice.stay)
    _keep_images(blocks, stay)
    chosen_blocks: list[Block] = []
    cuts: list[Cut] = []
    for block, feature, keep in zip(blocks, heaviest, stay, strict=True):
        if keep:
            chosen_blocks.append(block)
            continue
        might_be_article = block.overlap > overlap.MOST or block.score > _LEAST_TRACED_SCORE
        if block.letters and might_be_article:
            cuts.append(Cut(block, _name_rule(block, choice, feature)))
    return chosen_blocks, cuts


def _name_rule(block: Block, choice: Choice, feature: str) -> str:
    """Return why a block was cut, as text for the trace: the rule that cut it, else its low score.
    `choice`: the choice of blocks, which has the rules; `feature`: the name of the feature with the
    most influence on the score."""
    rule = choice.rules.get(block)
    if rule:
        return rule
    if block.score < choice.least_score:
        return f"score {block.score:.2f}: {feature}"
    return "title or lone heading"


def _drop_lone_headings(blocks: Sequence[Block], stay: list[bool]) -> None:
    """Cut headings that have nothing below them: no block that stays follows, or their text was
    cut and a heading of the same or a higher level follows. `stay`: a flag for each block, True if
    it stays; those of the cut headings are set to False."""
    # Go from the last block to the first.
    rank_below = _NOTHING  # of the next block that stays: its level if it is a heading
    is_text_cut = False  # a text between that block and this one was cut
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index]
        is_heading = block.kind == "h"
        has_lost_its_text = is_text_cut and rank_below <= block.level
        heads_nothing = rank_below == _NOTHING or has_lost_its_text
        if not stay[index]:
            is_text_cut = is_text_cut or block.letters > 0
        elif is_heading and heads_nothing:
            stay[index] = False
            is_text_cut = True
        elif is_heading:
            rank_below = block.level
            is_text_cut = False
        elif block.kind in ("img", "caption"):
            # with only an image below, a heading stays unless text between them was cut
            rank_below = rank_below or 1
            is_text_cut = False
        else:
            rank_below = _BELOW_HEADINGS
            is_text_cut = False


def _keep_images(blocks: Sequence[Block], stay: list[bool]) -> None:
    """Decide which images, captions and horizontal rules stay in the article. `stay`: a flag for
    each block, already True for the texts that stay; the flags of the others are set here.

    An image stays if it is among these texts and at most four blocks from one of them, unless it is
    an icon or in boilerplate. A caption stays if an image of its figure does. A rule stays if the
    block before it does, and one of the two blocks after it."""
    text_indices = [index for index, stays in enumerate(stay) if stays]
    if not text_indices:
        return
    first_text = text_indices[0]
    last_text = text_indices[-1]
    bad_hints = sum(hints.get_bit(name) for name in _BAD_IMAGE_HINTS.split())
    shown_figures: set[Frame] = set()  # figures with an image that stays
    for index, block in enumerate(blocks):
        if block.kind == "img":
            is_among_texts = first_text - _MOST_ABOVE <= index <= last_text
            blocks_before = stay[max(0, index - _NEAR_BLOCKS) : index]
            blocks_after = stay[index + 1 : index + 1 + _NEAR_BLOCKS]
            is_near_text = any(blocks_before) or any(blocks_after)
            is_boilerplate = bool(block.near_hints & bad_hints) or _is_icon(block)
            stay[index] = is_among_texts and is_near_text and not is_boilerplate
            if stay[index]:
                shown_figures.update(frame for frame in block.frames if frame.kind == "figure")
        elif block.kind == "hr":
            is_among_texts = first_text < index < last_text
            two_blocks_after = stay[index + 1 : index + 3]
            stay[index] = is_among_texts and stay[index - 1] and any(two_blocks_after)

    for index, block in enumerate(blocks):
        is_in_figure = any(frame.kind == "figure" for frame in block.frames)
        if block.kind == "caption" and is_in_figure:
            stay[index] = not shown_figures.isdisjoint(block.frames)


def _is_icon(block: Block) -> bool:
    """Return True if the image of a block is an icon: both its width and its height are known and
    less than 100 pixels. Return True, too, if the block has no image."""
    image = block.image
    if image is None:
        return True
    if not image.width or not image.height:  # unknown
        return False
    return 0 < image.width < _ICON_SIDE and 0 < image.height < _ICON_SIDE


def cut_repeated(
    blocks: Sequence[Block], repeated: frozenset[str], keep: Sequence[str]
) -> tuple[list[Block], list[Cut]]:
    """Cut the blocks that other articles of the host have, too. Return the blocks that remain, and
    the cut ones. `repeated`: the digests of texts that many articles of the host have; `keep`:
    texts of the operator: a block that contains one of them is not cut. Nothing is cut if no
    paragraph would remain."""
    if not repeated:
        return list(blocks), []
    kept_texts = {overlap.extract_letters(text) for text in keep} - {""}
    stay: list[bool] = []
    for block in blocks:
        is_repeated = overlap.is_comparable(block) and overlap.digest_block(block) in repeated
        must_stay = is_repeated and any(text in block.letters_and_digits for text in kept_texts)
        stay.append(must_stay or not is_repeated)
    staying_blocks = (block for block, stays in zip(blocks, stay, strict=True) if stays)
    has_paragraph = any(map(overlap.is_comparable, staying_blocks))
    if not has_paragraph:
        return list(blocks), []

    _drop_lone_headings(blocks, stay)
    remaining: list[Block] = []
    cuts: list[Cut] = []
    for block, stays in zip(blocks, stay, strict=True):
        if stays:
            remaining.append(block)
        else:
            cuts.append(Cut(block, "repeats across articles of this host"))
    return remaining, cuts


def has_repeats_alone(blocks: Sequence[Block], repeated: frozenset[str]) -> bool:
    """Return True if other articles of the host have every paragraph of `blocks`, too. Headings and
    short texts do not count. Return False if there is no paragraph. `repeated`: the digests of
    texts that many articles of the host have."""
    compared = [block for block in blocks if overlap.is_comparable(block)]
    return bool(compared) and all(overlap.digest_block(block) in repeated for block in compared)


def place_players(
    tree: Any, blocks: Sequence[Block], chosen_blocks: Sequence[Block], base: str
) -> list[Block]:
    """Return the blocks of the article, and among them links to its video and audio players. A
    player gets a link if the texts directly before and after it belong to the article; the link
    follows the text before it. `chosen_blocks`: the blocks of the article; `blocks`: all blocks of
    the page `tree`; `base`: the address against which links are resolved."""
    players = [frame for frame in tree.iter("iframe") if _is_player(frame)][:_MOST_PLAYERS]
    if not players or not chosen_blocks:
        return list(chosen_blocks)

    # find the texts before and after each player by their positions in the document
    position_of = {element: position for position, element in enumerate(tree.iter())}
    texts = [block for block in blocks if block.letters or block.kind == "code"]
    text_positions = [position_of.get(block.element, -1) for block in texts]
    body_blocks = set(chosen_blocks)
    links_after: dict[Block, list[Block]] = {}
    addresses: set[str] = set()
    for player in players:
        index_after = bisect_right(text_positions, position_of[player])
        if not 0 < index_after < len(texts):
            continue  # no text before or after the player
        text_before = texts[index_after - 1]
        text_after = texts[index_after]
        if text_before not in body_blocks or text_after not in body_blocks:
            continue
        address = markdown.resolve_link(base, _read_source(player))
        if address and address not in addresses:
            addresses.add(address)
            links_after.setdefault(text_before, []).append(_make_player_link(player, address))

    with_links: list[Block] = []
    for block in chosen_blocks:
        with_links.append(block)
        with_links += links_after.get(block, ())
    return with_links


def _make_player_link(player: Any, address: str) -> Block:
    """Return a paragraph that consists of a link to the iframe `player`. The text of the link is
    the title of the player, else the host of its `address`."""
    name = " ".join((player.get("title") or "").split())[:_LONGEST_NAME]
    if not name:
        host = urlsplit(address).hostname or ""
        name = host.removeprefix("www.")
    return Block(
        "p",
        player,
        frames=(),
        hints=0,
        near_hints=0,
        runs=[Run(name, 0, address)],
        text=name,
        linked_length=len(name),
    )


def _is_player(frame: Any) -> bool:
    """Return True if an iframe is a video or audio player: it may fill the screen or play
    automatically, or its address has a word such as "embed". Return False if it is less than 50
    pixels wide or high, or in an advertisement, a sidebar or the like."""
    source = _read_source(frame)
    if not source:
        return False
    may_fill_screen = "allowfullscreen" in frame.attrib
    has_permission = _PLAYER_PERMISSION.search(frame.get("allow") or "") is not None
    if not may_fill_screen and not has_permission:
        parts = urlsplit(source)
        if not _PLAYER_ADDRESS.search(f"{parts.netloc}{parts.path}"):
            return False
    for name in ("width", "height"):
        size = (frame.get(name) or "").strip()
        pixels = None if size.endswith("%") else _NUMBER.match(size)
        if pixels and int(pixels[1]) < _SMALLEST_PLAYER:
            return False
    aside_hints = sum(hints.get_bit(name) for name in _ASIDE_HINTS)
    if hints.read_hints(frame) & aside_hints:
        return False
    parent = frame.getparent()
    return parent is None or not hints.read_hints(parent) & aside_hints


def _read_source(frame: Any) -> str:
    """Return the address of an iframe as written, "" if it has none. It is in src, or in another
    attribute if a script loads the iframe later."""
    for name in _SOURCE_ATTRIBUTES:
        value: str = (frame.get(name) or "").strip()
        if value and not value.startswith(("about:", "data:", "javascript:")):
            return value
    return ""
