"""How sure it is which text of a page is the article, and that the page is no list of articles. Pure.

Boosted trees (data/listing_trees.json, grown by tools/train/fit_listings.py) judge the whole reading: the page's own
features, and how much text was taken of it, in which form, and how surely.

Measured by tests/gate/test_doubt_gate.py on the pages of ../shared/corpus: of those that are read well 2 in 100 are in
doubt, of those that are read badly 2 in 5."""

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np

from syndicator.core.model import Entry
from syndicator.reading.body import containers, overlap, scorer
from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block
from syndicator.reading.page_type import PageType

# All chosen on the open half of the corpus (2,098 pages), so that what is read well hardly ever waits.
_UNCLEAR: Final = (0.2, 0.8)  # scores (probabilities) of a block that may be article as well as not
_MOST_UNCLEAR: Final = 1.7  # letters of such blocks, for each letter that was kept
_LITTLE: Final = 600  # letters kept below which fewer of such make them unclear
_MOST_UNCLEAR_OF_LITTLE: Final = 1.2
_LONG_TEXT: Final = 5_000  # letters kept from which they are an article, whatever else the page has
_SHORT: Final = 100  # letters below which a text is hardly an article, unless the feed has no more
_LONGER: Final = 1.5  # times as much in the feed's own content as on the page
# All chosen by hand on the open pages (2,449).
_LEAST_TAKEN = 200  # letters of prose that the extractor took, from which its word counts
_LINKED = 0.5  # share of the kept text in links from which it is a menu
_HALF = 0.5  # share of the extractor's prose in boxes of comments and cut, from which a thread is the page
_WHOLE_TEXT = 3_000  # letters kept from which they are an article, and what is called a comment is one
# When the extractor is asked: on 3 pages in 10. On 867 articles of domains that the weights were not fitted on the mean
# F1 is .9582 so, .9586 with half the limit of what is unclear (asked on 4 in 10), .9582 always asked and .9533 never.
_ENOUGH = 300  # letters kept below which it is
_FEW_UNCLEAR = 0.2  # letters of blocks that may be article or not, for each letter kept
_FEW_HEADINGS, _HEADINGS_SHARE = 3, 0.3  # headings that may be article or not; the same for each heading kept
_FEW_LINKED = 0.3  # share of the kept text in links
_MOST_LEFT_OUT = 0.35  # share of the page's prose that was not kept
_MOST_LINKED = 0.8  # share of a heading's text in links from which it is a link
_SOME = 50  # letters that are added to those of a reading, so that next to none are not divided by
_SURE = 0.99  # the score of what the extractor took, in the second try


def unsure(kept: Sequence[Block], blocks: Sequence[Block], summary: str) -> bool:
    """True when the blocks `kept` of all `blocks`, chosen without an extractor's text, may not be the article: little
    text or mostly links, much text or many headings that may be article or not, much prose left out, or the `summary`
    that stands on the page is not in it."""
    letters = sum(block.letters for block in kept)
    prose = [block for block in blocks if containers.is_prose(block)]
    chosen = set(kept)
    return (
        letters < _ENOUGH
        or _unclear(blocks) > _FEW_UNCLEAR * letters
        or _unclear_headings(blocks) >= max(_FEW_HEADINGS, _HEADINGS_SHARE * sum(block.kind == "h" for block in kept))
        or sum(block.linked for block in kept) > _FEW_LINKED * sum(len(block.text) for block in kept)
        or sum(b.letters for b in prose if b not in chosen) > _MOST_LEFT_OUT * sum(b.letters for b in prose)
        or overlap.lacks(kept, blocks, summary)
    )


def _unclear(blocks: Sequence[Block]) -> int:
    return sum(block.letters for block in blocks if _UNCLEAR[0] < block.score < _UNCLEAR[1])


def _unclear_headings(blocks: Sequence[Block]) -> int:
    return sum(block.kind == "h" and _UNCLEAR[0] < block.score < _UNCLEAR[1] for block in blocks)


def indistinct(kept: Sequence[Block], blocks: Sequence[Block], *, selected: bool) -> str:
    """How much of the page may be article as well as not, in words, where that is much beside the blocks `kept`; else
    "". `blocks`: all that the page has, scored; `selected`: the operator said where the body is. It is no doubt on a
    page that says that it is an article and looks like one (reading/reader.py): its teasers are what is unclear."""
    letters = sum(block.letters for block in kept)
    unclear = _unclear(blocks)
    most = _MOST_UNCLEAR_OF_LITTLE if letters < _LITTLE else _MOST_UNCLEAR
    if not selected and letters < _LONG_TEXT and unclear > most * letters:
        return f"{unclear} letters of the page may be article or not, {letters} were taken"
    return ""


