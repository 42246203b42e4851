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


def set_back(archive: Archive) -> tuple[Problem, ...]:
    """Reset times in the database that are in the future. Return a problem if the clock is wrong,
    else ()."""
    now = archive.clock()
    detail = describe_clock_fault(archive.store, now)
    if archive.store.ahead.was_visited_after(now + AHEAD):
        archive.store.ahead.reset_late_times(now, now + AHEAD)
        archive.store.visits.set_note(_NOTE, None, now)  # those servers answered before
    if not detail:
        return ()
    return (Problem(what="clock", reason=FileReason.CLOCK_BEHIND, detail=detail),)


def compare_clocks(archive: Archive) -> tuple[Problem, ...]:
    """Compare the clock of this machine with those of the servers that answered in this run. Return
    a problem if it is off by more than AHEAD. The result is noted for later runs."""
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
    """Return what is wrong with the clock, "" for nothing. It is wrong if it is behind the last
    visit or the newest article, or if the servers of an earlier run said so."""
    last = store.ahead.last_visit()
    newest = store.ahead.read_newest_added()
    if last and last > now + AHEAD:
        return (
            f"it says {format_iso(now)}, and the last visit was at {format_iso(last)}; what was"
            " published stays"
        )
    noted = store.visits.note(_NOTE)
    if noted is None and newest and newest > now + AHEAD:
        return (
            f"it says {format_iso(now)}, and the newest article was added at {format_iso(newest)},"
            " which stays"
        )
    return noted or ""


def limit_dates_of_adding(archive: Archive, written: Collection[Article]) -> None:
    """Change dates of adding that are in the future to the present, for articles written by hand.
    Their order stays: each is added a second after the one before. `written`: articles whose date
    is new."""
    now = archive.clock()
    latest = max(now, archive.store.ahead.read_newest_added() or now)
    from_future = []
    for article in written:
        is_hand_written = not article.digest
        is_from_future = article.added is not None and article.added > latest + AHEAD
        if is_hand_written and is_from_future:
            from_future.append(article)
    from_future.sort(key=lambda article: (article.added, article.id), reverse=True)
    added = latest
    for article in from_future:  # the newest first, each a second earlier than the one before
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


def settle_carriers(archive: Archive, sources: Mapping[str, Source]) -> None:
    """Record the carriers (sources that announced an article) that are only in their list beside
    the articles. If the list is lost, write it again. A line that was removed from the list changes
    nothing."""
    files = archive.article_store
    store = archive.store
    edits = recorded.CARRIED.find_edits(files, store, store.visits.list_announced)
    if edits is None:
        return
    titles = {key: state.channel.feed_title for key, state in store.visits.states().items()}
    names = {key: source.title or titles.get(key, "") for key, source in sources.items()}
    store.visits.add_carriers(edits.added, names)
    recorded.CARRIED.note_read(store, edits.stamp, archive.clock())


def write_newest_time(archive: Archive) -> None:
    """Write down when the newest article was added, in a file beside the articles and in the
    database. A restored backup of one of them is then noticed by its older time."""
    visits = archive.store.visits
    newest = format_iso(archive.store.ahead.read_newest_added())
    if not newest:
        return
    is_noted = newest == visits.note(_NEWEST)
    if is_noted and not is_older(archive.article_store, archive.store):
        return
    archive.article_store.file(_NAME).update(lambda old: f"{_HEAD}{newest}\n".encode())
    visits.set_note(_NEWEST, newest, archive.clock())


def is_older(article_store: ArticleStore, store: Store) -> bool:
    """True if the folder of articles is older than the database, as after a restored backup."""
    newest_in_database = store.visits.note(_NEWEST)
    if not newest_in_database:
        return False
    times_in_folder = read_lines(article_store.file(_NAME).read())
    return max(times_in_folder, default="") < newest_in_database


def list_fetched_again(store: Store, gone: Collection[str]) -> set[str]:
    """Return which of these articles are being fetched again because their files were lost. `gone`:
    ids of articles without a file."""
    if not gone:
        return set()
    fetched_again: list[str] = json.loads(store.visits.note(_LOST) or "[]")
    return set(gone).intersection(fetched_again)


def list_lost_files(article_store: ArticleStore, store: Store, gone: Collection[str]) -> set[str]:
    """Return which of these articles lost their file although nobody deleted it on purpose. If the
    folder was restored from a backup, these are all; else only those that are being fetched again.
    `gone`: ids of articles without a file."""
    if gone and is_older(article_store, store):
        return set(gone)
    return list_fetched_again(store, gone)


