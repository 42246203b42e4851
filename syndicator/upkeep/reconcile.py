"""Update the database from edited sources.toml and article files; decide when `up` does so."""

import errno
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from syndicator.app.archive import Archive
from syndicator.app.build_notes import excuse_articles
from syndicator.app.contexts import make_filing_context
from syndicator.app.read_configuration import Configuration
from syndicator.articles.beside.toml_lists import SOURCES
from syndicator.articles.stores.paths import ID_CHARS, is_article_path, printable
from syndicator.configuration.entry_rules import is_muted
from syndicator.configuration.sources.identity import update_state
from syndicator.core.errors import OURS, ConfigError, DiskError, MissingError
from syndicator.core.model import Article, Problem, Source, SourceState
from syndicator.core.ports import ArticleRecord, EntryRow, FileStamp
from syndicator.core.ports.articles import ArticleStore, Changes, NoFile
from syndicator.core.reasons import FOR_THE_OPERATOR, CheckReason, CommandReason, FileReason
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles, fold
from syndicator.describing.taxonomy.vocabulary import load as load_vocabulary
from syndicator.filing.save_article import was_released
from syndicator.store.engine import Store
from syndicator.upkeep import recovery
from syndicator.upkeep.private_texts import update_private_holds
from syndicator.upkeep.recovery import AHEAD
from syndicator.upkeep.scrubbing import scrub
from syndicator.upkeep.sessions import resume_sessions

_ANY_TIME = datetime.max.replace(tzinfo=UTC)

# If more files than that are gone at once, nobody deleted them on purpose: at least _MANY, and more
# than _SHARE of all; or, of few files, at least _FEW and more than _HALF. All numbers are a choice.
_MANY = 20
_SHARE = 0.05
_FEW = 3
_HALF = 0.5

# names of notes
_CHOICE = "mute and keep"  # these two settings
_RECONCILED = "sources reconciled"
_FOLLOWED = "sources followed"  # the stamp of the sources then
OWNED_SINCE = "owned since"  # the time of the first start at which articles had owners
_MARKDOWN = (".md", ".markdown", ".mdown", ".mkd", ".mdx", ".mdtxt")
_TEXTS = (".txt", ".text", "")
_FRONT_MATTER = (b"---\n", b"---\r\n")  # the first line of a file that has some
_PLACES = "feeds/articles itself, or YYYY/MM/ in it"
# full walks take 1/500 of the time at most: 10,000 files take 0.1 s, once a minute. A choice
_WALKING_SHARE = 500
_MOST_SECONDS = 3600.0  # between two full walks


def update_source_states(archive: Archive, configuration: Configuration) -> dict[str, SourceState]:
    """Update the stored states of sources (such as the times of their visits) to sources.toml, and
    return them by source key. A new source gets a state; the state of a removed source is deleted.
    A source with a new address starts without failures. A source whose settings for visits changed
    is due now, and so are its entries that the new settings may accept."""
    visits = archive.store.visits
    stored = visits.states()
    for key in stored.keys() - configuration.sources.keys():
        visits.drop_state(key)
    now = archive.clock()
    states: dict[str, SourceState] = {}
    for key, source in configuration.sources.items():
        states[key] = _undo_future_visit(update_state(source, stored.get(key)), now)

    # reopen entries of sources that were edited; `terms` is a digest of the settings for visits
    for key, state in states.items():
        if key not in stored or stored[key].terms == state.terms:
            continue
        # None: a state of an older version, which did not store the rules
        has_new_rules = stored[key].rules not in (None, state.rules)
        if _reopen_entries(archive, configuration, key, rules_changed=has_new_rules):
            states[key] = state.asked_whole()

    changed_states = [state for key, state in states.items() if state != stored.get(key)]
    visits.save_states(changed_states)
    return states


