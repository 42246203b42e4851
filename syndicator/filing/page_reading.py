"""Define the worker's reading of a page; decide why a new article is put on hold.

Importable without the page libraries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from syndicator.core.model import Article
from syndicator.core.reasons import HoldReason
from syndicator.sketches.copies import Sketch

if TYPE_CHECKING:  # the worker needs no ports
    from syndicator.core.ports import Filed

# A source's first article is held only if sources have so many articles on average, so that at most
# one article in MANY is held for this.
MANY: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """A page as read. `html`: body, if published whole; `blocks`: digests; `trace`: origins of
    fields; `matches`: elements per selector; `ruled`: fields set by rules; `sketch`, `packed`: for
    storage."""

    article: Article
    blocks: tuple[str, ...] = ()
    html: str | None = None
    trace: Mapping[str, Any] = field(default_factory=dict)
    matches: Mapping[str, int] = field(default_factory=dict)
    ruled: frozenset[str] = frozenset()
    doubts: tuple[str, ...] = ()  # codes of `reasons.HoldReason`
    category_score: float | None = None  # probability
    sketch: Sketch | None = None
    packed: bytes = b""
    alternate: str | None = None  # AMP or print version of a stub
    next_page: str | None = None  # of the same article


def choose_hold_reason(
    doubts: Collection[str], *, every: bool, categorised: bool, flooded: bool, filed: "Filed"
) -> str:
    """Return the `HoldReason` code of a new article, or "". `doubts`: codes that its reading gave;
    `every`: hold all; `categorised`: its source has a category; `flooded`: far more entries than
    usual came at once; `filed`: numbers of articles so far."""
    for code in doubts:
        # the operator has set the category of the source
        if categorised and code == HoldReason.UNSURE_CATEGORY:
            continue
        return code
    if flooded:
        return HoldReason.FLOOD.value
    if filed.own == 0 and filed.articles >= MANY * (filed.sources + 1):
        return HoldReason.FIRST.value
    if every:
        return HoldReason.ALL.value
    return ""
