"""Two tags that were merged are two again: their feeds, and the articles that had the one that went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from syndicator.core.errors import UsageError
from syndicator.core.model import Article, FeedKey
from syndicator.pipeline.refile import refile
from syndicator.services.container import App

_SHARED = 100  # articles whose rows share a commit, as those of visits do


def need_parted(app: App, old: FeedKey, new: FeedKey) -> None:
    """Raises UsageError where one of the two went on since their merge."""
    for row in app.store.index.feeds():
        if row.key in (old, new) and row.moved_to not in ((new, None) if row.key == old else (None,)):
            where = row.moved_to.slug if row.moved_to else ""
            raise UsageError(f"tags/{row.key.slug} leads to tags/{where} since; take back what did that first")


def part(
    app: App,
    old: FeedKey,
    new: FeedKey,
    tags: Mapping[str, tuple[str, ...]],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Gives the feed `old` its address and its id back, and each article, by its id, its `tags`. Safe to run again
    after a crash."""
    index = app.store.index
    row = next((one for one in index.feeds() if one.key == old), None)
    if row is not None and row.moved_to is not None:
        index.save_feed(replace(row, moved_to=None))
    index.show_again([old, new])
    with app.article_store.together() as settle, app.store.visits.shared(settle):
        for number, (id, its) in enumerate(tags.items(), 1):
            path = index.path(id)
            if path is not None:
                _retag(app, path, its)
            if number % _SHARED == 0:
                app.store.visits.commit()
            progress(number, len(tags))
    index.mark_stale([old, new])


def _retag(app: App, path: str, tags: tuple[str, ...]) -> None:
    before: Article = app.article_store.get(path)
    after = replace(before, tags=tags)
    refile(app.article_store, app.store.visits, after, before=before, path=path, ordered=("tags",))
