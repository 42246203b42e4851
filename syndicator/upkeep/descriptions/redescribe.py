"""Learn from confirmed tags, suggest tags and categories, describe all articles anew."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from syndicator.app.archive import Archive, find_terms
from syndicator.app.clients import open_worker
from syndicator.app.configured import Configuration, taxonomy_files
from syndicator.app.lookup import filed, rewrite
from syndicator.configuration.settings import is_bucket
from syndicator.core.errors import ConfigError, WorkerFailed
from syndicator.core.model import Article, Problem
from syndicator.core.ports import FileStamp
from syndicator.core.ports.articles import ArticleStore
from syndicator.core.reasons import FileReason
from syndicator.describing.taxonomy.taxonomy import MOST_TEXTS
from syndicator.filing.refile import refile
from syndicator.filing.results import Redescription
from syndicator.processes.worker import Worker
from syndicator.store.engine import Store
from syndicator.upkeep import reconcile
from syndicator.upkeep.descriptions import jobs
from syndicator.upkeep.descriptions.confirm import ChangeCounter, FeedChange
from syndicator.upkeep.learn import forget, lacking

if TYPE_CHECKING:
    from syndicator.describing.groups import Group
    from syndicator.describing.taxonomy.suggest import Proposal

BATCH = 20  # articles to a call of the worker: a failure is retried one by one
# confirmed articles from which learning pays: F1 39 and 36 instead of 36 and 34 on two blogs
LEAST = 10
LONG_SECONDS = 900.0  # for learning: 3,000 posts were measured to take about a minute
LONG_MEGABYTES = 3000
MOST_READ = 5000  # newest articles that are searched for new tags
MOST_GROUPED = 600  # newest articles that are grouped
LEAST_GROUPED = 50  # articles: fewer form groups by chance

Progress = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    articles: int  # with a tag that a person confirmed
    tags: int  # 0: too few articles to learn from
    filed: int = 0  # articles with a category that a person confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class Redescribed:
    id: str
    title: str
    path: str
    told: Redescription


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Changes by `describe`. `looked`: number of articles that were checked."""

    looked: int
    articles: tuple[Redescribed, ...]
    feeds: tuple[FeedChange, ...]
    problems: tuple[Problem, ...]


def learn(archive: Archive, configuration: Configuration, *, least: int = LEAST) -> Learnt:
    """Learn words, confirmed tags and categories. Raises WorkerFailed, ConfigError."""
    stamps = _by_age(archive.store)
    files = taxonomy_files(configuration.folder, configuration.settings)
    if not stamps:
        forget(Path(files[1]))
        Path(files[1]).unlink(missing_ok=True)
        return Learnt(articles=0, tags=0)

    wanted = (stamp.path for stamp in lacking(stamps, Path(files[1]), MOST_TEXTS))
    with _at_hand(archive.article_store, wanted) as folder, _long_worker() as worker:
        articles, tags, filed = worker.call_sync(jobs.learn_files, files, folder, stamps, least)
    return Learnt(articles=articles, tags=tags, filed=filed)


def suggest(archive: Archive, configuration: Configuration) -> "list[Proposal]":
    """Return topics that the taxonomy lacks, the most significant first. Raises WorkerFailed."""
    files = taxonomy_files(configuration.folder, configuration.settings)
    paths = [stamp.path for stamp in _by_age(archive.store)[-MOST_READ:]]
    with _at_hand(archive.article_store, paths) as folder, _long_worker() as worker:
        return worker.call_sync(jobs.suggest_files, files, folder, paths)


def suggest_groups(archive: Archive) -> "list[Group]":
    """Return groups of articles that could be categories, largest first. Raises WorkerFailed."""
    paths = [stamp.path for stamp in _by_age(archive.store)[-MOST_GROUPED:]]
    if len(paths) < LEAST_GROUPED:
        return []
    with _at_hand(archive.article_store, paths) as folder, _long_worker() as worker:
        return worker.call_sync(jobs.group_files, folder, paths)