def doubt(kept: Sequence[Block], from_feed: Sequence[Block], *, entry: Entry | None) -> str:
    """Why the body of the blocks `kept` may not be the article, in words; "" where nothing speaks against it.
    `from_feed`: the blocks of the content of `entry`, where that is a text."""
    letters = sum(block.letters for block in kept)
    announced = sum(block.letters for block in from_feed)
    if announced > _LONGER * letters:
        return f"the page has {letters} letters, the feed {announced}"
    if letters < _SHORT and not (entry and _says_no_more(entry, letters)):
        return f"the text has {letters} letters"
    return ""


def _says_no_more(entry: Entry, letters: int) -> bool:
    """True when the feed gives the whole of what it announces, and that is no longer than what the page has."""
    return bool(entry.content) and len(overlap.letters(overlap.words(entry.content))) <= _LONGER * letters


def wrong(kept: Sequence[Block], blocks: Sequence[Block], *, declared: bool) -> str:
    """Why the `kept` of all `blocks` cannot be the article, "" where nothing speaks against it. `declared`: the page
    calls itself an article, so that what is called a comment is one."""
    taken = [block for block in blocks if _is_voted(block) and containers.is_prose(block)]
    if sum(block.letters for block in taken) < _LEAST_TAKEN:
        return ""
    chosen = set(kept)
    if not any(block in chosen for block in blocks if _is_voted(block)):
        return "nothing that the extractor took was kept"
    if sum(block.linked for block in kept) > _LINKED * sum(len(block.text) for block in kept):
        return "what was kept is links"
    if declared or sum(block.letters for block in kept) > _WHOLE_TEXT:
        return ""
    lost = [block for block in taken if block not in chosen]
    comment = hints.bit("comment")
    marked = sum(block.letters for block in lost if block.near & comment)
    if marked > _HALF * sum(block.letters for block in taken):
        return f"{marked} letters that the extractor took stand in boxes of comments"
    return ""


def believe(blocks: Sequence[Block]) -> None:
    """Raises the score of the blocks that the extractor took."""
    for block in blocks:
        if _is_voted(block):
            block.score = max(block.score, _SURE)


def _is_voted(block: Block) -> bool:
    return block.overlap > overlap.MOST


def reading_values(
    kept: Sequence[Block], blocks: Sequence[Block], typed: PageType, *, asked: bool, lost: bool, declared: bool
) -> dict[str, float]:
    """The features of a reading by name: those of the page, of a type `typed`, and of the blocks `kept` of all its
    scored `blocks`. `asked`: an extractor was asked; `lost`: the first choice was wrong; `declared`: the page calls
    itself an article."""
    chosen = set(kept)
    letters = sum(block.letters for block in kept)
    prose = [block for block in blocks if containers.is_prose(block)]
    all_prose = sum(block.letters for block in prose)
    inside = [block for block in prose if block in chosen]
    heads = [block for block in kept if block.kind == "h"]
    return {
        **{f"page {name}": value for name, value in typed.values.items() if name != "bias"},
        **{f"type {name}": value for name, value in typed.probabilities.items()},
        "letters": math.log1p(letters),
        "prose": math.log1p(sum(block.letters for block in inside)),
        "prose-share": sum(block.letters for block in inside) / (letters or 1),
        "prose-count": math.log1p(len(inside)),
        "all-prose": math.log1p(all_prose),
        "prose-left": 1 - sum(block.letters for block in inside) / (all_prose or 1),
        "longest": math.log1p(max((block.letters for block in kept), default=0)),
        "link": sum(block.linked for block in kept) / (sum(len(block.text) for block in kept) or 1),
        "heads": math.log1p(len(heads)),
        "linked-heads": math.log1p(sum(block.linked > _MOST_LINKED * len(block.text) for block in heads)),
        "share": letters / (sum(block.letters for block in blocks) or 1),
        "unclear": _unclear(blocks) / (letters + _SOME),
        "score": sum(block.letters * block.score for block in kept) / (letters or 1),
        "overlap": sum(block.letters * block.overlap for block in kept) / (letters or 1),
        "taken": sum(block.letters * block.overlap for block in blocks) / (letters + _SOME),
        "asked": float(asked),
        "lost": float(lost),
        "declared": float(declared),
    }


@cache
def listing_trees() -> scorer.Trees:
    """The trees."""
    return scorer.read_trees(json.loads(scorer.file_text("listing_trees.json"))["listing"])


def listing_odds(values: Mapping[str, float]) -> float:
    """The log odds that a page is a list of articles or goods, from the features of its reading."""
    return float(scorer.log_odds(listing_trees(), {name: np.array([value]) for name, value in values.items()})[0])