def update_edited_sources(archive: Archive, configuration: Configuration) -> None:
    """Update the states of sources in the database if sources.toml, the program's version or the
    clock changed. Also make a source due if the operator exported its cookies again, and make
    entries due that the settings `mute` and `keep` left out and no longer do."""
    _reopen_unmuted(archive, configuration)
    resume_sessions(archive, configuration)
    visits = archive.store.visits
    now = archive.clock()
    noted = visits.note(_RECONCILED)  # the stamp of the sources at the last call
    # the clock was set back since then
    has_future_visits = archive.store.ahead.was_visited_after(now + AHEAD)
    is_known = bool(noted) and not has_future_visits
    if is_known and noted == configuration.sources_stamp:
        return
    stamp_before, added_count = configuration.sources_before
    if is_known and noted == stamp_before:
        # sources were only added, at the end: to update all of them would take seconds
        first_added = len(configuration.sources) - added_count
        new_sources = list(configuration.sources.values())[first_added:]
        states = []
        for source in new_sources:
            state = update_state(source, visits.state(source.key))
            states.append(_undo_future_visit(state, now))
        visits.save_states(states)
    else:
        update_source_states(archive, configuration)
    if noted != configuration.sources_stamp:
        visits.set_note(_RECONCILED, configuration.sources_stamp, archive.clock())


def _reopen_unmuted(archive: Archive, configuration: Configuration) -> None:
    """If the setting `mute` or `keep` changed since the last call, make the entries due that the
    old settings left out and the new ones accept."""
    visits = archive.store.visits
    publish = configuration.settings.publish
    choice = f"{publish.mute}\n{publish.keep}"
    if (visits.note(_CHOICE) or "\n") == choice:
        return
    for key in configuration.sources:
        unmuted = _list_unmuted(archive.store, configuration, key)
        if not unmuted:
            continue
        state = visits.state(key)
        if state is not None:
            visits.save_entries([replace(row.reopened(), reason=None) for row in unmuted])
            visits.save_states([state.asked_whole()])
    visits.set_note(_CHOICE, choice, archive.clock())


def _list_unmuted(store: Store, configuration: Configuration, key: str) -> list[EntryRow]:
    """Return the entries that the settings `mute` and `keep` left out earlier, but would accept
    today. `key`: of the source whose entries are checked."""
    source = configuration.sources[key]
    publish = configuration.settings.publish
    unmuted = []
    for row in store.visits.list_muted(key):
        if row.entry and not is_muted(source, row.entry, publish):
            unmuted.append(row)
    return unmuted


def _reopen_entries(
    archive: Archive, configuration: Configuration, key: str, *, rules_changed: bool
) -> bool:
    """Make entries of an edited source due again if its new settings may accept them. Return True
    if the whole feed must be read again, because the database lacks data that these entries need.
    `key`: of the source. `rules_changed`: True if its reading rules were edited."""
    source = configuration.sources[key]
    visits = archive.store.visits
    rights = archive.rights_of(source)
    for_operator = []  # entries that wait for the operator to change something
    for row in visits.pending(key, _ANY_TIME):
        if row.next_try and row.reason in FOR_THE_OPERATOR:
            for_operator.append(replace(row, next_try=None))
    permitted = [row.reopened() for row in visits.list_refused(key) if rights.speaks_for(row.url)]
    accepted_by_rules = list_due_by_new_rules(archive, source) if rules_changed else []
    unmuted = [
        replace(row.reopened(), reason=None)
        for row in _list_unmuted(archive.store, configuration, key)
    ]
    reopened = {
        row.entry_id: row for row in (*for_operator, *permitted, *accepted_by_rules, *unmuted)
    }
    visits.save_entries(list(reopened.values()))
    if permitted or unmuted:
        return True
    if rules_changed and source.rules.links:  # the rule may select other links of the same page
        return True
    return any(row.entry is None for row in accepted_by_rules)


def list_due_by_new_rules(archive: Archive, source: Source) -> list[EntryRow]:
    """Return those refused or failed entries of `source` that its present rules may accept. They
    are returned as due entries, but not saved."""
    from syndicator.filing.entry.endings import reopen_for_rules

    visits = archive.store.visits
    rights = archive.rights_of(source)
    due = []
    for row in (*visits.list_refused(source.key), *visits.pending(source.key, _ANY_TIME)):
        if not rights.owns(row.url):
            continue
        reopened = reopen_for_rules(row, source.rules)  # None if the rules do not accept it
        if reopened:
            due.append(reopened)
    return due


