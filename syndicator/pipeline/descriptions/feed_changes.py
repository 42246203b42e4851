"""Which feeds a planned change of many articles touches, for the operator to see before it is made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from syndicator.articles.fields import feeds_of
from syndicator.core.axes import AXES
from syndicator.core.model import Article, FeedKey
from syndicator.publishing.paths import stem


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedChange:
    """A feed and how many articles join it, leave it, or stay in it with other words."""

    feed: str  # tags/ai
    joins: int = 0
    leaves: int = 0
    changes: int = 0


@dataclass(slots=True)
class ChangeCounter:
    """Counts what changed articles mean for feeds. `copies`: ids of articles that only their source's feed shows."""

    copies: Collection[str] = ()
    counts: dict[FeedKey, list[int]] = field(default_factory=dict)

    def add(self, before: Article, after: Article) -> None:
        old, new = (
            {key for key in feeds_of(one) if one.id not in self.copies or AXES[key.axis].copies}
            for one in (before, after)
        )
        for place, keys in enumerate((new - old, old - new, old & new)):
            for key in keys:
                self.counts.setdefault(key, [0, 0, 0])[place] += 1

    def feeds(self) -> tuple[FeedChange, ...]:
        return tuple(
            FeedChange(feed=stem(key), joins=joins, leaves=leaves, changes=changes)
            for key, (joins, leaves, changes) in sorted(self.counts.items())
        )
