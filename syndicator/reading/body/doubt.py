"""Estimate whether a chosen body is really the article, and whether the page is a list. Pure.

By boosted trees, trained by tools/train/fit_readings.py, over features of the chosen blocks."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from syndicator.core.model import Entry
from syndicator.reading.body import containers, overlap, scorer
from syndicator.reading.html.blocks import Block
from syndicator.reading.page_type import PageType

# These were chosen by hand before the trees were trained. Who changes one must train again.
_LEAST_UNCLEAR = 0.2  # between these scores a block may be part of the article or not
_MOST_UNCLEAR = 0.8
_MOST_LINKED = 0.8  # share of a heading's text in links from which the heading is a link
_ADDED_LETTERS = 50  # letters added to those of a reading before a division by them

# An article has so many letters at least. Of 1,126 real articles four have less than 100 letters.
_SHORTEST = 50
_MOST_IN_FEED = 1.5  # the feed's text may have so many times as many letters as the body

# Log odds, chosen by cross-validation (tools/train/fit_readings.py --figures). A page is refused as
# a list if the log odds of "listing" are greater than this; if a feed announced it, than the
# second.
_LEAST_LISTING = 1.0
_LEAST_LISTING_ANNOUNCED = 2.0
# But a page is not refused if the log odds that its text is right have at least this value: _WRONG
# for a short text, _RIGHT if nobody says that the page is an article, _DOUBTFUL for others.
_FEW_LETTERS = 1_000  # a text with fewer letters is short
_WRONG = -1.0
_RIGHT = 2.0
# A text is in doubt below _DOUBTFUL, and also below _CLEAR if its page may be a list: if the log
# odds of "listing" are above _PERHAPS_LIST.
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
    """Return True if a page must be refused because it is a list of articles or goods, not an
    article: it is likely a list, and the text chosen from it is not likely enough an article.

    `listing`: log odds that the page is a list. `right`: log odds that the chosen text is an
    article. `letters`: the length of this text. `announced`: a feed announced the page. `declared`:
    the page declares itself an article, so it is never refused. `claimed`: a feed or somebody else
    says that it is an article."""
    if declared:
        return False
    # how likely the text must be an article depends on who says that it is
    if not claimed:
        least_right = _RIGHT
    elif letters < _FEW_LETTERS:
        least_right = _WRONG
    else:
        least_right = _DOUBTFUL
    if right >= least_right:
        return False
    least_listing = _LEAST_LISTING_ANNOUNCED if announced else _LEAST_LISTING
    return listing > least_listing


def describe_doubt(listing: float, right: float) -> str:
    """Return in words why a text may not be the article, "" if it is not in doubt. `listing`: log
    odds that its page is a list; `right`: log odds that the text is the article."""
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
    """Return the probability (0 to 1) for log odds."""
    return 1 / (1 + math.exp(-odds))


def find_doubt(
    chosen_blocks: Sequence[Block], feed_blocks: Sequence[Block], *, entry: Entry | None
) -> str:
    """Return in words why `chosen_blocks`, the text taken from the page, may not be the article: it
    has much less text than the feed, or less than 50 letters. Return "" if there is no reason for
    doubt. `entry`: the feed's entry for the page, None if there is none; `feed_blocks`: its
    text."""
    letters = sum(block.letters for block in chosen_blocks)
    feed_letter_count = sum(block.letters for block in feed_blocks)
    if feed_letter_count > _MOST_IN_FEED * letters:
        return f"the page has {letters} letters, the feed {feed_letter_count}"
    if letters >= _SHORTEST:
        return ""
    if entry and entry.content:
        feed_letters = overlap.extract_letters(overlap.read_entry_text(entry.content))
        if len(feed_letters) <= _MOST_IN_FEED * letters:
            return ""  # the feed has the same short text, so the article is short
    return f"the text has {letters} letters"


def measure_reading(
    body: Sequence[Block],
    blocks: Sequence[Block],
    page_type: PageType,
    summary: str,
    *,
    asked: bool,
    declared: bool,
) -> dict[str, float]:
    """Return, by name, the features by which decision trees estimate if the right blocks of a page
    were chosen. `body`: the chosen blocks; `blocks`: all blocks of the page; `summary`: a summary
    of the article, "" for none; `asked`: the blocks were compared with a text; `declared`: the page
    declares itself an article."""
    values: dict[str, float] = {}
    for name, value in page_type.values.items():
        if name != "bias":  # the same for all pages
            values[f"page {name}"] = value
    for name, probability in page_type.probabilities.items():
        values[f"type {name}"] = probability

    # how much text and prose was chosen
    letters = sum(block.letters for block in body)
    prose = [block for block in blocks if containers.is_prose(block)]
    prose_letters = sum(block.letters for block in prose)
    body_blocks = set(body)
    body_prose = [block for block in prose if block in body_blocks]
    body_prose_letters = sum(block.letters for block in body_prose)
    values["letters"] = math.log1p(letters)
    values["prose"] = math.log1p(body_prose_letters)
    values["prose-share"] = body_prose_letters / (letters or 1)
    values["prose-count"] = math.log1p(len(body_prose))
    values["all-prose"] = math.log1p(prose_letters)
    values["prose-left"] = 1 - body_prose_letters / (prose_letters or 1)
    values["longest"] = math.log1p(max((block.letters for block in body), default=0))

    # how many links and headings are in it
    linked_length = sum(block.linked_length for block in body)
    text_length = sum(len(block.text) for block in body)
    headings = [block for block in body if block.kind == "h"]
    values["link"] = linked_length / (text_length or 1)
    values["heads"] = math.log1p(len(headings))
    values["linked-heads"] = math.log1p(sum(map(_is_linked_heading, headings)))
    values["share"] = letters / (sum(block.letters for block in blocks) or 1)

    # how many blocks have a score that decides nothing
    divisor = letters + _ADDED_LETTERS  # so that a very short text gives no high values
    unclear = [block for block in blocks if _LEAST_UNCLEAR < block.score < _MOST_UNCLEAR]
    values["unclear"] = sum(block.letters for block in unclear) / divisor
    values["unclear-heads"] = sum(block.kind == "h" for block in unclear) / (len(headings) + 1)
    values["score"] = sum(block.letters * block.score for block in body) / (letters or 1)

    # how much of the chosen text, and of the rest, is in the text of the comparison
    other_prose = [block for block in prose if block not in body_blocks]
    values["overlap"] = _count_overlapping(body) / (letters or 1)
    values["taken"] = _count_overlapping(blocks) / divisor
    values["left"] = _count_overlapping(other_prose) / divisor
    values["summary"] = overlap.measure_summary_share(body, blocks, summary)
    values["asked"] = float(asked)
    values["declared"] = float(declared)
    return values


def _is_linked_heading(heading: Block) -> bool:
    """Return True if more than 80 % of the text of a heading is in links."""
    return heading.linked_length > _MOST_LINKED * len(heading.text)


def _count_overlapping(blocks: Sequence[Block]) -> float:
    """Return about how many letters of `blocks` are also in the text with which the page was
    compared. Each block counts with its letters times its overlap, the share (0 to 1) that is in
    that text."""
    return sum(block.letters * block.overlap for block in blocks)


def compute_log_odds(table: Literal["right", "listing"], values: Mapping[str, float]) -> float:
    """Return the log odds of one of two statements; higher is likelier. `table`: "right" for the
    statement that the right blocks of a page were chosen, "listing" for the statement that the page
    is a list of articles or goods. `values`: the features of the choice by name, from
    `measure_reading`."""
    trees = scorer.load_trees("reading_trees.json", table)
    columns = {name: [value] for name, value in values.items()}  # for a single case
    log_odds = scorer.compute_log_odds(trees, columns)
    return float(log_odds[0])
