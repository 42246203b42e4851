"""What stands between us and the pages of a source: walls for those who pay or log in, checks for robots. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from syndicator.core.reasons import FetchReason, PageReason, explained

KEPT: Final = 10  # pages that are remembered
_LEAST: Final = 3  # pages without which nothing is said, of which most are behind a wall
LEAD: Final = "partial"  # not a reason: the page was read, and is the free part of an article

_PAYING = "ask for access and send its credentials (headers_env)"
_ROBOTS = "ask its owner to let Syndicator in: site.contact is in its User-Agent"
_FEEDS_OWN = 'or have the feed\'s own text published: content = "feed" under [source.rules]'
# What can be done, by what stands there.
_WALL_CURES: Final = {
    PageReason.PAYWALL: _PAYING,
    PageReason.LOGIN: _PAYING,
    FetchReason.UNAUTHORIZED: _PAYING,
    "http-402": _PAYING,
    LEAD: _PAYING,
    PageReason.BOT_CHECK: _ROBOTS,
    PageReason.CONSENT: _ROBOTS,
    FetchReason.FORBIDDEN: _ROBOTS,
}


class Wall(NamedTuple):
    """What stands before the pages of a source. `reason`: its code, or LEAD; `means`: in words. `pages` of the last
    `of` are behind it."""

    reason: str
    means: str
    pages: int
    of: int
    cure: str


def wall_of(reason: str) -> str | None:
    """`reason`, of a page that was not read, where it is a wall; None for others, such as a server that fails."""
    return reason if reason in _WALL_CURES else None


def wall(walls: Sequence[str]) -> Wall | None:
    """The wall that stands before most of a source's last pages. `walls`: of each page what stood there, "" for
    nothing, newest first."""
    known = walls[:KEPT]
    found = Counter(one for one in known if one)
    behind = sum(found.values())
    if behind < _LEAST or 2 * behind <= len(known):
        return None
    reason = min(found, key=lambda one: (-found[one], one))
    return Wall(reason, _means(reason), behind, len(known), f"{_WALL_CURES.get(reason, _ROBOTS)}, {_FEEDS_OWN}")


def _means(reason: str) -> str:
    if reason == LEAD:
        return "they show the beginning of an article to everyone, and the rest to those who pay"
    return next((one.means for one in PageReason if one == reason), explained(reason)[0])
