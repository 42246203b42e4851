"""Estimate if a chosen body is really the article, and if the page is a list. Pure.

By boosted trees made by tools/train/fit_readings.py."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from syndicator.core.model import Entry
from syndicator.reading.body import containers, overlap, scorer
from syndicator.reading.html.blocks import Block
from syndicator.reading.page_type import PageType

# All chosen by hand before the trees were grown: changing one means to fit again.
_UNCLEAR = (0.2, 0.8)  # scores (probabilities) of a block that may be article as well as not
_MOST_LINKED = 0.8  # share of a heading's text in links that makes it a link
_SOME = 50  # letters added to those of a reading before dividing by them
# least letters of an article (of 1,126 pages four had less than 100, all read well); times the
# page's letters in the feed that raise a doubt
_SHORT = 50
_LONGER = 1.5

# Log odds, chosen on folds by domain (tools/train/fit_readings.py --figures). A page is refused as
# a list from _LIST on, from _LIST_ANNOUNCED if a feed announced it, if its text is in doubt; a text
# of less than _FEW letters is a short article unless it is below _WRONG.
_LIST = 1.0
_LIST_ANNOUNCED = 2.0
_FEW = 1_000
_WRONG = -1.0
_RIGHT = 2.0  # from which a page is no list although nobody calls it an article
# A text below _DOUBTFUL is in doubt; below _CLEAR, too, if its page is a list from _PERHAPS_LIST.
_DOUBTFUL = 0.35
_PERHAPS_LIST = -1.5
_CLEAR = 0.7


def is_list(
    listing: float,
    right: float,
    *,
    letters: float,
    announced: bool,
    declared: bool,
    claimed: bool = True,
) -> bool:
    """Return True if a page is refused as a list. `listing`, `right`: log odds that it is one, and
    that its text is the article's; `letters`: of the text; `announced`: by a feed; `declared`: it
    calls itself an article; `claimed`: somebody else calls it one."""
    limit = _WRONG if letters < _FEW else _DOUBTFUL
    if not claimed:
        limit = _RIGHT
    if declared or right >= limit:
        return False
    return listing > (_LIST_ANNOUNCED if announced else _LIST)


def describe_doubt(listing: float, right: float) -> str:
    """Return why a text may not be the article's, or "". Arguments as of `is_list`."""
    chance = _probability(right)
    if right < _DOUBTFUL:
        return f"the text is the article's with a probability of {chance:.2f}"
    if listing > _PERHAPS_LIST and right < _CLEAR:
        return (
            f"the page is a list with a probability of {_probability(listing):.2f},"
            f" its text the article's with {chance:.2f}"
        )
    return ""


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def doubt(chosen: Sequence[Block], from_feed: Sequence[Block], *, entry: Entry | None) -> str:
    """Return why the body `chosen` may not be the article, or "". `from_feed`: the blocks of the
    content of `entry`."""
    letters = sum(block.letters for block in chosen)
    announced = sum(block.letters for block in from_feed)
    if announced > _LONGER * letters:
        return f"the page has {letters} letters, the feed {announced}"
    whole = (
        entry
        and entry.content
        and len(overlap.letters(overlap.words(entry.content))) <= _LONGER * letters
    )
    return f"the text has {letters} letters" if letters < _SHORT and not whole else ""


def reading_values(
    body: Sequence[Block],
    blocks: Sequence[Block],
    typed: PageType,
    summary: str,
    *,
    asked: bool,
    declared: bool,
) -> dict[str, float]:
    """Return the features of a reading by name. `asked`: it was compared with a text; `declared`:
    the page declares itself an article."""
    chosen = set(body)
    letters = sum(block.letters for block in body)
    prose = [block for block in blocks if containers.is_prose(block)]
    all_prose = sum(block.letters for block in prose)
    inside = [block for block in prose if block in chosen]
    heads = [block for block in body if block.kind == "h"]
    unclear = [block for block in blocks if _UNCLEAR[0] < block.score < _UNCLEAR[1]]
    return {
        **{f"page {name}": value for name, value in typed.values.items() if name != "bias"},
        **{f"type {name}": value for name, value in typed.probabilities.items()},
        "letters": math.log1p(letters),
        "prose": math.log1p(sum(block.letters for block in inside)),
        "prose-share": sum(block.letters for block in inside) / (letters or 1),
        "prose-count": math.log1p(len(inside)),
        "all-prose": math.log1p(all_prose),
        "prose-left": 1 - sum(block.letters for block in inside) / (all_prose or 1),
        "longest": math.log1p(max((block.letters for block in body), default=0)),
        "link": sum(block.linked for block in body) / (sum(len(block.text) for block in body) or 1),
        "heads": math.log1p(len(heads)),
        "linked-heads": math.log1p(
            sum(block.linked > _MOST_LINKED * len(block.text) for block in heads)
        ),
        "share": letters / (sum(block.letters for block in blocks) or 1),
        "unclear": sum(block.letters for block in unclear) / (letters + _SOME),
        "unclear-heads": sum(block.kind == "h" for block in unclear) / (len(heads) + 1),
        "score": sum(block.letters * block.score for block in body) / (letters or 1),
        "overlap": sum(block.letters * block.overlap for block in body) / (letters or 1),
        "taken": sum(block.letters * block.overlap for block in blocks) / (letters + _SOME),
        "left": sum(block.letters * block.overlap for block in prose if block not in chosen)
        / (letters + _SOME),
        "summary": overlap.held(body, blocks, summary),
        "asked": float(asked),
        "declared": float(declared),
    }


def log_odds(table: Literal["right", "listing"], values: Mapping[str, float]) -> float:
    """Return the log odds that a reading is the article (`table` "right"), or that its page lists
    articles or goods ("listing"). `values`: features by name."""
    trees = scorer.boosted("reading_trees.json", table)
    return float(scorer.log_odds(trees, {name: [value] for name, value in values.items()})[0])
