"""Rebuild the database from the article files, or record files edited in an object store."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from syndicator.app.archive import Archive
from syndicator.app.build_notes import excuse
from syndicator.app.read_configuration import Configuration
from syndicator.articles.beside.tab_lists import CARRIED, compact_lists
from syndicator.articles.beside.withdrawals import WITHDRAWN
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, Problem
from syndicator.core.ports import FileStamp
from syndicator.filing.dedupe import WINDOW, make_comparison_data
from syndicator.filing.save_article import was_released
from syndicator.upkeep import reconcile, recovery


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindexed:
    articles: int
    problems: tuple[Problem, ...]
    unlearnt: bool = False  # the results of `learn` are missing


def take_in(archive: Archive, configuration: Configuration, files: Sequence[str]) -> Reindexed:
    """Record files that were edited in an object store. Raises UsageError, OSError, StoreError."""
    problems: list[Problem] = []
    taken = 0
    for what in files:
        name = what.replace("\\", "/").removeprefix(f"{archive.article_store.name}/")
        deleted = (
            stamp.path for stamp in archive.store.visits.stamps().values() if stamp.path == name
        )
        path = archive.article_store.path_of(what) or next(deleted, None)
        if path is None:
            place = archive.article_store.name
            raise UsageError(
                f"{what!r} is no article file in {place}; name it like 2026/11/title-id.md"
            )
        faults = reconcile.record_file(archive, configuration, path)
        problems += faults
        taken += not faults
    return Reindexed(articles=taken, problems=tuple(problems))


def reindex(archive: Archive, configuration: Configuration) -> Reindexed:
    """Rebuild the database from the article files; learnt tags stay."""
    problems = list[Problem]()
    unread = list[str]()
    recent = list[Article]()
    late = list[Article]()
    now = archive.clock()
    store = archive.store
    article_store = archive.article_store
    article_store.sweep()
    archive.beside.apply()
    recovery.settle_withdrawals(archive, configuration.settings)

    stamps = store.visits.stamps()
    on_hold = store.index.on_hold()
    places: dict[str, str] = {}  # id -> the file that has it

    def readable() -> Iterator[tuple[Article | str, FileStamp]]:
        for stamp in article_store.walk():
            try:
                article = article_store.get(stamp.path)
            except (ConfigError, OSError) as error:
                problems.append(reconcile.unreadable(stamp.path, error))
                unread.append(article_store.id_at(stamp.path))
                yield unread[-1], stamp
                continue
            other = reconcile.find_other_file(article_store, article, stamp, stamps.get(article.id))
            other = places.setdefault(article.id, other or stamp.path)
            if other != stamp.path:
                problems.append(reconcile.describe_duplicate(stamp.path, other))
                continue
            if was_released(article, on_hold=article.id in on_hold):  # the next run publishes it
                yield replace(article, hold=True), replace(stamp, mtime_ns=0)
                continue
            if article.added and article.added >= now - WINDOW:
                recent.append(article)
            late.extend([article] if article.added and article.added > now else [])
            yield reconcile.as_shown(article, configuration.taxonomy), stamp

    recovery.settle_carriers(archive, configuration.sources)  # writes a lost file
    compact_lists(article_store)
    recovery.settle_prunings(archive)
    count = store.reindex(readable(), WITHDRAWN.read(article_store), CARRIED.read(article_store))
    recovery.bring_back(archive, late)
    gone = stamps.keys() - set(store.visits.stamps())
    unknown = {
        article_id for article_id in unread if store.visits.stamp(article_id) is None
    }  # after a lost database
    if gone or unknown:
        excuse(archive, gone | unknown)
    if gone and (
        recovery.is_older(article_store, store) or reconcile.are_many(len(gone), len(stamps))
    ):
        store.visits.reopen(gone)
    archive.beside.note()
    for article in recent:
        if (sketch := make_comparison_data(article, now)) is not None:
            store.visits.save_sketch(article.id, sketch)
    learnt = (configuration.settings.state_dir / "learnt.npz").exists()
    return Reindexed(articles=count, problems=tuple(problems), unlearnt=count > 0 and not learnt)