def fetch_again(archive: Archive, ids: Collection[str]) -> None:
    """Let the next visits read the articles with these ids again. Note the ids in place of those
    noted before; without ids, the note is deleted."""
    noted = json.dumps(sorted(ids)) if ids else None
    if archive.store.visits.note(_LOST) != noted:
        archive.store.visits.reopen(ids, bound=True)
        archive.store.visits.set_note(_LOST, noted, archive.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class VanishedFile:
    """The file of an article that was gone at a run, and when."""

    id: str
    path: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vanished:
    """The content of the note _VANISHED, newest files first."""

    files: tuple[VanishedFile, ...] = ()


def note_vanished(archive: Archive, paths: Mapping[str, str]) -> None:
    """Note that article files are gone, before the files noted earlier. Only the newest
    _MOST_REPORTED are kept. `paths`: of the gone files, by article id."""
    now = archive.clock()
    files = [VanishedFile(id=article_id, path=path, at=now) for article_id, path in paths.items()]
    files += [file for file in _read_vanished(archive.store) if file.id not in paths]
    vanished = _Vanished(files=tuple(files[:_MOST_REPORTED]))
    archive.store.visits.set_note(_VANISHED, codec.pack(vanished), now)


def list_vanished(store: Store, now: datetime) -> list[Problem]:
    """Return a problem for each article file that a run of the last seven days found gone and that
    has not come back."""
    problems = []
    for file in _read_vanished(store):
        is_recent = now - file.at < _REPORTED_FOR
        is_still_gone = store.visits.stamp(file.id) is None
        if is_recent and is_still_gone:
            detail = f"its article left its feeds on {file.at:%Y-%m-%d}"
            problems.append(Problem(what=file.path, reason=FileReason.VANISHED, detail=detail))
    return problems


def _read_vanished(store: Store) -> tuple[VanishedFile, ...]:
    noted = store.visits.note(_VANISHED)
    return codec.unpack(_Vanished, noted).files if noted else ()


def forget(state_dir: Path, article_id: str, names: Iterable[str], path: str) -> None:
    """Delete the text of an article from the files of the console: ended jobs that name it, their
    pages, and copies for undo. Changes of the article cannot be undone after that. `names`: strings
    by which a job may name the article; `path`: of its file."""
    console = state_dir / "console"
    # as JSON writes the names, without quotation marks
    json_names = [json.dumps(name)[1:-1].encode() for name in names if name]
    for job in (console / "jobs").glob("*.json"):
        data = job.read_bytes()
        mentions_article = any(name in data for name in json_names)
        if not mentions_article:
            continue
        has_ended = _parse_object(data).get("status") not in _OPEN
        if has_ended:
            job.unlink(missing_ok=True)
    for page in (console / "jobs").glob("*.page"):
        page.unlink(missing_ok=True)
    for copy in (console / "kept").glob("*.json"):
        files = _parse_object(copy.read_bytes())
        removed = files.pop(f"article:{path}", None)
        if removed is not None:
            disk.write(copy, json.dumps(files).encode())
    log = console / "changes.jsonl"
    if log.exists():
        _forget_changes(log, article_id)


def _forget_changes(log: Path, article_id: str) -> None:
    """Remove messages and arguments from the changes of an article in the console's log. The
    entries themselves stay."""
    lines = log.read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines):
        change = _parse_object(line)
        if change.get("subject") == article_id:
            stripped = change | {"said": change["act"], "args": {}}
            lines[number] = json.dumps(stripped).encode() + b"\n"
    disk.write(log, b"".join(lines))


def _parse_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`; {} if it is no JSON or no object."""
    try:
        value = json.loads(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def settle_withdrawals(archive: Archive, settings: Settings) -> None:
    """Make the database and the files agree with withdrawn.toml. Articles that it lists are
    withdrawn. Articles that were removed from it come back. Files that were kept for undo are
    deleted after KEPT_FOR. Raises ConfigError, OSError or StoreError."""
    files = archive.article_store
    visits = archive.store.visits
    known = {item.id: item for item in archive.store.index.withdrawn()}
    if WITHDRAWN.stamp(files) is None and known:
        add_withdrawals(files, known.values())
    withdrawn = {item.id: item for item in WITHDRAWN.read(files)}
    for item in withdrawn.values():
        if item.id not in known:
            article = Article(id=item.id, url=item.url, title="")
            visits.withdraw(article, item.aliases, item.feeds, item.at)
        take_away(archive, settings, item.id, item.url)
    for article_id in archive.kept_away.ids():
        if article_id not in withdrawn:
            _put_back(archive, article_id)
        elif withdrawn[article_id].at < archive.clock() - KEPT_FOR:
            archive.kept_away.drop(article_id)
    for article_id in known.keys() - withdrawn.keys():
        sources = visits.readmit(article_id, unread=files.find(article_id) is None)
        read_again(archive.store, sources, "a withdrawal was undone")


def take_away(
    archive: Archive, settings: Settings, article_id: str, url: str, *, keep: bool = True
) -> None:
    """Delete the file of a withdrawn article and all copies of its text. `keep`: True to keep the
    file where undo finds it."""
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
    """Delete all copies of an article's text, except its file: the kept page, the cache of `learn`,
    and the copies of the console. `path`: of the article's file."""
    from syndicator.upkeep import learn

    snapshots.forget(article_id)
    learn.delete_cache(settings.state_dir / "learnt.npz")
    forget(settings.state_dir, article_id, (article_id, path, url), path)


def _put_back(archive: Archive, article_id: str) -> None:
    """Restore the kept file of an article that is no longer withdrawn, unless the article has a
    file already. The kept copy is deleted in either case."""
    copy = archive.kept_away.get(article_id)
    if copy is not None and archive.article_store.find(article_id) is None:
        path, data = copy
        try:
            archive.article_store.restore_file(path, data)
        except FileExistsError:  # another article's file has taken its name
            archive.article_store.restore_file(f"{path.removesuffix('.md')}-{article_id}.md", data)
    archive.kept_away.drop(article_id)


def read_again(store: Store, keys: Collection[str], why: str) -> None:
    """Make sources due. Their feeds are then read as a whole. `keys`: of the sources; unknown ones
    are ignored. `why`: shown as the reason of the visit."""
    states = store.visits.states()
    due = []
    for key in keys:
        if key in states:
            state = states[key].asked_whole()
            due.append(replace(state, schedule=replace(state.schedule, due_why=why)))
    store.visits.save_states(due)


def settle_prunings(archive: Archive) -> None:
    """Make the database agree with the list of pruned articles. Articles on added lines are
    deleted. Articles on removed lines are fetched again."""
    store = archive.store
    edits = recorded.PRUNED.find_edits(archive.article_store, store)
    if edits is None:
        return
    if edits.removed:
        read_again(store, store.visits.forget_pruned(edits.removed), "a pruning was undone")
    store.visits.prune((), edits.added)
    recorded.PRUNED.note_read(store, edits.stamp, archive.clock())
