"""Which feeds an article belongs to. Pure."""

from __future__ import annotations

from syndicator.core.axes import AXES
from syndicator.core.model import Article, FeedKey


def feeds_of(article: Article) -> list[FeedKey]:
    """The feeds that carry `article`, no key twice. A copy of another article and one that is unlisted are in those of
    its source alone, one that is on hold is in none."""
    if article.hold:
        return []
    aside = article.merged_into or article.unlisted
    return [key for key in named_feeds_of(article) if not aside or AXES[key.axis].copies]


def named_feeds_of(article: Article) -> dict[FeedKey, str]:
    """The feeds with the names that they get if they are new. A copy's other feeds are among them."""
    named: dict[FeedKey, str] = {}
    for name, axis in AXES.items():
        for slug, title in axis.members(article) if axis.members else ():
            named.setdefault(FeedKey(name, slug), title)
    return named
