"""Recover when a run starts: from a wrong clock, a restored backup, edited lists of articles.

The lists are those of withdrawn and pruned articles and of carriers."""

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from syndicator.app.archive import Archive
from syndicator.app.beside import recorded
from syndicator.articles import disk
from syndicator.articles.beside.tab_lists import read_lines
from syndicator.articles.beside.withdrawals import WITHDRAWN, add_withdrawals
from syndicator.articles.fields import format_iso
from syndicator.configuration.settings import Settings
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, Problem, Source
from syndicator.core.ports.articles import ArticleStore, Snapshots
from syndicator.core.reasons import ConditionReason, FileReason
from syndicator.filing.save_article import write_article
from syndicator.store import codec
from syndicator.store.engine import Store

AHEAD = timedelta(minutes=10)  # two clocks may differ by so much
_NOTE = "clock"  # name of a note: the fault of our clock by the last servers that answered, or ""
_HOSTS = 3  # servers needed: a single server's clock is often wrong. A choice
_NAME = "newest.txt"
_HEAD = (
    "# When the newest article here was added. A folder that was put back is known by it: back it"
    " up with them.\n"
)
# names of notes: the time in the file; ids of articles that are fetched again
_NEWEST = "newest"
_LOST = "lost"
_VANISHED: Final = "vanished"  # name of a note: the files whose articles left their feeds
_REPORTED_FOR: Final = timedelta(days=7)  # a choice
_MOST_REPORTED: Final = 200  # a choice
_OPEN: Final = ("queued", "running", "building")  # jobs that have not ended
KEPT_FOR = timedelta(days=30)  # the file of a withdrawn article


def reset_future_times(archive: Archive) -> tuple[Problem, ...]:
    """Reset times of visits in the database that are in the future, because the clock was set back.
    Return a problem if the clock is wrong, else ()."""
    now = archive.clock()
    detail = describe_clock_fault(archive.store, now)
    if archive.store.ahead.was_visited_after(now + AHEAD):
        archive.store.ahead.reset_late_times(now, now + AHEAD)
        # the note compares the servers with our clock before it was set back
        archive.store.visits.set_note(_NOTE, None, now)
    if not detail:
        return ()
    return (Problem(what="clock", reason=FileReason.CLOCK_BEHIND, detail=detail),)


