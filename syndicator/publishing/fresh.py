"""Feeds that were written, until the index knows it: their marks share transactions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from syndicator.core.model import FeedKey
from syndicator.core.ports import ArticleIndex

# So many in one transaction write a third of what they would in one each, and sync once. A choice.
_MOST: Final = 32


class FreshFeeds:
    """What is lost of this with a process that is killed costs work alone: the feeds are still stale, are written again
    and found to be as they were."""

    def __init__(self, index: ArticleIndex) -> None:
        self._index = index
        self._waiting: list[tuple[FeedKey, Mapping[str, str], int]] = []

    def add(self, key: FeedKey, files: Mapping[str, str], seen: int) -> None:
        """As `ArticleIndex.mark_fresh`, now or soon."""
        self._waiting.append((key, files, seen))
        if len(self._waiting) >= _MOST:
            self.settle()

    def settle(self) -> None:
        """Has the index know all of them."""
        if self._waiting:
            self._index.mark_all_fresh(self._waiting)
            self._waiting = []