def update_from_files(archive: Archive, configuration: Configuration) -> tuple[Problem, ...]:
    """Update the database from the article files and the lists beside them. Return a problem for
    each file that cannot be read or was lost, and one for a wrong clock. Raises ConfigError,
    OSError or StoreError."""
    if archive.is_reconciled:  # an operation on several articles has called this once for all
        return ()

    # remove the secrets of sources from all texts
    visits = archive.store.visits
    scrubbed_articles = scrub(
        configuration.sources.values(),
        configuration.environ,
        archive.article_store,
        archive.store,
        archive.snapshots,
        archive.clock(),
    )
    if scrubbed_articles:  # the cache of `learn` may have the secrets, too
        from syndicator.upkeep import learn

        learn.delete_cache(configuration.settings.state_dir / "learnt.npz")

    # read the lists beside the articles
    archive.beside.apply_changed_feeds()
    _write_followed_sources(archive, configuration)
    if visits.note(OWNED_SINCE) is None:  # the first start at which articles have owners
        visits.set_note(OWNED_SINCE, archive.clock().isoformat(), archive.clock())
    recovery.apply_withdrawn_list(archive, configuration.settings)
    recovery.apply_pruned_list(archive)

    # record new, edited and deleted article files
    rows = visits.stamps()
    changes = archive.article_store.find_changes(rows)
    recorded = _record_files(archive, configuration, changes)
    problems = [*recorded.problems, *map(_describe_no_file, changes.no_files)]
    gone = _list_articles_without_file(changes, recorded.id_prefixes)
    problems += _forget_articles_without_file(archive, gone, rows)

    # correct what depends on the articles
    recovery.apply_carrier_list(archive, configuration.sources)
    recovery.limit_dates_of_adding(archive, recorded.dated_anew)
    recovery.write_newest_time(archive)
    update_private_holds(archive, configuration)
    return (*problems, *recovery.reset_future_times(archive))


def _forget_articles_without_file(
    archive: Archive, gone: Sequence[str], rows: Mapping[str, FileStamp]
) -> list[Problem]:
    """Remove articles from the database whose file was deleted. If a file was not deleted but lost,
    as after a restored backup, its page is fetched again instead. Return a problem for each lost
    file.

    `gone`: ids of the articles without a file; `rows`: the recorded files by article id. Raises
    MissingError if so many files are missing that nobody deleted them on purpose."""
    # files that are known to be lost are being fetched again already
    unexplained = len(gone) - len(recovery.list_fetched_again(archive.store, gone))
    if are_too_many_missing(unexplained, len(rows)):
        paths = [rows[article_id].path for article_id in gone]
        raise MissingError(_describe_missing_files(archive.article_store, paths, len(rows)))

    lost = recovery.list_lost_files(archive.article_store, archive.store, gone)
    recovery.fetch_again(archive, lost)
    deleted: dict[str, str] = {}  # path by id
    problems = []
    for article_id in gone:
        path = rows[article_id].path
        if article_id in lost:
            problems.append(Problem(what=path, reason=FileReason.LOST_FILE))
        else:
            deleted[article_id] = path

    if deleted:
        recovery.note_missing_files(archive, deleted)
        excuse_articles(archive, list(deleted))
        archive.store.visits.forget(list(deleted))
    return problems


def _write_followed_sources(archive: Archive, configuration: Configuration) -> None:
    """Write the list of followed sources, which is a file beside the articles, if sources.toml or
    this file changed."""
    visits = archive.store.visits
    stamp_before = _stamp_followed_sources(archive, configuration)
    if stamp_before and visits.note(_FOLLOWED) == stamp_before:
        return
    archive.beside.record_sources(configuration.sources)
    # the file that was just written changes the stamp
    stamp_after = _stamp_followed_sources(archive, configuration)
    if visits.note(_FOLLOWED) != stamp_after:
        visits.set_note(_FOLLOWED, stamp_after, archive.clock())