@contextmanager
def _at_hand(article_store: ArticleStore, paths: Iterable[str]) -> Iterator[str]:
    """Yield a local folder with the files, for the worker."""
    if not is_bucket(article_store.name):
        yield article_store.name
        return
    with TemporaryDirectory(prefix="syndicator-articles-") as folder:
        for path in paths:
            with suppress(FileNotFoundError):
                data = article_store.read(path)
                place = Path(folder, path)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
        yield folder


def _long_worker() -> closing[Worker]:
    return closing(Worker(seconds=LONG_SECONDS, megabytes=LONG_MEGABYTES))


def _by_age(store: Store) -> list[FileStamp]:
    stamps = store.visits.stamps()
    dated = [
        (row.added.timestamp() if row.added else 0.0, stamps[row.id].path, row.id)
        for row in filed(store)
    ]
    return [stamps[id] for _, _, id in sorted(dated)]


def plan(
    archive: Archive,
    configuration: Configuration,
    *,
    since: datetime | None = None,
    progress: Progress = lambda done, total: None,
) -> Plan:
    """Plan how the present taxonomy changes articles added since `since` (None: all)."""
    problems = list(reconcile.files(archive, configuration))
    bad = {problem.what for problem in problems}
    paths = [stamp.path for stamp in archive.article_store.walk() if stamp.path not in bad]
    changed: list[Redescribed] = []
    changes = ChangeCounter(archive.store.index.merged())
    looked = done = 0
    with open_worker() as worker:
        for start in range(0, len(paths), BATCH):
            part = paths[start : start + BATCH]
            read = [
                (path, article)
                for path in part
                if (article := _read(archive.article_store, path, since, problems)) is not None
            ]
            for (path, article), new in zip(
                read, _described(archive, configuration, worker, read, problems), strict=True
            ):
                if new is not None:
                    changed.append(
                        Redescribed(id=article.id, title=article.title, path=path, told=new)
                    )
                    changes.add(article, replace(article, **new.values))
            looked += len(read)
            done += len(part)
            progress(done, len(paths))
    return Plan(
        looked=looked, articles=tuple(changed), feeds=changes.feeds(), problems=tuple(problems)
    )


def apply(archive: Archive, planned: Plan, progress: Progress = lambda done, total: None) -> None:
    def write(item: Redescribed) -> None:
        before, store, score = (
            archive.article_store.get(item.path),
            archive.store.visits,
            item.told.score,
        )
        after = replace(before, **item.told.values)
        refile(archive.article_store, store, after, before=before, path=item.path, score=score)

    rewrite(archive, planned.articles, write, progress)


def _read(
    article_store: ArticleStore, path: str, since: datetime | None, problems: list[Problem]
) -> Article | None:
    try:
        article = article_store.get(path)
    except ConfigError as error:
        problems.append(Problem(what=path, reason=FileReason.BAD_ARTICLE_FILE, detail=str(error)))
        return None
    return (
        article if since is None or (article.added or article.published or since) >= since else None
    )


def _described(
    archive: Archive,
    configuration: Configuration,
    worker: Worker,
    read: Sequence[tuple[str, Article]],
    problems: list[Problem],
) -> Iterator[Redescription | None]:
    files = taxonomy_files(configuration.folder, configuration.settings)
    pairs = [(article, find_terms(archive, configuration, article)) for _, article in read]
    if not pairs:
        return
    try:
        yield from worker.call_sync(
            jobs.redescribe_many, files, pairs, configuration.settings.describe.uncategorised
        )
    except WorkerFailed:
        for path, pair in zip([path for path, _ in read], pairs, strict=True):
            try:
                (new,) = worker.call_sync(
                    jobs.redescribe_many,
                    files,
                    [pair],
                    configuration.settings.describe.uncategorised,
                )
            except WorkerFailed as failure:
                problems.append(Problem(what=path, reason=failure.reason, detail=failure.detail))
                new = None
            yield new
