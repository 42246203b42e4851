"""Which feeds an article belongs to. Pure."""

from __future__ import annotations

from syndicator.model import Article, FeedKey
from syndicator.text import slug

ALL = FeedKey("all", "all")


def feeds_of(article: Article) -> list[FeedKey]:
    """The feeds that carry `article`: everything, each of its tags, its category, its source; no key twice. A copy of
    another article is in its source's alone."""
    return [key for key in named_feeds_of(article) if not article.merged_into or key.axis == "source"]


def named_feeds_of(article: Article) -> dict[FeedKey, str]:
    """The feeds with the names that they get if they are new. A copy's other feeds are among them."""
    named = {ALL: "all"}
    for tag in article.tags:
        named.setdefault(FeedKey("tag", slug(tag)), tag)
    if article.category:
        named[FeedKey("category", slug(article.category))] = article.category
    if article.source_key:
        named[FeedKey("source", article.source_key)] = article.origin.title or article.source_key
    return named
