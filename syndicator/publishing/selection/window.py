"""Which articles a feed's documents hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from syndicator.model import Article, FeedKey, FeedSpec
from syndicator.ports import ArticleIndex, FeedRow


def head_ids(spec: FeedSpec, index: ArticleIndex, row: FeedRow | None) -> list[str]:
    """The ids of a head feed, newest first: the newest `limit`, and all that were added in the `window_hours` before
    the newest of them, `most` in all. Counted from the newest article and not from now, so that the same store always
    gives the same feed."""
    latest = row.latest_added if row and row.latest_added else _latest(spec.key, index)
    since = latest - timedelta(hours=spec.window_hours) if latest else None
    return index.ids(spec.key, limit=spec.limit, since=since, most=spec.most)


def _latest(key: FeedKey, index: ArticleIndex) -> datetime | None:
    ids = index.ids(key, limit=1, since=None, most=1)
    found: Mapping[str, Article] = index.articles(ids)
    return found[ids[0]].added if ids and ids[0] in found else None