def _stamp_followed_sources(archive: Archive, configuration: Configuration) -> str:
    """Return a stamp of sources.toml and of the list of followed sources beside the articles: a
    text that changes whenever one of these files changes. Return "" if the sources do not come from
    a file."""
    if not configuration.sources_stamp:
        return ""
    return f"{configuration.sources_stamp}\n{SOURCES.stamp(archive.article_store)}"


def record_unrecorded_files(archive: Archive, configuration: Configuration) -> tuple[Problem, ...]:
    """Record article files that have no row in the database, because the process that wrote them
    crashed. Return a problem for each file that cannot be read."""
    changes = archive.article_store.find_left_behind()
    return tuple(_record_files(archive, configuration, changes).problems)


def record_file(archive: Archive, configuration: Configuration, path: str) -> tuple[Problem, ...]:
    """Update the database from the article file at `path` in an object store, which was changed or
    deleted. Return a problem if the file cannot be read, else ()."""
    visits = archive.store.visits
    try:
        stamp = archive.article_store.stamp(path)
    except FileNotFoundError:  # it was deleted: its article leaves the database
        gone = [article_id for article_id, row in visits.stamps().items() if row.path == path]
        excuse_articles(archive, gone)
        recovery.note_missing_files(archive, dict.fromkeys(gone, path))
        if gone:
            visits.forget(gone)
        return ()
    is_recorded = any(row == stamp for row in visits.stamps().values())
    if is_recorded:
        return ()
    recorded = _record_files(archive, configuration, Changes(edited=(stamp,)))
    recovery.limit_dates_of_adding(archive, recorded.dated_anew)
    return tuple(recorded.problems)


@dataclass(slots=True, kw_only=True)
class _Recorded:
    """The result of recording files. `problems`: one for each file that cannot be read.
    `id_prefixes`: the first ID_CHARS characters of the ids of all articles in the files.
    `dated_anew`: articles that are new or have another date of adding."""

    problems: list[Problem] = field(default_factory=list)
    id_prefixes: set[str] = field(default_factory=set)
    dated_anew: list[Article] = field(default_factory=list)


def _record_files(archive: Archive, configuration: Configuration, changes: Changes) -> _Recorded:
    """Record new and edited article files in the database. Return what was recorded, and a problem
    for each file that cannot be read. `changes`: the changed files; deleted ones are ignored."""
    visits = archive.store.visits
    recorded = _Recorded()
    stamps = (*changes.new, *changes.edited)
    for stamp, article in _read_articles(archive.article_store, stamps, visits.stamp):
        if isinstance(article, Problem):
            recorded.problems.append(article)
            # the name of a file has the id of its article
            article_id = archive.article_store.find_id_at(stamp.path)
            recorded.id_prefixes.add(article_id[:ID_CHARS])
            continue
        recorded.id_prefixes.add(article.id[:ID_CHARS])
        article_before = visits.article(article.id)
        if article_before is None or article_before.added != article.added:
            recorded.dated_anew.append(article)
        _record_article(archive, configuration, article, stamp, article_before)
    return recorded


def _read_articles(
    files: ArticleStore, stamps: Iterable[FileStamp], stamp_of: Callable[[str], FileStamp | None]
) -> Iterator[tuple[FileStamp, Article | Problem]]:
    """Yield a pair for each file of `stamps`: its stamp, and its article, or a problem if the file
    cannot be read or if another file has the same article id. Files that were deleted in the
    meantime are left out. `stamp_of`: returns the stamp of the file that is recorded for an article
    id, None if there is none."""
    for stamp in stamps:
        try:
            article = files.get(stamp.path)
        except FileNotFoundError:
            continue  # deleted since the folder was read: missing next time
        except (ConfigError, OSError) as error:
            yield stamp, describe_unreadable(stamp.path, error)
            continue
        other_path = find_other_file(files, article, stamp, stamp_of(article.id))
        if other_path:
            yield stamp, describe_duplicate(stamp.path, other_path)
        else:
            yield stamp, article


