"""How a source would be published: its first visit, made for its three newest entries in a folder that is thrown away.
So it is read by what reads it later: robots.txt, pauses, owners, rules, refusals."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from syndicator import urls
from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.beside.rights import NAME, RightsFile
from syndicator.articles.snapshots import FileSnapshots
from syndicator.model import Article, FetchResult, Problem, Request, Source, SourceState
from syndicator.pipeline.owners.binding import known_at
from syndicator.pipeline.visit import visit
from syndicator.ports import Fetcher
from syndicator.services.adding.found import Candidate
from syndicator.services.adding.session import Session
from syndicator.services.container import App, make_context
from syndicator.store.engine import open_store

_NEVER = datetime.min.replace(tzinfo=UTC)
ENTRIES = 3  # enough to see a habit, and three pauses at most
_SHOWN = {"title": "title", "author": "author", "published": "date", "cover": "cover", "excerpt": "excerpt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownArticle:
    """An article as it would be filed. `origins`: where its fields come from. `known`: the id of the article that it is
    already."""

    url: str
    title: str
    date: str | None  # YYYY-MM-DD
    author: str | None
    category: str
    tags: tuple[str, ...]
    excerpt: str
    cover: str | None
    origins: Mapping[str, str]
    known: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The newest articles of a source, the newest first, and what would not be filed."""

    articles: tuple[ShownArticle, ...] = ()
    problems: tuple[Problem, ...] = ()


async def preview(session: Session, candidate: Candidate) -> Preview:
    """The newest entries of `candidate` as they would be filed; none of one that is followed already, and of a list of
    feeds, which may be long. Nothing of it stays."""
    if candidate.known or candidate.kind == "opml":
        return Preview()
    source = replace(candidate.source, backfill=min(ENTRIES, candidate.source.backfill))
    traces: dict[str, Mapping[str, Any]] = {}
    with _elsewhere(session.app, source) as app:
        run = make_context(app, _Remembering(session.fetcher, candidate), session.worker, lambda title: None)
        run = replace(run, traced=traces.__setitem__)
        outcome, _ = await visit(run.visit(source, SourceState(key=source.key, url=source.url)), stop=asyncio.Event())
        articles = [app.article_store.get(stamp.path) for stamp in app.article_store.walk()]
    newest = sorted(articles, key=lambda one: (one.published or _NEVER, one.id), reverse=True)
    failed = [Problem(what=source.url, reason=outcome.reason, detail=outcome.detail)] if outcome.reason else []
    return Preview(
        articles=tuple(_shown(one, traces.get(one.id, {}), session.app) for one in newest),
        problems=(*failed, *outcome.skipped),
    )


def _shown(article: Article, trace: Mapping[str, Any], app: App) -> ShownArticle:
    origins = {name: _origin(trace.get(field)) for field, name in _SHOWN.items() if _origin(trace.get(field))}
    keys = [urls.alias(url) for url in (article.url, *article.aliases)]
    return ShownArticle(
        url=article.url,
        title=article.title,
        date=f"{article.published:%Y-%m-%d}" if article.published else None,
        author=article.author,
        category=article.category,
        tags=article.tags,
        excerpt=article.excerpt,
        cover=article.cover,
        origins=origins | ({"tags": article.tags_by} if article.tags and article.tags_by else {}),
        known=known_at(app.store.visits, keys, article.url) or "",
    )


def _origin(told: object) -> str:
    """Where a field comes from, as a trace tells it: by a word, or among the candidates that there were."""
    return str(told.get("from", "")) if isinstance(told, Mapping) else str(told or "")


@contextmanager
def _elsewhere(app: App, source: Source) -> Iterator[App]:
    """`app` as if it were new and followed `source` too: what is stored goes with the folder."""
    with tempfile.TemporaryDirectory(prefix="syndicator-preview-") as folder:
        place = Path(folder)
        store = open_store(f"sqlite:///{place / 'preview.db'}", articles_exist=False)
        try:
            articles = FileArticleStore(place)
            rights = RightsFile(articles.file(NAME))
            rights.begin({})
            yield replace(
                app,
                sources={**app.sources, source.key: source},
                store=store,
                article_store=articles,
                rights_file=rights,
                snapshots=FileSnapshots(place / "pages"),
            )
        finally:
            store.close()


class _Remembering:
    """A fetcher that does not ask again for the feed that was just looked at."""

    def __init__(self, fetcher: Fetcher, candidate: Candidate) -> None:
        self._fetcher, self._url, self._answer = fetcher, candidate.source.url, candidate.answer

    async def fetch(self, request: Request) -> FetchResult:
        if self._answer is not None and request.kind == "feed" and request.url == self._url:
            return self._answer
        return await self._fetcher.fetch(request)

    async def aclose(self) -> None:
        """The other fetcher goes on."""
