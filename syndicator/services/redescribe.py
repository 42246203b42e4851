"""What an operator does to descriptions: learn from the confirmed past, describe the article store anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from syndicator.errors import ConfigError, WorkerFailed
from syndicator.model import Article, Problem
from syndicator.services import reconcile
from syndicator.services.container import App, taxonomy_files
from syndicator.services.rewrite import Tally, Told, Touched, learn_files, refile, retell_many, suggest_files
from syndicator.worker import Worker

if TYPE_CHECKING:
    from syndicator.describing.taxonomy.suggest import Proposal

BATCH = 20  # articles a call of the worker
ROWS = 500  # rows read at a time
LEAST = 30  # confirmed articles that say more of a tag than its bare name does
LONG_SECONDS = 900.0  # for learning: 3,000 posts take about a minute
LONG_MEGABYTES = 3000
MOST_READ = 5000  # newest articles that are looked at for new tags

Progress = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    articles: int  # that a person stood behind
    tags: int  # 0: too few articles to learn from


@dataclass(frozen=True, slots=True, kw_only=True)
class Retold:
    """An article that is described differently now."""

    id: str
    title: str
    path: str
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Retelling:
    """What `describe` would change. `looked`: articles looked at."""

    looked: int
    articles: tuple[Retold, ...]
    feeds: tuple[Touched, ...]
    problems: tuple[Problem, ...]


def learn(app: App, *, least: int = LEAST) -> Learnt:
    """Learns into the state folder how the article store writes its words, and tags from what a person stood behind (an
    operator's tags, a publisher's that mapped), when `least` articles have such. Raises WorkerFailed, ConfigError."""
    paths = _by_age(app)
    files = taxonomy_files(app.config, app.settings)
    if not paths:
        Path(files[1]).unlink(missing_ok=True)
        return Learnt(articles=0, tags=0)
    with _patient() as worker:
        articles, tags = worker.call_sync(learn_files, files, str(app.article_store.root), paths, least)
    return Learnt(articles=articles, tags=tags)


def suggest(app: App) -> list[Proposal]:
    """Names that articles of the store speak of and the taxonomy lacks; most telling first. Raises WorkerFailed."""
    files = taxonomy_files(app.config, app.settings)
    with _patient() as worker:
        return worker.call_sync(suggest_files, files, str(app.article_store.root), _by_age(app)[-MOST_READ:])


@contextmanager
def _patient() -> Iterator[Worker]:
    """A worker for one long call over the whole article store."""
    worker = Worker(seconds=LONG_SECONDS, megabytes=LONG_MEGABYTES)
    try:
        yield worker
    finally:
        worker.close()


def _by_age(app: App) -> list[str]:
    """The files of the articles, oldest first."""
    stamps = app.store.visits.stamps()
    found = []
    for part in _parts(list(stamps), ROWS):
        for id, article in app.store.index.articles(part).items():
            found.append((article.added.timestamp() if article.added else 0.0, stamps[id].path))
    return [path for _, path in sorted(found)]


def retelling(app: App, *, since: datetime | None = None, progress: Progress = lambda done, total: None) -> Retelling:
    """What the taxonomy, as it is now, would change of the articles added since `since` (all when None). Nothing is
    fetched, nothing is changed."""
    problems = list(reconcile.files(app))
    bad = {problem.what for problem in problems}
    paths = [stamp.path for stamp in app.article_store.walk() if stamp.path not in bad]
    found: list[Retold] = []
    tally = Tally(app.store.index.merged())
    looked = done = 0
    limits = app.settings.fetch
    worker = Worker(seconds=limits.worker_seconds, megabytes=limits.worker_megabytes)
    try:
        for part in _parts(paths):
            read = [(path, article) for path in part if (article := _read(app, path, since, problems)) is not None]
            for (path, article), told in zip(read, _told(app, worker, read, problems), strict=True):
                if told is not None:
                    found.append(Retold(id=article.id, title=article.title, path=path, told=told))
                    tally.add(article, replace(article, **told.values))
            looked += len(read)
            done += len(part)
            progress(done, len(paths))
    finally:
        worker.close()
    return Retelling(looked=looked, articles=tuple(found), feeds=tally.feeds(), problems=tuple(problems))


def apply(app: App, planned: Retelling, progress: Progress = lambda done, total: None) -> None:
    """Changes exactly what `retelling` listed; `updated` stays where it is."""
    for number, item in enumerate(planned.articles, 1):
        before = app.article_store.get(item.path)
        refile(app, before, replace(before, **item.told.values), item.path)
        progress(number, len(planned.articles))


def _read(app: App, path: str, since: datetime | None, problems: list[Problem]) -> Article | None:
    try:
        article = app.article_store.get(path)
    except ConfigError as error:
        problems.append(Problem(what=path, reason="bad-article-file", detail=str(error)))
        return None
    return article if since is None or (article.added or article.published or since) >= since else None


def _told(
    app: App, worker: Worker, read: Sequence[tuple[str, Article]], problems: list[Problem]
) -> Iterator[Told | None]:
    """What each article says now. One that the worker fails on is named, and costs no other."""
    files = taxonomy_files(app.config, app.settings)
    pairs = [(article, app.sources.get(article.source_key)) for _, article in read]
    if not pairs:
        return
    try:
        yield from worker.call_sync(retell_many, files, pairs, app.settings.describe.uncategorised)
    except WorkerFailed:
        for path, pair in zip([path for path, _ in read], pairs, strict=True):
            try:
                (told,) = worker.call_sync(retell_many, files, [pair], app.settings.describe.uncategorised)
            except WorkerFailed as failure:
                problems.append(Problem(what=path, reason=failure.reason, detail=failure.detail))
                told = None
            yield told


def _parts(values: Sequence[str], size: int = BATCH) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
