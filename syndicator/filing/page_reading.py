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

# A source's first article is held if sources have so many articles on average: at most one article
# in MANY.
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


def hold_reason(
    doubts: Collection[str], *, every: bool, categorised: bool, flooded: bool, filed: "Filed"
) -> str:
    """Return the `HoldReason` code of a new article, or "". `every`: hold all; `filed`: numbers of
    articles so far."""
    codes = [code for code in doubts if not (categorised and code == HoldReason.UNSURE_CATEGORY)]
    codes += [HoldReason.FLOOD.value] if flooded else []
    codes += (
        [HoldReason.FIRST.value]
        if filed.own == 0 and filed.articles >= MANY * (filed.sources + 1)
        else []
    )
    codes += [HoldReason.ALL.value] if every else []
    return codes[0] if codes else ""
