"""Define what the worker returns for a page; decide why a new article is put on hold.

This module can be imported without the libraries that read pages."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from syndicator.core.model import Article
from syndicator.core.reasons import HoldReason
from syndicator.sketches.copies import Sketch

if TYPE_CHECKING:  # the worker needs no ports
    from syndicator.core.ports import Filed

# The first article of a source is held only if sources have at least so many articles on average.
# Thus at most one article in 50 is held for this reason.
LEAST_ARTICLES_PER_SOURCE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """What the worker read on a page.

    `blocks`: digests of its paragraphs. `html`: the body as HTML, None if only an excerpt is
    published. `trace`: where the value of each field was found. `matches`: the number of elements
    that each selector of the rules matched. `ruled`: the fields that rules set. `doubts`: codes of
    `HoldReason`. `category_score`: the probability of the category, None without one. `sketch`: the
    sketch of the text, to be stored, None if the text is too short. `packed`: the page itself,
    packed for storage, b"" if it is not stored. `alternate`: the address of the AMP or print
    version if the page has little text, else None. `next_page`: the address of the article's next
    page, None without one."""

    article: Article
    blocks: tuple[str, ...] = ()
    html: str | None = None
    trace: Mapping[str, Any] = field(default_factory=dict)
    matches: Mapping[str, int] = field(default_factory=dict)
    ruled: frozenset[str] = frozenset()
    doubts: tuple[str, ...] = ()
    category_score: float | None = None
    sketch: Sketch | None = None
    packed: bytes = b""
    alternate: str | None = None
    next_page: str | None = None


def choose_hold_reason(
    doubts: Collection[str], *, every: bool, categorised: bool, flooded: bool, filed: "Filed"
) -> str:
    """Return the `HoldReason` code if a new article has to wait for the operator; "" if it is
    published at once.

    `doubts`: the codes of doubts about the reading of its page. `every`: the operator wants to see
    every new article. `categorised`: the operator set the category of its source, so that a doubt
    about the category does not count. `flooded`: its source announced far more entries than usual.
    `filed`: the numbers of articles and sources so far."""
    for code in doubts:
        does_not_count = categorised and code == HoldReason.UNSURE_CATEGORY
        if not does_not_count:
            return code
    if flooded:
        return HoldReason.FLOOD.value
    # the first article of a new source waits, but not while the operator adds the first sources
    is_first_of_source = filed.own == 0
    least_articles = LEAST_ARTICLES_PER_SOURCE * (filed.sources + 1)
    if is_first_of_source and filed.articles >= least_articles:
        return HoldReason.FIRST.value
    if every:
        return HoldReason.ALL.value
    return ""
