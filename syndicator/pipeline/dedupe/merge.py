"""One entry for one story: a copy of an article that is in the article store is merged into it when it is filed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from syndicator import log, urls
from syndicator.model import Article
from syndicator.pipeline.context import RunContext
from syndicator.pipeline.dedupe.similarity import Sketch, containment, same_story, sketch
from syndicator.pipeline.refile import refile
from syndicator.ports import VisitStore
from syndicator.text import plain

WINDOW = timedelta(days=7)  # between two articles that are one story; syndication takes hours


def merge_copy(article: Article, run: RunContext, now: datetime) -> Article:
    """`article`, which is about to be filed, as a copy of the one in the store that is the same story, if there is one:
    that one gets its address as an `also` first, so that a crash in between leaves nothing to mend."""
    first = _original(article, _sketched(article.body), run.store, now)
    if first is None:
        return article
    path = run.article_store.find(first.id)
    if path is None:
        return article
    in_file = run.article_store.get(path)
    if article.url not in in_file.also:
        named = replace(in_file, also=(*in_file.also, article.url))
        refile(run.article_store, run.store, named, before=in_file, path=path)
    found = log.logger("pipeline", source=article.source_key, host=urls.host(article.url), article=article.id)
    found.info("merged", into=first.id, title=first.title)
    return replace(article, merged_into=first.id)


def remember(article: Article, store: VisitStore, now: datetime) -> None:
    """Keeps what later articles are compared with, for as long as they may be copies."""
    made = _sketched(article.body)
    at = article.added or now
    if made is not None and at >= now - WINDOW:
        store.save_sketch(article.id, at, made.pack(), made.keys, forget=now - 2 * WINDOW)


@lru_cache(maxsize=4)  # an article is compared and then remembered, mostly with the same body
def _sketched(body: str) -> Sketch | None:
    return sketch(plain(body))


def _original(article: Article, made: Sketch | None, store: VisitStore, now: datetime) -> Article | None:
    """The article in the store that `article` copies: the one that its page names as canonical, else the likest."""
    named = store.find(map(urls.alias, article.also)) if article.also else None
    for id in [*([named] if named else []), *(_near(article, made, store, now) if made else [])]:
        first = store.article(id)
        if first is not None and first.merged_into:
            first = store.article(first.merged_into) or first
        if first is None or first.id == article.id:
            continue
        if first.id not in article.split_from and article.id not in first.split_from:
            return first
    return None


def _near(article: Article, made: Sketch, store: VisitStore, now: datetime) -> list[str]:
    """The ids of recent articles that are the same story, the likest first."""
    found = []
    for id, data in store.likely(made.keys, now - WINDOW).items():
        other, there = store.article(id), Sketch.unpack(data)
        if other is None or not _close(article.published, other.published):
            continue
        if same_story(made, there, one_source=other.source_key == article.source_key):
            found.append((-containment(made, there), id))
    return [id for _, id in sorted(found)]


def _close(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) <= WINDOW