def list_ignored_files(store: ArticleStore) -> tuple[Problem, ...]:
    """Return a problem for each file in the article store that looks like an article but is
    ignored, because of its name or its folder. Each problem says what to do."""
    problems = []
    for path in store.names():
        if is_article_path(path):
            continue
        name = path.rpartition("/")[2]
        if name.upper().startswith("README."):  # notes of the operator
            continue
        if not _looks_like_article(store, path):
            continue
        if name.endswith(".md"):
            # the name is right, so the folder is wrong
            detail = f"it is ignored where it is; articles are in {_PLACES}"
        else:
            stem = Path(name).stem.removesuffix(".md")  # an editor may have added .txt to x.md
            detail = f"only files that end in .md are articles; call it {stem}.md"
        problems.append(
            Problem(what=f"{store.name}/{path}", reason=CheckReason.PASSED_OVER, detail=detail)
        )
    return tuple(problems)


def _looks_like_article(store: ArticleStore, path: str) -> bool:
    """True if the file at `path` has the name of a Markdown file, or if it is a text file that
    begins with front matter (a block of fields, as in articles)."""
    suffix = Path(path).suffix.lower()
    if suffix in _MARKDOWN:
        return True
    return suffix in _TEXTS and store.read(path).startswith(_FRONT_MATTER)


def are_too_many_missing(missing: int, total: int) -> bool:
    """True if so many article files are missing that nobody deleted them on purpose. `missing`:
    number of missing files; `total`: number of all files that the database knows."""
    if missing >= _MANY and missing > _SHARE * total:
        return True
    return missing >= _FEW and missing > _HALF * total


def _describe_missing_files(article_store: ArticleStore, paths: Sequence[str], total: int) -> str:
    """Return an error message: the article files at `paths` are gone, and what the operator can do.
    `total`: number of all article files that the database knows."""
    return (
        f"{len(paths)} of {total} article files are gone from {article_store.name}, such as"
        f" {paths[0]}: put them back (mount the disk, restore the folder of today), or run"
        " `syndicator reindex`, which takes the folder as it is and fetches again what it lacks"
    )


def list_unreadable_files(store: Store, article_store: ArticleStore) -> tuple[Problem, ...]:
    """Return the problems of article files that the next run would report: new and edited files
    that cannot be read, and missing files. Change nothing. Raises OSError or StoreError."""
    # files that cannot be read
    rows = store.visits.stamps()
    changes = article_store.find_changes(rows, sweep=False)
    problems = list(map(_describe_no_file, changes.no_files))
    id_prefixes: set[str] = set()
    stamps = (*changes.new, *changes.edited)
    for stamp, article in _read_articles(article_store, stamps, rows.get):
        if isinstance(article, Problem):
            problems.append(article)
            # the name of a file has the id of its article
            id_prefixes.add(article_store.find_id_at(stamp.path)[:ID_CHARS])
        else:
            id_prefixes.add(article.id[:ID_CHARS])

    # missing files
    gone_ids = _list_articles_without_file(changes, id_prefixes)
    unexplained = len(gone_ids) - len(recovery.list_fetched_again(store, gone_ids))
    if are_too_many_missing(unexplained, len(rows)):
        paths = [rows[article_id].path for article_id in gone_ids]
        detail = _describe_missing_files(article_store, paths, len(rows))
        missing = Problem(what=article_store.name, reason=CommandReason.MISSING, detail=detail)
        return (missing, *problems)
    lost_ids = recovery.list_lost_files(article_store, store, gone_ids)
    for article_id in gone_ids:
        reason = FileReason.VANISHED
        if article_id in lost_ids:
            reason = FileReason.LOST_FILE
        problems.append(Problem(what=rows[article_id].path, reason=reason))
    return tuple(problems)


