"""Kept pages are read again by the rules, the code and the taxonomy of today (`reread`). Nothing is fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from syndicator import urls
from syndicator.articles.article_store import ArticleStore
from syndicator.errors import ConfigError, NotAnArticle, RulesError, UsageError, WorkerFailed
from syndicator.model import Article, Problem
from syndicator.pipeline import jobs
from syndicator.pipeline.dedupe.merge import remember
from syndicator.pipeline.descriptions.feed_changes import ChangeCounter, FeedChange
from syndicator.pipeline.owners.binding import known_at
from syndicator.pipeline.refile import refile
from syndicator.pipeline.results import Reread
from syndicator.reasons import FileReason
from syndicator.services import reconcile
from syndicator.services.container import App
from syndicator.worker import Worker

ROWS = 500  # rows read at a time

Progress = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An article that reads differently now, and the path of its file."""

    path: str
    before: Article
    now: Reread


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What `reread` would change. `looked`: articles whose kept page was read; `unkept`: ids of those without one."""

    looked: int
    unkept: tuple[str, ...]
    articles: tuple[Changed, ...]
    feeds: tuple[FeedChange, ...]
    problems: tuple[Problem, ...]


def plan(
    app: App, what: str = "", *, since: datetime | None = None, progress: Progress = lambda done, total: None
) -> Plan:
    """What reading kept pages again would change of the articles of a source or of one article (`what`: key, address or
    id; "" is all) that were added since `since`. Articles whose source is followed no more are left out: nobody knows
    its rules. Changes nothing. Raises UsageError, and ConfigError for rules that are wrong."""
    problems = list(reconcile.files(app))
    chosen = _chosen(app, what, since)
    unkept: list[str] = []
    found: list[Changed] = []
    counter = ChangeCounter(app.store.index.merged())
    limits = app.settings.fetch
    worker = Worker(seconds=limits.worker_seconds, megabytes=limits.worker_megabytes)
    try:
        for number, id in enumerate(chosen, 1):
            kept, path = app.snapshots.get(id), app.article_store.find(id)
            if kept is None or path is None:
                unkept.append(id)
            elif (changed := _read(app, worker, path, kept, problems)) is not None:
                found.append(changed)
                counter.add(changed.before, changed.now.article)
            progress(number, len(chosen))
    finally:
        worker.close()
    return Plan(
        looked=len(chosen) - len(unkept),
        unkept=tuple(unkept),
        articles=tuple(found),
        feeds=counter.feeds(),
        problems=tuple(problems),
    )


def apply(app: App, planned: Plan, progress: Progress = lambda done, total: None) -> None:
    """Changes exactly what `plan` listed."""
    store = app.store.visits
    for number, item in enumerate(planned.articles, 1):
        stored, changed = refile(
            app.article_store, store, item.now.article, before=item.before, path=item.path, html=item.now.html
        )
        if changed:
            remember(stored, store, app.clock())
        progress(number, len(planned.articles))


def _chosen(app: App, what: str, since: datetime | None) -> list[str]:
    """The ids of the articles that are meant, oldest first. Raises UsageError."""
    key, id = _meant(app, what)
    found = []
    ids = [id] if id else list(app.store.visits.stamps())  # copies of a story too
    for start in range(0, len(ids), ROWS):
        for article in app.store.index.articles(ids[start : start + ROWS]).values():
            at = article.added or article.published
            if article.source_key in app.sources and key in ("", article.source_key) and not _before(at, since):
                found.append((at.timestamp() if at else 0.0, article.id))
    return [id for _, id in sorted(found)]


def _before(at: datetime | None, since: datetime | None) -> bool:
    return at is not None and since is not None and at < since


def _meant(app: App, what: str) -> tuple[str, str]:
    """The key of the source and the id of the article that `what` names, "" for any. Raises UsageError."""
    if not what or what in app.sources:
        return what, ""
    alias = urls.alias(what)
    key = next((source.key for source in app.sources.values() if urls.alias(source.url) == alias), None)
    if key:
        return key, ""
    id = known_at(app.store.visits, [alias], what) or what
    article = app.store.visits.article(id)
    if article is None:
        raise UsageError(
            f"no source or article {what!r}; give the key or address of a source (`syndicator sources` lists them), or "
            "the address or id of an article"
        )
    if article.source_key not in app.sources:
        raise UsageError(f"{what!r}: its source {article.source_key!r} is not in sources.toml, so it has no rules")
    return "", id


def _read(
    app: App, worker: Worker, path: str, kept: tuple[bytes, dict[str, str]], problems: list[Problem]
) -> Changed | None:
    """The article at `path` as its kept page reads now, None when it stays. What fails is named and costs no other."""
    article = _article(app.article_store, path, problems)
    source = app.terms(article) if article else None
    if article is None or source is None:
        return None
    html, headers = kept
    try:
        new = worker.call_sync(
            jobs.reread,
            html,
            headers,
            article,
            source,
            owned=app.rights_of(app.sources[source.key]).owns(article.url),
            files=app.taxonomy,
            repeated=app.store.visits.repeated(urls.own_host(article.url)),
            now=app.clock(),
            uncategorised=app.settings.describe.uncategorised,
        )
    except NotAnArticle as refusal:
        problems.append(Problem(what=path, reason=refusal.reason, detail=f"{refusal}; the article stays as it is"))
        return None
    except WorkerFailed as failure:
        problems.append(Problem(what=path, reason=failure.reason, detail=failure.detail))
        return None
    except RulesError as error:
        raise ConfigError(f"{app.config}/sources.toml: source {source.key!r}: {error}") from error
    return Changed(path=path, before=article, now=new) if new else None


def _article(files: ArticleStore, path: str, problems: list[Problem]) -> Article | None:
    try:
        return files.get(path)
    except ConfigError as error:
        problems.append(Problem(what=path, reason=FileReason.BAD_ARTICLE_FILE, detail=str(error)))
        return None
