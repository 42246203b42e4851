"""Which articles the saved queries hold, and the feeds of axes that are off unless asked for: each article is looked at
once, and again when it, a query or `publish.axes` changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from typing import Final

from syndicator.configuration.entry_rules import matches, parse_query
from syndicator.core.axes import AXES, Members
from syndicator.core.model import Article, FeedKey, FeedSpec
from syndicator.core.ports import ArticleIndex

_FORM: Final = "1"  # to be raised when queries are understood differently
_PART: Final = 500  # articles held in memory at a time


def update_members(
    specs: Sequence[FeedSpec], index: ArticleIndex, body: Callable[[str], str], words: Collection[str] = ()
) -> int:
    """Records in `index` which of the saved queries among `specs` hold the new and changed articles, or all articles
    where a query changed, and in which feeds of the axes `words` (of `publish.axes`) they are whose members are found
    this way. Returns how many it looked at. To be called before `staleness.stale`, since a feed that gains or loses an
    article becomes stale. `body`: the plain text of an article's body by its id, read only where title and excerpt
    leave a query open."""
    asked = {spec.key: parse_query(spec.query) for spec in specs if spec.query is not None}
    finders = finders_of(words)
    if not asked and not finders:
        return 0
    stamp = _stamp(specs, finders)
    waiting = index.unmatched(stamp)
    for start in range(0, len(waiting), _PART):
        found: dict[str, dict[FeedKey, str]] = {}
        for id, article in index.articles(waiting[start : start + _PART]).items():
            text = _Once(body, id)
            found[id] = {key: key.slug for key, expr in asked.items() if matches(expr, article, text)}
            for axis, find in finders.items():
                found[id] |= {FeedKey(axis, slug): name for slug, name in find(article)}
        index.save_matches(stamp, found)
    return len(waiting)


def finders_of(words: Collection[str]) -> dict[str, Callable[[Article], Members]]:
    """By axis, what finds the feeds of an article, of those axes among `words` whose members builds find."""
    return {name: axis.found for name, axis in AXES.items() if axis.found and axis.word in words}


class _Once:
    """A text that is read when first asked for."""

    def __init__(self, read: Callable[[str], str], id: str) -> None:
        self.read, self.id, self.text = read, id, ""
        self.known = False

    def __call__(self) -> str:
        if not self.known:
            self.text, self.known = self.read(self.id), True
        return self.text


def _stamp(specs: Sequence[FeedSpec], axes: Collection[str]) -> str:
    asked = sorted((spec.key.slug, spec.query) for spec in specs if spec.query is not None)
    parts = (_FORM, asked, sorted(axes)) if axes else (_FORM, asked)
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:16]
