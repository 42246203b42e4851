"""Recovery at the start of a run: a wrong clock, a restored folder or database, edited lists of
articles."""

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from syndicator.app.container import App
from syndicator.articles import disk, fields
from syndicator.articles.beside import lists
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, Problem
from syndicator.core.ports.articles import ArticleStore
from syndicator.core.reasons import ConditionReason, FileReason
from syndicator.filing.refile import refile
from syndicator.store import codec
from syndicator.store.engine import Store

AHEAD = timedelta(minutes=10)  # two clocks may differ by so much
_NOTE = "clock"  # name of a note: the fault of our clock by the last servers that answered, or ""
_HOSTS = 3  # servers needed: a single server's clock is often wrong. A choice


def set_back(app: App) -> tuple[Problem, ...]:
    """Reset times in the future. Returns the problem, if any."""
    now, detail = app.clock(), behind(app.store, app.clock())
    if app.store.ahead.visited(now + AHEAD):
        app.store.ahead.set_back(now, now + AHEAD)
        app.store.visits.set_note(_NOTE, None, now)  # those servers answered before
    return (Problem(what="clock", reason=FileReason.CLOCK_BEHIND, detail=detail),) if detail else ()


def compare(app: App) -> tuple[Problem, ...]:
    """Compare the clock with the servers of this run. Returns the problem, if any."""
    offsets, visits = app.clock_offsets.values(), app.store.visits
    if len(offsets) < _HOSTS:
        return ()
    # as many are nearer to zero as are farther from it
    offset = sorted(offsets, key=abs)[(len(offsets) - 1) // 2]
    way = "ahead of" if offset > timedelta() else "behind"
    detail = (
        f"it is {abs(offset)} {way} the clocks of {len(offsets)} servers"
        if abs(offset) > AHEAD
        else ""
    )
    if visits.note(_NOTE) != detail:
        visits.set_note(_NOTE, detail, app.clock())
    return (Problem(what="clock", reason=ConditionReason.CLOCK, detail=detail),) if detail else ()


def behind(store: Store, now: datetime) -> str:
    """Return the fault of a clock behind the last visit, servers or newest article, or ""."""
    last, newest = store.ahead.last_visit(), store.ahead.newest_added()
    if last and last > now + AHEAD:
        return (
            f"it says {fields.iso(now)}, and the last visit was at {fields.iso(last)}; what was"
            " published stays"
        )
    noted = store.visits.note(_NOTE)
    if noted is None and newest and newest > now + AHEAD:
        return (
            f"it says {fields.iso(now)}, and the newest article was added at {fields.iso(newest)},"
            " which stays"
        )
    return noted or ""


def bring_back(app: App, written: Collection[Article]) -> None:
    """Date hand-written articles from the future as added now, in order."""
    newest = app.store.ahead.newest_added()
    latest = max(app.clock(), newest or app.clock())
    late = [
        item for item in written if not item.digest and item.added and item.added > latest + AHEAD
    ]
    for place, article in enumerate(
        sorted(late, key=lambda item: (item.added, item.id), reverse=True)
    ):
        path = app.store.index.path(article.id)
        # `reconcile` reports a file that is broken or gone
        with suppress(ConfigError, FileNotFoundError):
            before = app.article_store.get(path) if path else article
            after = replace(before, added=latest - timedelta(seconds=place))
            refile(
                app.article_store,
                app.store.visits,
                after,
                before=before,
                path=path,
                ordered=("added",),
            )


_CARRIERS_NOTE = "carried"  # name of a note: the stamp of the file whose lines the database has
_NO_FILE = "none"


def settle(app: App) -> None:
    """Record carriers that only their file has; rewrite a lost file."""
    store, files = app.store.visits, app.article_store
    stamp, noted = files.carried_stamp(), store.note(_CARRIERS_NOTE)
    if stamp is None:
        lines = dict.fromkeys((*store.carried(), *(store.announced() if noted is None else ())))
        if lines:
            files.carry(lines)
        stamp = files.carried_stamp() or _NO_FILE
    if stamp == noted:
        return
    recorded = set(store.carried())
    lacking = [line for line in files.carried() if line not in recorded]
    titles = {key: state.channel.feed_title for key, state in store.states().items()}
    store.carry(
        lacking, {key: source.title or titles.get(key, "") for key, source in app.sources.items()}
    )
    store.set_note(_CARRIERS_NOTE, stamp, app.clock())


_NAME = "newest.txt"
_HEAD = (
    "# When the newest article here was added. A folder that was put back is known by it: back it"
    " up with them.\n"
)
# names of notes: the time in the file; ids of articles that are fetched again
_NEWEST, _LOST = "newest", "lost"


def mark(app: App) -> None:
    """Write the newest article's time beside the articles and to the database."""
    newest = fields.iso(app.store.ahead.newest_added())
    if newest and (
        newest != app.store.visits.note(_NEWEST) or is_older(app.article_store, app.store)
    ):
        app.article_store.file(_NAME).update(lambda before: f"{_HEAD}{newest}\n".encode())
        app.store.visits.set_note(_NEWEST, newest, app.clock())


def is_older(article_store: ArticleStore, store: Store) -> bool:
    """True if the folder is older than the database, as after a restore."""
    noted = store.visits.note(_NEWEST)
    return bool(noted) and max(lists.read_lines(article_store.file(_NAME).read()), default="") < (
        noted or ""
    )


def awaited(store: Store, gone: Collection[str]) -> set[str]:
    """Return the ids in `gone` whose files are being fetched again."""
    return set(gone).intersection(json.loads(store.visits.note(_LOST) or "[]")) if gone else set()


def lost(article_store: ArticleStore, store: Store, gone: Collection[str]) -> set[str]:
    """Return the ids in `gone` whose files nobody deleted."""
    return set(gone) if gone and is_older(article_store, store) else awaited(store, gone)


def fetch_again(app: App, ids: Collection[str]) -> None:
    """Let the next visits read these articles again."""
    noted = json.dumps(sorted(ids)) if ids else None
    if app.store.visits.note(_LOST) != noted:
        app.store.visits.reopen(ids, bound=True)
        app.store.visits.set_note(_LOST, noted, app.clock())


_VANISHED: Final = "vanished"  # name of a note: the files whose articles left their feeds
_NAMED_FOR: Final = timedelta(days=7)  # a choice
_MOST_NAMED: Final = 200  # a choice


@dataclass(frozen=True, slots=True, kw_only=True)
class VanishedFile:
    """The file of an article that was gone at a run, and when."""

    id: str
    path: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vanished:
    files: tuple[VanishedFile, ...] = ()


def note_vanished(app: App, paths: Mapping[str, str]) -> None:
    """Note that the files at `paths`, by article id, are gone."""
    new = [VanishedFile(id=id, path=path, at=app.clock()) for id, path in paths.items()]
    before = [item for item in _read_vanished(app.store) if item.id not in paths]
    vanished = _Vanished(files=(*new, *before)[:_MOST_NAMED])
    app.store.visits.set_note(_VANISHED, codec.pack(vanished), app.clock())


def list_vanished(store: Store, now: datetime) -> list[Problem]:
    """Return the files that were gone at a run of the last week, and have not come back."""
    return [
        Problem(
            what=item.path,
            reason=FileReason.VANISHED,
            detail=f"its article left its feeds on {item.at:%Y-%m-%d}",
        )
        for item in _read_vanished(store)
        if now - item.at < _NAMED_FOR and store.visits.stamp(item.id) is None
    ]


def _read_vanished(store: Store) -> tuple[VanishedFile, ...]:
    noted = store.visits.note(_VANISHED)
    return codec.unpack(_Vanished, noted).files if noted else ()


_OPEN: Final = ("queued", "running", "building")  # jobs that have not ended


def forget(state_dir: Path, id: str, names: Iterable[str], path: str) -> None:
    """Delete an article's text from ended jobs, pages and changes, which cannot be undone then."""
    console = state_dir / "console"
    spelled = [json.dumps(name)[1:-1].encode() for name in names if name]
    for job in (console / "jobs").glob("*.json"):
        data = job.read_bytes()
        if any(name in data for name in spelled) and _read(data).get("status") not in _OPEN:
            job.unlink(missing_ok=True)
    for page in (console / "jobs").glob("*.page"):
        page.unlink(missing_ok=True)
    for copy in (console / "kept").glob("*.json"):
        files = _read(copy.read_bytes())
        if files.pop(f"article:{path}", None) is not None:
            disk.write(copy, json.dumps(files).encode())
    log = console / "changes.jsonl"
    if log.exists():
        lines = log.read_bytes().splitlines(keepends=True)
        for number, change in enumerate(map(_read, lines)):
            if change.get("subject") == id:
                lines[number] = (
                    json.dumps(change | {"said": change["act"], "args": {}}).encode() + b"\n"
                )
        disk.write(log, b"".join(lines))


def _read(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


KEPT_FOR = timedelta(days=30)  # the file of a withdrawn article


def settle_withdrawals(app: App) -> None:
    """Withdraw articles in withdrawn.toml, restore unlisted ones. Raises ConfigError, OSError,
    StoreError."""
    files, visits = app.article_store, app.store.visits
    recorded = {item.id: item for item in app.store.index.withdrawn()}
    if not files.lists_withdrawn() and recorded:
        files.list_withdrawn(recorded.values())
    listed = {item.id: item for item in files.withdrawn()}
    for item in listed.values():
        if item.id not in recorded:
            visits.withdraw(
                Article(id=item.id, url=item.url, title=""), item.aliases, item.feeds, item.at
            )
        take_away(app, item.id, item.url)
    for id in app.kept_away.ids():
        if id not in listed:
            _put_back(app, id)
        elif listed[id].at < app.clock() - KEPT_FOR:
            app.kept_away.drop(id)
    for id in recorded.keys() - listed.keys():
        read_again(
            app, visits.readmit(id, unread=files.find(id) is None), "a withdrawal was undone"
        )


def take_away(app: App, id: str, url: str, *, keep: bool = True) -> None:
    """Delete a withdrawn article's file and text. `keep`: save a copy for undo."""
    if (path := app.article_store.find(id)) is None:
        return
    if keep:
        app.kept_away.put(id, path, app.article_store.read(path))
    app.article_store.delete(path)
    forget_text(app, id, url, path)


def forget_text(app: App, id: str, url: str, path: str) -> None:
    """Delete all copies of a withdrawn article's text."""
    from syndicator.upkeep import learn

    app.snapshots.forget(id)
    learn.forget(app.settings.state_dir / "learnt.npz")
    forget(app.settings.state_dir, id, (id, path, url), path)


def _put_back(app: App, id: str) -> None:
    if (copy := app.kept_away.get(id)) is not None and app.article_store.find(id) is None:
        path, data = copy
        try:
            app.article_store.put_back(path, data)
        except FileExistsError:  # another article's file has taken its name
            app.article_store.put_back(f"{path.removesuffix('.md')}-{id}.md", data)
    app.kept_away.drop(id)


def read_again(app: App, keys: Collection[str], why: str) -> None:
    states = app.store.visits.states()
    whole = [states[key].asked_whole() for key in keys if key in states]
    due = [replace(state, schedule=replace(state.schedule, due_why=why)) for state in whole]
    app.store.visits.save_states(due)


NOTE = "pruned"  # name of a note: the stamp of the file whose lines the database has


def settle_prunings(app: App) -> None:
    """Apply pruned.tsv if it changed; fetch articles again whose line was removed."""
    files, visits = app.article_store, app.store.visits
    if files.pruned_stamp() == visits.note(NOTE):
        return
    if (recorded := set(visits.pruned())) and files.pruned_stamp() is None:
        files.prune(sorted(recorded))
    listed = files.pruned()
    if gone := recorded.difference(listed):
        read_again(app, visits.forget_pruned(gone), "a pruning was undone")
    visits.prune((), listed)
    note(app)


def note(app: App) -> None:
    """Record that the database agrees with pruned.tsv."""
    app.store.visits.set_note(NOTE, app.article_store.pruned_stamp(), app.clock())
