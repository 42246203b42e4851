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
# scores (probabilities) of a block that may be article as well as not
_LEAST_UNCLEAR = 0.2
_MOST_UNCLEAR = 0.8
_MOST_LINKED = 0.8  # share of a heading's text in links that makes it a link
_SOME = 50  # letters added to those of a reading before dividing by them
# least letters of an article (of 1,126 pages four had less than 100, all read well); times the
# page's letters in the feed that raise a doubt
_SHORTEST = 50
_MOST_IN_FEED = 1.5

# Log odds, chosen on folds by domain (tools/train/fit_readings.py --figures). A page is refused as
# a list from _LEAST_LISTING on, from _LEAST_LISTING_ANNOUNCED if a feed announced it, if its text
# is in doubt; a text of less than _FEW_LETTERS is a short article unless it is below _WRONG.
_LEAST_LISTING = 1.0
_LEAST_LISTING_ANNOUNCED = 2.0
_FEW_LETTERS = 1_000
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
    if declared:
        return False
    if not claimed:
        least_right = _RIGHT
    elif letters < _FEW_LETTERS:
        least_right = _WRONG
    else:
        least_right = _DOUBTFUL
    if right >= least_right:
        return False
    return listing > (_LEAST_LISTING_ANNOUNCED if announced else _LEAST_LISTING)


def describe_doubt(listing: float, right: float) -> str:
    """Return why a text may not be the article's, or "". Arguments as of `is_list`."""
    chance = _compute_probability(right)
    if right < _DOUBTFUL:
        return f"the text is the article's with a probability of {chance:.2f}"
    if listing > _PERHAPS_LIST and right < _CLEAR:
        return (
            f"the page is a list with a probability of {_compute_probability(listing):.2f},"
            f" its text the article's with {chance:.2f}"
        )
    return ""


def _compute_probability(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def find_doubt(chosen: Sequence[Block], from_feed: Sequence[Block], *, entry: Entry | None) -> str:
    """Return why the body `chosen` may not be the article, or "". `from_feed`: the blocks of the
    content of `entry`."""
    letters = sum(block.letters for block in chosen)
    announced = sum(block.letters for block in from_feed)
    if announced > _MOST_IN_FEED * letters:
        return f"the page has {letters} letters, the feed {announced}"
    if letters >= _SHORTEST:
        return ""
    if entry and entry.content:
        feed_letters = overlap.extract_letters(overlap.read_entry_text(entry.content))
        if len(feed_letters) <= _MOST_IN_FEED * letters:
            return ""  # the article is that short
    return f"the text has {letters} letters"


def measure_reading(
    body: Sequence[Block],
    blocks: Sequence[Block],
    typed: PageType,
    summary: str,
    *,
    asked: bool,
    declared: bool,
) -> dict[str, float]:
    """Return the features of a reading by name: `body` of the page's `blocks`. `asked`: it was
    compared with a text; `declared`: the page declares itself an article."""
    chosen = set(body)
    letters = sum(block.letters for block in body)
    text_length = sum(len(block.text) for block in body)
    prose = [block for block in blocks if containers.is_prose(block)]
    body_prose = [block for block in prose if block in chosen]
    other_prose = [block for block in prose if block not in chosen]
    prose_letters = sum(block.letters for block in prose)
    body_prose_letters = sum(block.letters for block in body_prose)
    headings = [block for block in body if block.kind == "h"]
    linked_headings = [block for block in headings if block.linked > _MOST_LINKED * len(block.text)]
    unclear = [block for block in blocks if _LEAST_UNCLEAR < block.score < _MOST_UNCLEAR]
    unclear_headings = [block for block in unclear if block.kind == "h"]

    values = {f"page {name}": value for name, value in typed.values.items() if name != "bias"}
    for name, probability in typed.probabilities.items():
        values[f"type {name}"] = probability
    values["letters"] = math.log1p(letters)
    values["prose"] = math.log1p(body_prose_letters)
    values["prose-share"] = body_prose_letters / (letters or 1)
    values["prose-count"] = math.log1p(len(body_prose))
    values["all-prose"] = math.log1p(prose_letters)
    values["prose-left"] = 1 - body_prose_letters / (prose_letters or 1)
    values["longest"] = math.log1p(max((block.letters for block in body), default=0))
    values["link"] = sum(block.linked for block in body) / (text_length or 1)
    values["heads"] = math.log1p(len(headings))
    values["linked-heads"] = math.log1p(len(linked_headings))
    values["share"] = letters / (sum(block.letters for block in blocks) or 1)
    values["unclear"] = sum(block.letters for block in unclear) / (letters + _SOME)
    values["unclear-heads"] = len(unclear_headings) / (len(headings) + 1)
    values["score"] = sum(block.letters * block.score for block in body) / (letters or 1)
    values["overlap"] = _count_overlapping(body) / (letters or 1)
    values["taken"] = _count_overlapping(blocks) / (letters + _SOME)
    values["left"] = _count_overlapping(other_prose) / (letters + _SOME)
    values["summary"] = overlap.measure_summary_share(body, blocks, summary)
    values["asked"] = float(asked)
    values["declared"] = float(declared)
    return values


def _count_overlapping(blocks: Sequence[Block]) -> float:
    return sum(block.letters * block.overlap for block in blocks)


def log_odds(table: Literal["right", "listing"], values: Mapping[str, float]) -> float:
    """Return the log odds that a reading is the article (`table` "right"), or that its page lists
    articles or goods ("listing"). `values`: features by name."""
    trees = scorer.load_trees("reading_trees.json", table)
    return float(scorer.log_odds(trees, {name: [value] for name, value in values.items()})[0])
