"""Count how many articles join, leave or change in each feed if articles are edited. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from syndicator.articles.fields import feeds_of
from syndicator.core.axes import AXES
from syndicator.core.model import Article, FeedKey
from syndicator.publishing.paths import get_stem

# columns of the counts of a feed
_JOINS: Final = 0
_LEAVES: Final = 1
_CHANGES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedChange:
    """What edits do to a feed. `feed`: its path, such as tags/ai; `joins`, `leaves`, `changes`:
    numbers of articles that join it, leave it, or stay with other values."""

    feed: str  # tags/ai
    joins: int = 0
    leaves: int = 0
    changes: int = 0


@dataclass(slots=True)
class ChangeCounter:
    """Counts for each feed how many articles join it, leave it, or change in it. `copies`: ids of
    articles that were merged into others; only the feeds of sources show these. `counts`: by feed,
    the list of the three numbers, in the order _JOINS, _LEAVES, _CHANGES."""

    copies: Collection[str] = ()
    counts: dict[FeedKey, list[int]] = field(default_factory=dict)

    def add(self, old: Article, new: Article) -> None:
        """Count the edit of an article from `old` to `new`."""
        feeds_before = self._list_feeds(old)
        feeds_after = self._list_feeds(new)
        for key in feeds_before | feeds_after:
            counts = self.counts.setdefault(key, [0, 0, 0])
            if key not in feeds_before:
                counts[_JOINS] += 1
            elif key not in feeds_after:
                counts[_LEAVES] += 1
            else:
                counts[_CHANGES] += 1

    def list_changes(self) -> tuple[FeedChange, ...]:
        """Return a change for each feed with articles that were edited, sorted by feed."""
        feed_changes = []
        for key, counts in sorted(self.counts.items()):
            feed_changes.append(
                FeedChange(
                    feed=get_stem(key),
                    joins=counts[_JOINS],
                    leaves=counts[_LEAVES],
                    changes=counts[_CHANGES],
                )
            )
        return tuple(feed_changes)

    def _list_feeds(self, article: Article) -> set[FeedKey]:
        """Return the feeds that show the article. If it was merged into another article, these are
        only the feeds of sources."""
        keys = set(feeds_of(article))
        if article.id not in self.copies:
            return keys
        return {key for key in keys if AXES[key.axis].copies}