def _list_articles_without_file(changes: Changes, id_prefixes: Collection[str]) -> list[str]:
    """Return the ids of the articles whose file is gone. `changes`: the changed files.
    `id_prefixes`: the first characters of the article ids in new and edited files; an article with
    such an id is left out, because its file may only have been renamed."""
    return [
        article_id for article_id in changes.missing if article_id[:ID_CHARS] not in id_prefixes
    ]


def _describe_no_file(no_file: NoFile) -> Problem:
    """Return the problem that something has the name of an article file but is no file, such as a
    folder or a device."""
    detail = f"it is {no_file.kind}"
    return Problem(what=printable(no_file.path), reason=FileReason.NO_FILE, detail=detail)


def describe_duplicate(path: str, other: str) -> Problem:
    """Return the problem that two files have the same article id: the file at `path` and the file
    at `other`."""
    detail = f"has the id of {other}; delete one of the two"
    return Problem(what=path, reason=FileReason.DUPLICATE_ARTICLE, detail=detail)


def describe_unreadable(path: str, error: ConfigError | OSError) -> Problem:
    """Return the problem of the file at `path`, which cannot be read because of `error`. Raises
    DiskError if not the file is at fault but the machine, for example because its disk is full."""
    if isinstance(error, OSError):
        # a denied permission is a fault of the file
        faults_of_machine = OURS - {errno.EACCES, errno.EPERM}
        if error.errno in faults_of_machine:
            raise DiskError.of(error) from error
        return Problem(
            what=printable(path), reason=FileReason.UNREADABLE_FILE, detail=str(DiskError.of(error))
        )
    return Problem(what=printable(path), reason=FileReason.BAD_ARTICLE_FILE, detail=str(error))


@lru_cache(maxsize=1)
def _load_spellings(files: TaxonomyFiles) -> dict[str, str]:
    """Return the spelling of each tag in taxonomy.toml, by its name and by each of its aliases.
    These are folded: in the form in which names are compared."""
    if not files.toml.exists():
        return {}
    spellings = {}
    for tag in load_vocabulary(files.toml).tag:
        for name in (*tag.aliases, tag.name):
            spellings[fold(name)] = tag.name
    return spellings


def complete_hand_written(article: Article, files: TaxonomyFiles) -> Article:
    """Return an article that the operator wrote by hand with the values that its file lacks: an
    excerpt made from its text, if it has none, and tags spelled as in taxonomy.toml, unless a
    source has announced the article. Other articles are returned unchanged. `files`: the paths of
    taxonomy.toml and of learnt.npz."""
    # a file without a digest was not written by the program
    is_hand_written = not article.digest
    if not is_hand_written:
        return article
    if article.tags and not article.source_id:
        spellings = _load_spellings(files)
        tags = [spellings.get(fold(tag), tag) for tag in article.tags]
        article = replace(article, tags=tuple(dict.fromkeys(tags)))
    if article.excerpt or not article.body.strip():
        return article
    from syndicator.describing.summary.excerpt import summarize

    return replace(article, excerpt=summarize(article.title, article.text, article.language))


def _record_article(
    archive: Archive,
    configuration: Configuration,
    article: Article,
    stamp: FileStamp,
    recorded: Article | None,
) -> None:
    """Write the database row of an article that was read from a new or edited file. If the operator
    edited the file to release the article from hold, publish the article first. `stamp`: of the
    file; `recorded`: the article as its row has it, None for a new article."""
    was_on_hold = recorded is not None and recorded.hold
    was_merged = recorded is not None and bool(recorded.merged_into)
    if was_released(article, on_hold=was_on_hold):
        from syndicator.filing.entry.carry_out import release

        context = make_filing_context(archive, configuration.sources)
        article = release(article, stamp.path, context)
        stamp = archive.article_store.stamp(stamp.path)
    # the operator removed the line `merged_into` from the file
    is_split_by_hand = was_merged and not article.merged_into
    displayed = complete_hand_written(article, configuration.taxonomy)
    record = ArticleRecord(article=displayed, stamp=stamp, is_split=is_split_by_hand)
    archive.store.visits.record(record)


