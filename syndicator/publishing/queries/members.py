"""Which articles the saved queries hold: each article is looked at once, and again when it or a query changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

from syndicator.model import FeedSpec
from syndicator.ports import ArticleIndex
from syndicator.rules.query import matches, parse

_FORM: Final = "1"  # to be raised when queries are understood differently
_PART: Final = 500  # articles held in memory at a time


def update_members(specs: Sequence[FeedSpec], index: ArticleIndex, body: Callable[[str], str]) -> int:
    """Records in `index` which of the saved queries among `specs` hold the new and changed articles, or all articles
    where a query changed. Returns how many it looked at. To be called before `staleness.stale`, since a query that
    gains or loses an article becomes stale. `body`: the plain text of an article's body by its id, read only where
    title and excerpt leave a query open."""
    asked = {spec.key: parse(spec.query) for spec in specs if spec.query is not None}
    if not asked:
        return 0
    stamp = _stamp(specs)
    waiting = index.unmatched(stamp)
    for start in range(0, len(waiting), _PART):
        found = {}
        for id, article in index.articles(waiting[start : start + _PART]).items():
            text = _Once(body, id)
            found[id] = [key for key, expr in asked.items() if matches(expr, article, text)]
        index.save_matches(stamp, found)
    return len(waiting)


class _Once:
    """A text that is read when first asked for."""

    def __init__(self, read: Callable[[str], str], id: str) -> None:
        self.read, self.id, self.text = read, id, ""
        self.known = False

    def __call__(self) -> str:
        if not self.known:
            self.text, self.known = self.read(self.id), True
        return self.text


def _stamp(specs: Sequence[FeedSpec]) -> str:
    asked = sorted((spec.key.slug, spec.query) for spec in specs if spec.query is not None)
    return hashlib.sha256(repr((_FORM, asked)).encode("utf-8", "replace")).hexdigest()[:16]