def compare_clocks(archive: Archive) -> tuple[Problem, ...]:
    """Compare the clock of this machine with the clocks of the servers that answered in this run.
    Return a problem if it is wrong by more than AHEAD, else (). Also return () if too few servers
    answered. The result is noted in the database for later runs."""
    offsets = archive.clock_offsets.values()
    if len(offsets) < _HOSTS:
        return ()
    nearest_first = sorted(offsets, key=abs)
    offset = nearest_first[(len(offsets) - 1) // 2]  # the median by distance from zero
    detail = ""
    if abs(offset) > AHEAD:
        direction = "ahead of" if offset > timedelta() else "behind"
        detail = f"it is {abs(offset)} {direction} the clocks of {len(offsets)} servers"
    visits = archive.store.visits
    if visits.note(_NOTE) != detail:
        visits.set_note(_NOTE, detail, archive.clock())
    if not detail:
        return ()
    return (Problem(what="clock", reason=ConditionReason.CLOCK, detail=detail),)


def describe_clock_fault(store: Store, now: datetime) -> str:
    """Return a text that says why the clock of this machine must be wrong; "" if nothing shows
    that. It must be wrong if `now` is before the last visit or before the newest article was added,
    or if an earlier run noted that the clocks of servers differ."""
    last = store.ahead.last_visit()
    newest = store.ahead.read_newest_added()
    if last and last > now + AHEAD:
        return (
            f"it says {format_iso(now)}, and the last visit was at {format_iso(last)}; what was"
            " published stays"
        )
    noted = store.visits.note(_NOTE)  # None: never compared; "": no fault
    if noted is None and newest and newest > now + AHEAD:
        return (
            f"it says {format_iso(now)}, and the newest article was added at {format_iso(newest)},"
            " which stays"
        )
    return noted or ""


def limit_dates_of_adding(archive: Archive, written: Collection[Article]) -> None:
    """Correct articles written by hand whose date of adding is in the future: change it to the
    present, in their files. Their order stays, as their new dates are a second apart. `written`:
    articles that are new or have a new date of adding."""
    now = archive.clock()
    latest = max(now, archive.store.ahead.read_newest_added() or now)
    from_future: list[Article] = []
    for article in written:
        # a file without a digest was not written by the program
        is_hand_written = not article.digest
        is_from_future = article.added is not None and article.added > latest + AHEAD
        if is_hand_written and is_from_future:
            from_future.append(article)

    # the newest first, each a second earlier than the one before
    from_future.sort(key=lambda article: (article.added, article.id), reverse=True)
    added = latest
    for article in from_future:
        path = archive.store.index.path(article.id)
        # `reconcile` reports a file that is broken or gone
        with suppress(ConfigError, FileNotFoundError):
            old = archive.article_store.get(path) if path else article
            write_article(
                archive.article_store,
                archive.store.visits,
                replace(old, added=added),
                before=old,
                path=path,
                ordered=("added",),
            )
        added -= timedelta(seconds=1)


def apply_carrier_list(archive: Archive, sources: Mapping[str, Source]) -> None:
    """Record in the database the carriers that are only in the list of carriers, a file beside the
    articles. A carrier of an article is a source that announced it. If the list is lost, write it
    again. A line that was removed from the list changes nothing. `sources`: the followed sources by
    key."""
    files = archive.article_store
    store = archive.store
    edits = recorded.CARRIED.find_edits(files, store, store.visits.list_announced)
    if edits is None:  # the list was not edited
        return
    # the name of a source is its configured title or the title that its feed gives
    titles = {key: state.channel.feed_title for key, state in store.visits.states().items()}
    names = {key: source.title or titles.get(key, "") for key, source in sources.items()}
    store.visits.add_carriers(edits.added, names)
    recorded.CARRIED.note_read(store, edits.stamp, archive.clock())


def write_newest_time(archive: Archive) -> None:
    """Store the time at which the newest article was added, both in a file beside the articles and
    in the database. If one of them is later restored from a backup, its time is older than the
    other."""
    visits = archive.store.visits
    newest = format_iso(archive.store.ahead.read_newest_added())
    if not newest:
        return
    is_noted = newest == visits.note(_NEWEST)
    if is_noted and not is_folder_older(archive.article_store, archive.store):
        return
    archive.article_store.file(_NAME).update(lambda old: f"{_HEAD}{newest}\n".encode())
    visits.set_note(_NEWEST, newest, archive.clock())


def is_folder_older(article_store: ArticleStore, store: Store) -> bool:
    """True if the folder of articles is older than the database, because it was restored from a
    backup. Both store the time at which the newest article was added."""
    newest_in_database = store.visits.note(_NEWEST)
    if not newest_in_database:
        return False
    times_in_folder = read_lines(article_store.file(_NAME).read())
    return max(times_in_folder, default="") < newest_in_database


def list_fetched_again(store: Store, gone: Collection[str]) -> set[str]:
    """Return the ids of those articles whose pages are being fetched again because their files were
    lost. `gone`: ids of articles without a file; only these are returned."""
    if not gone:
        return set()
    fetched_again: list[str] = json.loads(store.visits.note(_LOST) or "[]")
    return set(gone).intersection(fetched_again)


def list_lost_files(article_store: ArticleStore, store: Store, gone: Collection[str]) -> set[str]:
    """Return the ids of those articles whose file was lost and not deleted on purpose. If the
    folder of articles was restored from a backup, this is true for all of them; else only for those
    whose pages are being fetched again. `gone`: ids of articles without a file."""
    if gone and is_folder_older(article_store, store):
        return set(gone)
    return list_fetched_again(store, gone)


def fetch_again(archive: Archive, ids: Collection[str]) -> None:
    """Let the next visits fetch and read the pages of these articles again. `ids`: of the articles.
    A note in the database lists them, in place of the earlier ones; without ids, it is deleted."""
    visits = archive.store.visits
    noted = json.dumps(sorted(ids)) if ids else None
    if visits.note(_LOST) != noted:
        visits.reopen(ids, bound=True)
        visits.set_note(_LOST, noted, archive.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class VanishedFile:
    """An article file that a run found missing. `id`: of the article; `path`: of the file; `at`:
    time of the run."""

    id: str
    path: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vanished:
    """The content of the note _VANISHED, newest files first."""

    files: tuple[VanishedFile, ...] = ()


def note_missing_files(archive: Archive, paths: Mapping[str, str]) -> None:
    """Add article files that are gone to the note of missing files in the database, which reports
    use. The note has the newest files first, at most _MOST_REPORTED. `paths`: of the files that are
    gone, by article id."""
    now = archive.clock()
    files = [VanishedFile(id=article_id, path=path, at=now) for article_id, path in paths.items()]
    files += [file for file in _read_missing_files(archive.store) if file.id not in paths]
    vanished = _Vanished(files=tuple(files[:_MOST_REPORTED]))
    archive.store.visits.set_note(_VANISHED, codec.pack(vanished), now)


def list_missing_files(store: Store, now: datetime) -> list[Problem]:
    """Return a problem for each article file that a run of the last seven days found missing, and
    that is still missing."""
    problems = []
    for file in _read_missing_files(store):
        is_recent = now - file.at < _REPORTED_FOR
        is_still_gone = store.visits.stamp(file.id) is None
        if is_recent and is_still_gone:
            detail = f"its article left its feeds on {file.at:%Y-%m-%d}"
            problems.append(Problem(what=file.path, reason=FileReason.VANISHED, detail=detail))
    return problems


def _read_missing_files(store: Store) -> tuple[VanishedFile, ...]:
    """Return the missing files that earlier runs noted in the database, the newest first."""
    noted = store.visits.note(_VANISHED)
    return codec.unpack(_Vanished, noted).files if noted else ()


def forget_in_console(state_dir: Path, article_id: str, names: Iterable[str], path: str) -> None:
    """Delete the text of an article from the files of the web console: from its jobs, their pages,
    its copies for undo, and its log of changes. Changes of the article cannot be undone after that.

    `state_dir`: folder that has the console's files. `names`: strings by which a job may name the
    article. `path`: of the article's file."""
    console = state_dir / "console"

    # delete ended jobs that name the article; JSON may write its names with escapes
    json_names = [json.dumps(name)[1:-1].encode() for name in names if name]
    for job in (console / "jobs").glob("*.json"):
        data = job.read_bytes()
        mentions_article = any(name in data for name in json_names)
        if not mentions_article:
            continue
        has_ended = _parse_object(data).get("status") not in _OPEN
        if has_ended:
            job.unlink(missing_ok=True)

    # delete the pages of jobs, and the article's copies for undo
    for page in (console / "jobs").glob("*.page"):
        page.unlink(missing_ok=True)
    for copy in (console / "kept").glob("*.json"):
        content_by_file = _parse_object(copy.read_bytes())
        removed = content_by_file.pop(f"article:{path}", None)
        if removed is not None:
            disk.write(copy, json.dumps(content_by_file).encode())

    log = console / "changes.jsonl"
    if log.exists():
        _forget_changes(log, article_id)


def _forget_changes(log: Path, article_id: str) -> None:
    """Remove the messages and arguments of an article's changes from the console's log. The entries
    themselves stay. `log`: a file that has a JSON object on each line."""
    lines = log.read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines):
        change = _parse_object(line)
        if change.get("subject") == article_id:
            stripped = change | {"said": change["act"], "args": {}}
            lines[number] = json.dumps(stripped).encode() + b"\n"
    disk.write(log, b"".join(lines))


def _parse_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`; {} if `data` is no JSON, or JSON but no object."""
    try:
        value = json.loads(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def apply_withdrawn_list(archive: Archive, settings: Settings) -> None:
    """Make the database and the files agree with withdrawn.toml, the list of withdrawn articles.
    Articles that it lists are withdrawn. Articles that were removed from it are restored. Files
    that were kept for undo are deleted after KEPT_FOR. Raises ConfigError, OSError or
    StoreError."""
    files = archive.article_store
    visits = archive.store.visits
    known = {item.id: item for item in archive.store.index.withdrawn()}  # in the database
    # the list is lost: write it again
    if WITHDRAWN.stamp(files) is None and known:
        add_withdrawals(files, known.values())

    # withdraw the listed articles
    withdrawn = {item.id: item for item in WITHDRAWN.read(files)}
    for item in withdrawn.values():
        if item.id not in known:
            article = Article(id=item.id, url=item.url, title="")
            visits.withdraw(article, item.aliases, item.feeds, item.at)
        delete_withdrawn_file(archive, settings, item.id, item.url)

    # restore articles that are no longer listed, from files that were kept for undo
    for article_id in archive.kept_away.ids():
        if article_id not in withdrawn:
            _put_back(archive, article_id)
        elif withdrawn[article_id].at < archive.clock() - KEPT_FOR:
            archive.kept_away.drop(article_id)

    # let the database accept them again; articles without a file are read again
    for article_id in known.keys() - withdrawn.keys():
        sources = visits.readmit(article_id, unread=files.find(article_id) is None)
        make_sources_due(archive.store, sources, "a withdrawal was undone")


def delete_withdrawn_file(
    archive: Archive, settings: Settings, article_id: str, url: str, *, keep: bool = True
) -> None:
    """Delete the file of a withdrawn article and all copies of its text. Do nothing if the article
    has no file. `url`: address of the article. `keep`: True to keep the content of the file in the
    place from which `withdraw --undo` restores it."""
    path = archive.article_store.find(article_id)
    if path is None:
        return
    if keep:
        archive.kept_away.put(article_id, path, archive.article_store.read(path))
    archive.article_store.delete(path)
    forget_text(archive.snapshots, settings, article_id, url, path)


def forget_text(
    snapshots: Snapshots, settings: Settings, article_id: str, url: str, path: str
) -> None:
    """Delete all copies of an article's text, but not its file: its kept page, the cache of the
    command `learn`, and the copies of the web console. `url`: address of the article; `path`: of
    its file."""
    from syndicator.upkeep import learn

    snapshots.forget(article_id)
    learn.delete_cache(settings.state_dir / "learnt.npz")
    forget_in_console(settings.state_dir, article_id, (article_id, path, url), path)


def _put_back(archive: Archive, article_id: str) -> None:
    """Restore the file of an article that is no longer withdrawn from the copy that was kept for
    undo, unless the article has a file already. Then delete the copy."""
    kept_copy = archive.kept_away.get(article_id)
    has_file = archive.article_store.find(article_id) is not None
    if kept_copy is not None and not has_file:
        path, data = kept_copy
        try:
            archive.article_store.restore_file(path, data)
        except FileExistsError:  # another article's file has taken its name
            archive.article_store.restore_file(f"{path.removesuffix('.md')}-{article_id}.md", data)
    archive.kept_away.drop(article_id)


def make_sources_due(store: Store, keys: Collection[str], why: str) -> None:
    """Make sources due, and let their next visits read the whole feed. `keys`: of the sources;
    unknown ones are ignored. `why`: shown to the operator as the reason for the visit."""
    states = store.visits.states()
    due = []
    for key in keys:
        if key in states:
            state = states[key].asked_whole()
            due.append(replace(state, schedule=replace(state.schedule, due_why=why)))
    store.visits.save_states(due)


def apply_pruned_list(archive: Archive) -> None:
    """Make the database agree with the list of pruned (deleted) articles, a file beside the
    articles. Articles on lines that were added are deleted. Articles on lines that were removed are
    fetched again."""
    store = archive.store
    edits = recorded.PRUNED.find_edits(archive.article_store, store)
    if edits is None:  # the list was not edited
        return
    if edits.removed:
        make_sources_due(store, store.visits.forget_pruned(edits.removed), "a pruning was undone")
    store.visits.prune((), edits.added)
    recorded.PRUNED.note_read(store, edits.stamp, archive.clock())
