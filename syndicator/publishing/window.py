"""Which articles a feed's documents hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from syndicator.model import Article, FeedKey, FeedSpec
from syndicator.ports import FeedRow, ShelfIndex
from syndicator.publishing.grammar import holds, parse


def head_ids(spec: FeedSpec, index: ShelfIndex, row: FeedRow | None) -> list[str]:
    """The ids of a head feed, newest first: the newest `limit`, and all that were added in the `window_hours` before
    the newest of them, `most` in all. Counted from the newest article and not from now, so that the same shelf always
    gives the same feed."""
    if spec.query is not None:
        return [article.id for article in _window(spec, query_articles(spec, index))]
    latest = row.latest_added if row and row.latest_added else _latest(spec.key, index)
    since = latest - timedelta(hours=spec.window_hours) if latest else None
    return index.ids(spec.key, limit=spec.limit, since=since, most=spec.most)


def query_articles(spec: FeedSpec, index: ShelfIndex) -> Iterator[Article]:
    """The articles of a saved query, newest first."""
    expr = parse(spec.query or "")
    return (article for article in index.each() if holds(expr, article))


def _window(spec: FeedSpec, articles: Iterator[Article]) -> Iterator[Article]:
    since: datetime | None = None
    for place, article in enumerate(articles):
        added = article.added or datetime.min.replace(tzinfo=UTC)
        if place == 0:
            since = added - timedelta(hours=spec.window_hours) if article.added else added
        if place >= spec.most or (place >= spec.limit and since is not None and added <= since):
            return
        yield article


def _latest(key: FeedKey, index: ShelfIndex) -> datetime | None:
    ids = index.ids(key, limit=1, since=None, most=1)
    found: Mapping[str, Article] = index.articles(ids)
    return found[ids[0]].added if ids and ids[0] in found else None
