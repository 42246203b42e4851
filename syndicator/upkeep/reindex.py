"""Rebuild the database from the article files, or record files edited in an object store."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from syndicator.app.archive import Archive
from syndicator.app.build_notes import excuse_articles
from syndicator.app.read_configuration import Configuration
from syndicator.articles.beside.tab_lists import CARRIED, compact_lists
from syndicator.articles.beside.withdrawals import WITHDRAWN
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, Problem
from syndicator.core.ports import FileStamp
from syndicator.filing.dedupe import COPY_WINDOW, make_comparison_data
from syndicator.filing.save_article import was_released
from syndicator.upkeep import reconcile, recovery


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindexed:
    """The result of recording article files. `articles`: number of recorded files; `problems`: of
    files that cannot be read; `unlearnt`: True if there are articles but nothing that `learn`
    learnt."""

    articles: int
    problems: tuple[Problem, ...]
    unlearnt: bool = False  # the results of `learn` are missing


def record_edited_files(
    archive: Archive, configuration: Configuration, files: Sequence[str]
) -> Reindexed:
    """Record article files that were edited or deleted in an object store, which does not report
    changes. `files`: their addresses or paths. Raises UsageError if one is no article file; OSError
    or StoreError."""
    problems: list[Problem] = []
    recorded = 0
    for what in files:
        path = archive.article_store.find_typed_path(what) or _find_deleted(archive, what)
        if path is None:
            raise UsageError(
                f"{what!r} is no article file in {archive.article_store.name}; name it like"
                " 2026/11/title-id.md"
            )
        faults = reconcile.record_file(archive, configuration, path)
        problems += faults
        if not faults:
            recorded += 1
    return Reindexed(articles=recorded, problems=tuple(problems))


def _find_deleted(archive: Archive, what: str) -> str | None:
    """Return the path of a file that the database knows, even if the file was deleted; None if the
    database does not know it. `what`: its path, or its path behind the name of the article
    store."""
    path = what.replace("\\", "/").removeprefix(f"{archive.article_store.name}/")
    for stamp in archive.store.visits.stamps().values():
        if stamp.path == path:
            return path
    return None


def reindex(archive: Archive, configuration: Configuration) -> Reindexed:
    """Rebuild the database from the article files and the lists beside them. The file of `learn`
    stays."""
    problems = list[Problem]()
    unreadable_ids = list[str]()
    recent = list[Article]()
    ahead = list[Article]()  # added in the future: the clock was wrong
    now = archive.clock()
    store = archive.store
    article_store = archive.article_store
    article_store.sweep()
    archive.beside.apply()
    recovery.apply_withdrawn_list(archive, configuration.settings)

    stamps = store.visits.stamps()
    on_hold = store.index.on_hold()
    path_by_id: dict[str, str] = {}

    def iterate_files() -> Iterator[tuple[Article | str, FileStamp]]:
        """Yield each article, or the id of an unreadable one, with the stamp of its file."""
        for stamp in article_store.walk():
            try:
                article = article_store.get(stamp.path)
            except (ConfigError, OSError) as error:
                problems.append(reconcile.describe_unreadable(stamp.path, error))
                article_id = article_store.find_id_at(stamp.path)
                unreadable_ids.append(article_id)
                yield article_id, stamp
                continue
            other_path = reconcile.find_other_file(
                article_store, article, stamp, stamps.get(article.id)
            )
            path = path_by_id.setdefault(article.id, other_path or stamp.path)
            if path != stamp.path:
                problems.append(reconcile.describe_duplicate(stamp.path, path))
                continue
            if was_released(article, on_hold=article.id in on_hold):  # the next run publishes it
                yield replace(article, hold=True), replace(stamp, mtime_ns=0)
                continue
            if article.added and article.added >= now - COPY_WINDOW:
                recent.append(article)
            if article.added and article.added > now:
                ahead.append(article)
            yield reconcile.complete_hand_written(article, configuration.taxonomy), stamp

    recovery.apply_carrier_list(archive, configuration.sources)  # writes a lost file
    compact_lists(article_store)
    recovery.apply_pruned_list(archive)
    count = store.reindex(
        iterate_files(), WITHDRAWN.read(article_store), CARRIED.read(article_store)
    )
    recovery.limit_dates_of_adding(archive, ahead)
    _handle_missing(archive, stamps.keys(), unreadable_ids)
    archive.beside.note()
    for article in recent:
        sketch = make_comparison_data(article, now)
        if sketch is not None:
            store.visits.save_sketch(article.id, sketch)
    learnt = (configuration.settings.state_dir / "learnt.npz").exists()
    return Reindexed(articles=count, problems=tuple(problems), unlearnt=count > 0 and not learnt)


def _handle_missing(archive: Archive, ids_before: Set[str], unreadable_ids: Sequence[str]) -> None:
    """Let the next build take articles out of their feeds if their files are gone. The same holds
    for files that cannot be read, if the database does not know their articles. If nobody deleted
    the files on purpose, their pages are fetched again. `ids_before`: articles of the database
    before it was rebuilt; `unreadable_ids`: ids of articles whose files cannot be read."""
    visits = archive.store.visits
    missing_ids = ids_before - set(visits.stamps())
    unknown_ids = {article_id for article_id in unreadable_ids if visits.stamp(article_id) is None}
    if missing_ids or unknown_ids:
        excuse_articles(archive, missing_ids | unknown_ids)
    if not missing_ids:
        return
    are_many_missing = reconcile.are_too_many_missing(len(missing_ids), len(ids_before))
    is_restored_backup = recovery.is_folder_older(archive.article_store, archive.store)
    if is_restored_backup or are_many_missing:
        visits.reopen(missing_ids)
