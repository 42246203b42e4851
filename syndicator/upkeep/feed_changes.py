"""Count how many articles join, leave or change in each feed if articles are edited. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field

from syndicator.articles.fields import feeds_of
from syndicator.core.axes import AXES
from syndicator.core.model import Article, FeedKey
from syndicator.publishing.paths import stem


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedChange:
    """Numbers of articles that join a feed, leave it, or stay with changed fields."""

    feed: str  # tags/ai
    joins: int = 0
    leaves: int = 0
    changes: int = 0


@dataclass(slots=True)
class ChangeCounter:
    """Counter of changes per feed. `copies`: ids of merged articles, which appear only in feeds of
    sources."""

    copies: Collection[str] = ()
    counts: dict[FeedKey, list[int]] = field(default_factory=dict)

    def add(self, before: Article, after: Article) -> None:
        old = self._feeds_of(before)
        new = self._feeds_of(after)
        for column, keys in enumerate((new - old, old - new, old & new)):
            for key in keys:
                self.counts.setdefault(key, [0, 0, 0])[column] += 1

    def feeds(self) -> tuple[FeedChange, ...]:
        return tuple(
            FeedChange(feed=stem(key), joins=joins, leaves=leaves, changes=changes)
            for key, (joins, leaves, changes) in sorted(self.counts.items())
        )

    def _feeds_of(self, article: Article) -> set[FeedKey]:
        keys = set(feeds_of(article))
        if article.id not in self.copies:
            return keys
        return {key for key in keys if AXES[key.axis].copies}
