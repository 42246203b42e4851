"""Learn from confirmed tags and categories in a worker process, or let it suggest new ones."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from syndicator.app.archive import Archive
from syndicator.app.lookup import iterate_articles
from syndicator.app.read_configuration import Configuration, find_taxonomy_files
from syndicator.configuration.settings import is_bucket
from syndicator.core.ports import FileStamp
from syndicator.core.ports.articles import ArticleStore
from syndicator.processes.worker import Worker
from syndicator.store.engine import Store
from syndicator.upkeep.learn import delete_cache, list_files_to_read
from syndicator.upkeep.tags import jobs

if TYPE_CHECKING:
    from syndicator.describing.groups import Group
    from syndicator.describing.taxonomy.suggest import Proposal

# confirmed articles from which learning pays: F1 39 and 36 instead of 36 and 34 on two blogs
LEAST = 10
LONG_SECONDS = 900.0  # for learning: 3,000 posts were measured to take about a minute
LONG_MEGABYTES = 3000
MOST_READ = 5000  # newest articles that are searched for new tags
MOST_GROUPED = 600  # newest articles that are grouped
LEAST_GROUPED = 50  # articles: fewer form groups by chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """Numbers of what was learnt."""

    articles: int  # with a tag that a person confirmed
    tags: int  # 0: too few articles to learn from
    filed: int = 0  # articles with a category that a person confirmed


def learn(archive: Archive, configuration: Configuration, *, minimum: int = LEAST) -> Learnt:
    """Learn from filed articles how tags are spelled and to which articles tags and categories
    belong, and replace the file learnt.npz. Delete it if nothing was learnt. Return numbers of what
    was learnt. `minimum`: tags are learnt only if so many articles have confirmed ones; the same
    holds for categories. Raises WorkerFailed or ConfigError."""
    stamps = _list_stamps_by_age(archive.store)
    files = find_taxonomy_files(configuration.folder, configuration.settings)
    learnt_file = Path(files[1])
    if not stamps:
        delete_cache(learnt_file)
        learnt_file.unlink(missing_ok=True)
        return Learnt(articles=0, tags=0)
    from syndicator.describing.taxonomy.taxonomy import MOST_TEXTS

    # a generator: the files to read are needed only if the articles are in a bucket
    paths = (stamp.path for stamp in list_files_to_read(stamps, learnt_file, MOST_TEXTS))
    with _local_folder(archive.article_store, paths) as folder, _open_long_worker() as worker:
        articles, tags, filed = worker.call_sync(
            jobs.learn_from_files, files, folder, stamps, minimum
        )
    return Learnt(articles=articles, tags=tags, filed=filed)


def suggest(archive: Archive, configuration: Configuration) -> "list[Proposal]":
    """Return suggestions of tags that taxonomy.toml lacks, the best first, from the newest
    articles. Raises WorkerFailed."""
    files = find_taxonomy_files(configuration.folder, configuration.settings)
    paths = [stamp.path for stamp in _list_stamps_by_age(archive.store)[-MOST_READ:]]
    with _local_folder(archive.article_store, paths) as folder, _open_long_worker() as worker:
        return worker.call_sync(jobs.suggest_tags_from_files, files, folder, paths)


def suggest_groups(archive: Archive) -> "list[Group]":
    """Return groups of similar articles, each of which could become a category, the largest first,
    from the newest articles. Return [] if there are too few articles. Raises WorkerFailed."""
    paths = [stamp.path for stamp in _list_stamps_by_age(archive.store)[-MOST_GROUPED:]]
    if len(paths) < LEAST_GROUPED:
        return []
    with _local_folder(archive.article_store, paths) as folder, _open_long_worker() as worker:
        return worker.call_sync(jobs.group_article_files, folder, paths)


@contextmanager
def _local_folder(article_store: ArticleStore, paths: Iterable[str]) -> Iterator[str]:
    """Yield the path of a local folder with the article files, which the worker can read. If the
    articles are in a bucket, it is a temporary folder with copies of the files at `paths`; missing
    files are left out. Otherwise it is the folder of the article store itself."""
    if not is_bucket(article_store.name):
        yield article_store.name
        return
    with TemporaryDirectory(prefix="syndicator-articles-") as folder:
        for path in paths:
            with suppress(FileNotFoundError):
                data = article_store.read(path)
                copy = Path(folder, path)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(data)
        yield folder


def _open_long_worker() -> closing[Worker]:
    return closing(Worker(seconds=LONG_SECONDS, megabytes=LONG_MEGABYTES))


def _list_stamps_by_age(store: Store) -> list[FileStamp]:
    """Return the stamps (path, time and size) of all article files, ordered by when the articles
    were added, oldest first."""
    stamps = store.visits.stamps()
    dated = []
    for article in iterate_articles(store):
        added = article.added.timestamp() if article.added else 0.0
        dated.append((added, stamps[article.id].path, article.id))
    dated.sort()
    return [stamps[article_id] for _, _, article_id in dated]