def find_other_file(
    files: ArticleStore, article: Article, stamp: FileStamp, earlier: FileStamp | None
) -> str | None:
    """Return the path of another file that has the same id as `article`; None if there is none.
    `stamp`: of the file that `article` was read from; `earlier`: of the file that the database has
    for this id, None if it has none."""
    if earlier is None:
        path = files.find(article.id)
        return None if path == stamp.path else path
    if earlier.path == stamp.path:
        return None
    # the recorded file may be gone, because it was renamed, or have another id by now
    try:
        earlier_article = files.get(earlier.path)
    except (ConfigError, OSError):
        return None
    has_same_id = earlier_article.id == article.id
    return earlier.path if has_same_id else None


def _undo_future_visit(state: SourceState, now: datetime) -> SourceState:
    """Correct the state of a source whose last visit is in the future because the clock was set
    back: return it with no time later than `now`, and due now. Return any other state unchanged."""
    last_visit = state.visits.last_visit
    if last_visit is None or last_visit <= now + AHEAD:
        return state
    visits = replace(
        state.visits,
        first_visit=_limit_time(state.visits.first_visit, now),
        last_success=_limit_time(state.visits.last_success, now),
        last_visit=None,
    )
    backoff = replace(
        state.backoff,
        failing_since=_limit_time(state.backoff.failing_since, now),
        gone_since=_limit_time(state.backoff.gone_since, now),
    )
    validators_at = _limit_time(state.validators.validators_at, now)
    moved_at = _limit_time(state.redirects.moved_at, now)
    recent = tuple(min(moment, now) for moment in state.cadence.recent)
    due_now = replace(state.schedule, next_due=now, feed_due=None, due_why="the clock was set back")
    return replace(
        state,
        visits=visits,
        backoff=backoff,
        validators=replace(state.validators, validators_at=validators_at),
        redirects=replace(state.redirects, moved_at=moved_at),
        cadence=replace(state.cadence, recent=recent),
        schedule=due_now,
    )


def _limit_time(moment: datetime | None, now: datetime) -> datetime | None:
    """Return the earlier of both times; None if `moment` is None."""
    return None if moment is None else min(moment, now)


class Walks:
    """Decides when the daemon (`up`) compares all article files with the database: at once if a
    folder or the configuration changed, else from time to time, at least hourly. `steady`: a clock
    in seconds that never goes back."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._next_walk = 0.0  # in the time of `steady`
        self._inputs: Any = None  # result of `_read_inputs` after the last walk or run, or None

    def update_from_files(
        self, archive: Archive, configuration: Configuration
    ) -> tuple[Problem, ...]:
        """Update the database from the article files, if something may have changed or the last
        update was long ago. Return a problem for each file that cannot be read or was lost, and one
        for a wrong clock."""
        began = self._steady()
        is_unchanged = self.is_unchanged(archive.article_store, configuration)
        if is_unchanged and began < self._next_walk:
            return recovery.reset_future_times(archive)
        self._inputs = None  # if the update fails, the next call tries again at once
        problems = update_from_files(archive, configuration)
        ended = self._steady()
        pause = min(_MOST_SECONDS, _WALKING_SHARE * (ended - began))
        self._next_walk = ended + pause
        return problems

    def is_unchanged(self, article_store: ArticleStore, configuration: Configuration) -> bool:
        """True if no folder of articles and no setting changed since the last call of `end`."""
        return bool(self._inputs == _read_inputs(article_store, configuration))

    def end(self, article_store: ArticleStore, configuration: Configuration) -> None:
        """Remember the present state of folders and configuration, with which `is_unchanged`
        compares. Call it when a run ends, so that its own writes do not count as edits."""
        self._inputs = _read_inputs(article_store, configuration)


def _read_inputs(article_store: ArticleStore, configuration: Configuration) -> Any:
    """Return a value to compare with an earlier one: it differs if the configuration changed, or if
    a file was created or deleted in a folder of articles."""
    return (
        configuration.settings,
        configuration.sources,
        dict(configuration.environ),
        article_store.read_folder_stamps(),
    )
