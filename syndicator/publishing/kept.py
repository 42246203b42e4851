"""Entries that the builds of a process made and show again: most of what a build writes, the one before wrote, too.

Feeds that were written, until the index knows it: their marks share transactions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from syndicator.core.ports import ArticleIndex, Fresh, Outlet

if TYPE_CHECKING:
    from syndicator.core.model import ContentMode
    from syndicator.publishing.render.view import View


Key = tuple[str, "ContentMode | None"]  # article id, and the mode of the feed

# Some 10 kB each. A day of 5,000 articles shows so many in the feeds that it makes anew (tests/bench/day.py).
_MOST: Final = 4000


@dataclass(frozen=True, slots=True)
class Made:
    """An entry: `of` is what it was made of and equal only where it would be made alike; `parts` its bytes by format,
    None for a format that cannot hold it."""

    of: tuple[object, ...]
    view: View
    parts: dict[str, bytes | None] = field(default_factory=dict)


class KeptEntries:
    """Entries by article and mode; of more than `most` those go that were not shown the longest."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._about = ""
        self._made: dict[Key, Made] = {}  # the one shown last stands last

    def begin(self, about: str) -> None:
        """To be called at the start of a build. `about`: a fingerprint of what all entries are made with; another one
        than before makes all of them anew."""
        if about != self._about:
            self._made.clear()
            self._about = about

    def get(self, key: Key, of: tuple[object, ...]) -> Made | None:
        """The entry, where it was made of the same."""
        found = self._made.pop(key, None)
        if found is None or found.of != of:
            return None
        self._made[key] = found
        return found

    def put(self, key: Key, made: Made) -> None:
        self._made[key] = made
        if len(self._made) > self._most:
            del self._made[next(iter(self._made))]

    def drop(self, key: Key) -> None:
        """To be called for an entry with a fault: each build that meets one tells of it."""
        self._made.pop(key, None)


_FRESH_MOST: Final = 512  # feeds that share a transaction and a sync of their files: a choice


class FreshFeeds:
    """Feeds that were written and are to be marked fresh. After a crash they are stale, and written again."""

    def __init__(self, index: ArticleIndex, outlet: Outlet) -> None:
        self._index, self._outlet = index, outlet
        self._waiting: list[Fresh] = []

    def add(self, fresh: Fresh) -> None:
        """As `ArticleIndex.mark_fresh`, now or soon."""
        self._waiting.append(fresh)
        if len(self._waiting) >= _FRESH_MOST:
            self.settle()

    def settle(self) -> None:
        """Mark them fresh, once their files are on the disk."""
        self._outlet.settle()
        if self._waiting:
            self._index.mark_fresh(*self._waiting)
            self._waiting = []
