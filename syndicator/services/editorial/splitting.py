"""Articles that were merged as copies of one story, and are none, are parted."""

from __future__ import annotations

from dataclasses import replace

from syndicator.core import urls
from syndicator.core.errors import UsageError
from syndicator.core.model import Article
from syndicator.pipeline.refile import refile
from syndicator.services.container import App
from syndicator.services.naming import need_article


def split(app: App, what: str) -> list[Article]:
    """Undoes the merge of a copy (named by URL, file or id) or of every copy of an article: each stands for itself
    again, for good. Returns the copies. Raises UsageError."""
    id = need_article(app, what)
    merged = app.store.index.merged()
    copies = [id] if id in merged else [copy for copy, into in merged.items() if into == id]
    if not copies:
        raise UsageError(f"{what!r} is merged with no other article")
    return [_split(app, copy, merged[copy]) for copy in copies]


def _split(app: App, copy: str, original: str) -> Article:
    paths = [app.store.index.path(id) or "" for id in (copy, original)]
    theirs, first = map(app.article_store.get, paths)
    also = tuple(url for url in first.also if urls.alias(url) != urls.alias(theirs.url))
    apart = tuple(dict.fromkeys((*first.split_from, copy)))
    files, store = app.article_store, app.store.visits
    refile(files, store, replace(first, also=also, split_from=apart), before=first, path=paths[1])
    apart = tuple(dict.fromkeys((*theirs.split_from, original)))
    parted = replace(theirs, merged_into="", split_from=apart)
    stored, _ = refile(files, store, parted, before=theirs, path=paths[0])
    app.store.index.split(copy)
    return stored
