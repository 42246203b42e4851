"""Whether it is clear which text of a page is the article, for who wants to look at what is not. Pure.

Measured by tests/gate/test_doubt_gate.py on the pages of ../shared/corpus: of those that are read well 1 in 100 is in
doubt, of those that are read badly 2 in 5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from syndicator.model import Entry
from syndicator.reading.body import feed_content, overlap
from syndicator.reading.html.blocks import Block

# All chosen on the open half of the corpus (2,098 pages), so that what is read well hardly ever waits.
_UNCLEAR: Final = (0.2, 0.8)  # scores (probabilities) of a block that may be article as well as not
_MOST_UNCLEAR: Final = 1.5  # letters of such blocks, for each letter that was kept
_SHORT: Final = 100  # letters below which a text is hardly an article, unless the feed has no more
_LONGER: Final = 1.5  # times as much in the feed's own content as on the page


def doubt(
    kept: Sequence[Block], blocks: Sequence[Block], from_feed: Sequence[Block], *, entry: Entry | None, selected: bool
) -> str:
    """Why the body of the blocks `kept` may not be the article, in words; "" where nothing speaks against it. `blocks`:
    all that the page has, scored; `from_feed`: those of the content of `entry`, where that is a text; `selected`: the
    operator said where the body is."""
    letters = sum(block.letters for block in kept)
    announced = sum(block.letters for block in from_feed)
    unclear = sum(block.letters for block in blocks if _UNCLEAR[0] < block.score < _UNCLEAR[1])
    if not selected and unclear > _MOST_UNCLEAR * letters:
        return f"{unclear} letters of the page may be article or not, {letters} were taken"
    if announced > _LONGER * letters:
        return f"the page has {letters} letters, the feed {announced}"
    if letters < _SHORT and not (entry and _says_no_more(entry, letters)):
        return f"the text has {letters} letters"
    return ""


def _says_no_more(entry: Entry, letters: int) -> bool:
    """True when the feed gives the whole of what it announces, and that is no longer than what the page has."""
    return bool(entry.content) and len(overlap.letters(feed_content.words(entry.content))) <= _LONGER * letters
