"""Rebuild the database from the article files, or record files edited in an object store."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

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
    """The result of recording article files. `articles`: number of recorded files; `problems`: one
    for each file that cannot be read; `unlearnt`: True if there are articles, but the command
    `learn` has not learnt from them yet."""

    articles: int
    problems: tuple[Problem, ...]
    unlearnt: bool = False  # the results of `learn` are missing


def record_edited_files(
    archive: Archive, configuration: Configuration, files: Sequence[str]
) -> Reindexed:
    """Update the database from article files that were edited or deleted in an object store, which
    does not report changes. Return the number of recorded files, and the problems of files that
    cannot be read. `files`: their addresses or paths. Raises UsageError if one is no article file;
    OSError or StoreError."""
    problems: list[Problem] = []
    recorded = 0
    for what in files:
        # a deleted file is known only to the database
        path = archive.article_store.find_typed_path(what) or _find_in_database(archive, what)
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


def _find_in_database(archive: Archive, what: str) -> str | None:
    """Return the path of an article file if the database knows the file, which may be deleted by
    now; None if it does not. `what`: the path, with or without the name of the article store in
    front."""
    path = what.replace("\\", "/").removeprefix(f"{archive.article_store.name}/")
    for stamp in archive.store.visits.stamps().values():
        if stamp.path == path:
            return path
    return None


def reindex(archive: Archive, configuration: Configuration) -> Reindexed:
    """Rebuild the database from the article files and the lists beside them. Return the number of
    articles and the problems of files. The results of the command `learn` stay."""
    now = archive.clock()
    store = archive.store
    article_store = archive.article_store

    # apply the lists beside the articles; a list that was lost is written again
    article_store.sweep()
    archive.beside.apply_feeds()
    recovery.apply_withdrawn_list(archive, configuration.settings)
    reader = _FileReader(
        archive=archive,
        configuration=configuration,
        now=now,
        stamps=store.visits.stamps(),
        on_hold=store.index.on_hold(),
    )
    recovery.apply_carrier_list(archive, configuration.sources)
    compact_lists(article_store)
    recovery.apply_pruned_list(archive)

    # rebuild the tables from the files, which are read one by one
    count = store.reindex(
        reader.read_files(), WITHDRAWN.read(article_store), CARRIED.read(article_store)
    )

    recovery.limit_dates_of_adding(archive, reader.from_future)
    _handle_missing(archive, reader.stamps.keys(), reader.unreadable_ids)
    archive.beside.write_feed_facts()
    # new articles are compared with recent ones, to find copies
    for article in reader.recent:
        comparison_data = make_comparison_data(article, now)
        if comparison_data is not None:
            store.visits.save_sketch(article.id, comparison_data)
    has_learnt = (configuration.settings.state_dir / "learnt.npz").exists()
    return Reindexed(
        articles=count, problems=tuple(reader.problems), unlearnt=count > 0 and not has_learnt
    )


@dataclass(slots=True, kw_only=True)
class _FileReader:
    """Reads all article files, and collects what it finds.

    Given are: `now`, the present time; `stamps`, the files that the database had before, by article
    id; `on_hold`, the paths of articles on hold, by article id.

    Found are: `problems`, one for each file that cannot be read or has the id of another one;
    `unreadable_ids`, ids of articles whose files cannot be read; `recent`, articles that were added
    lately; `from_future`, articles with a date of adding in the future, because the clock was
    wrong."""

    archive: Archive
    configuration: Configuration
    now: datetime
    stamps: Mapping[str, FileStamp]
    on_hold: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    unreadable_ids: list[str] = field(default_factory=list)
    recent: list[Article] = field(default_factory=list)
    from_future: list[Article] = field(default_factory=list)

    def read_files(self) -> Iterator[tuple[Article | str, FileStamp]]:
        """Yield a pair for each article file: its article, or only the article's id if the file
        cannot be read; and the stamp of the file. Of files with the same id, only one is
        yielded."""
        article_store = self.archive.article_store
        path_by_id: dict[str, str] = {}
        for stamp in article_store.walk():
            try:
                article = article_store.get(stamp.path)
            except (ConfigError, OSError) as error:
                self.problems.append(reconcile.describe_unreadable(stamp.path, error))
                article_id = article_store.find_id_at(stamp.path)
                self.unreadable_ids.append(article_id)
                yield article_id, stamp
                continue
            # of files with one id, the one that the database had counts, else the first
            other_path = reconcile.find_other_file(
                article_store, article, stamp, self.stamps.get(article.id)
            )
            path = path_by_id.setdefault(article.id, other_path or stamp.path)
            if path != stamp.path:
                self.problems.append(reconcile.describe_duplicate(stamp.path, path))
                continue
            if was_released(article, on_hold=article.id in self.on_hold):
                # for the next run, the file counts as edited, so that it publishes the article
                yield replace(article, hold=True), replace(stamp, mtime_ns=0)
                continue
            if article.added and article.added >= self.now - COPY_WINDOW:
                self.recent.append(article)
            if article.added and article.added > self.now:
                self.from_future.append(article)
            yield reconcile.complete_hand_written(article, self.configuration.taxonomy), stamp


def _handle_missing(archive: Archive, ids_before: Set[str], unreadable_ids: Sequence[str]) -> None:
    """Handle articles that are not in the rebuilt database: let the next build take them out of
    their feeds. If their files are missing, but nobody deleted them on purpose, let visits fetch
    their pages again.

    `ids_before`: ids of the articles that the database had before it was rebuilt. `unreadable_ids`:
    ids of articles whose files cannot be read."""
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
