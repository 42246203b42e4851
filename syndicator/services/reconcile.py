"""Brings the database into line with what the operator wrote: states with sources.toml, rows with article files."""

from __future__ import annotations

import errno
import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from syndicator.errors import OURS, ConfigError, DiskError
from syndicator.model import Article, Problem, Source, SourceState
from syndicator.ports import FileStamp
from syndicator.reasons import FileReason
from syndicator.services.build import release
from syndicator.services.container import App

# A clock that ran ahead by more than this and was set right leaves times behind that are no longer believed.
AHEAD = timedelta(minutes=10)

OWNED_SINCE = "owned since"  # the note with the time of the first start at which articles had owners
CARRIED = "carried"  # the note with the stamp of the file of carriers whose lines the database has
NO_FILE = "none"


def sources(app: App) -> dict[str, SourceState]:
    """A state for every source in sources.toml; a source whose URL the operator changed starts its validators and its
    health anew, one that is to be visited otherwise than before is due now. States of sources that are gone are
    dropped; their articles and feeds stay."""
    known = app.store.visits.states()
    for key in known.keys() - app.sources.keys():
        app.store.visits.drop_state(key)
    now = app.clock()
    wanted = {key: _in_time(_reconciled(source, known.get(key)), now) for key, source in app.sources.items()}
    app.store.visits.save_states([state for key, state in wanted.items() if state != known.get(key)])
    return wanted


def _reconciled(source: Source, state: SourceState | None) -> SourceState:
    terms = _terms(source)
    if state is None:
        return SourceState(key=source.key, url=source.url, terms=terms)
    if state.url != source.url:
        fresh = SourceState(key=source.key, url=source.url, terms=terms)
        return replace(fresh, first_visit=state.first_visit, last_success=state.last_success, recent=state.recent)
    if state.terms not in ("", terms):  # an edit may have mended what kept it from being visited: no waiting
        return replace(state, terms=terms, failures=0, next_due=None, feed_due=None, due_why="sources.toml was edited")
    return replace(state, terms=terms)


def _terms(source: Source) -> str:
    """A digest of what decides when and how `source` is visited: 16 hex characters, enough to notice an edit."""
    terms = (source.kind, source.every, source.cron, source.robots, source.allow, sorted(source.headers_env.items()))
    return hashlib.sha256(repr((*terms, source.enabled)).encode()).hexdigest()[:16]


def files(app: App) -> tuple[Problem, ...]:
    """Does as the files beside the articles say, records article files that are new or were edited by hand, forgets
    those that were deleted, and records which sources carry them. Returns the files that could not be read, each with
    its reason: they stay as they are. Raises ConfigError, OSError, StoreError."""
    visits = app.store.visits
    app.beside.believe()
    app.beside.follow(app.sources)
    if visits.note(OWNED_SINCE) is None:
        visits.set_note(OWNED_SINCE, app.clock().isoformat(), app.clock())
    _withdrawals(app)
    rows = visits.stamps()
    changes = app.article_store.changed(rows)
    problems = []
    for stamp in (*changes.new, *changes.edited):
        try:
            article = app.article_store.get(stamp.path)
        except FileNotFoundError:
            continue  # deleted since the folder was read: missing next time
        except (ConfigError, OSError) as error:
            problems.append(unreadable(stamp.path, error))
            continue
        other = _elsewhere(app, article, stamp)
        if other:
            detail = f"has the id of {other}; delete one of the two"
            problems.append(Problem(what=stamp.path, reason=FileReason.DUPLICATE_ARTICLE, detail=detail))
            continue
        _record(app, article, stamp)
    if changes.missing:
        release(app, changes.missing)
    for id in changes.missing:
        visits.forget(id)
    carriers(app)
    return tuple(problems)


def carriers(app: App) -> None:
    """Records those lines of the file that the database lacks, as after a crash between the two or with a database that
    was restored. Looks no further than at the file's stamp where that is the one of last time. Where there is no file
    it is made of what the database knows: an earlier version kept no carriers, but it did keep which source announced
    which article. Raises OSError, StoreError."""
    store, files = app.store.visits, app.article_store
    stamp, noted = files.carried_stamp(), store.note(CARRIED)
    if stamp is None:
        found = dict.fromkeys((*store.carried(), *(store.announced() if noted is None else ())))
        if found:
            files.carry(found)
        stamp = files.carried_stamp() or NO_FILE
    if stamp == noted:
        return
    known = set(store.carried())
    lacking = [one for one in files.carried() if one not in known]
    store.carry(lacking, _feed_names(app))
    store.set_note(CARRIED, stamp, app.clock())


def _feed_names(app: App) -> dict[str, str]:
    """What the feeds of sources are called."""
    states = app.store.visits.states()
    return {key: one.title or (states[key].feed_title if key in states else "") for key, one in app.sources.items()}


def _withdrawals(app: App) -> None:
    """Withdraws what the article store lists as withdrawn and the database does not, as after a crash in between."""
    known = {one.id for one in app.store.index.withdrawn()}
    for one in app.article_store.withdrawn():
        if one.id not in known:
            app.store.visits.withdraw(Article(id=one.id, url=one.url, title=""), one.aliases, one.feeds, one.at)
        path = app.article_store.find(one.id)
        if path:
            app.article_store.delete(path)


def unreadable(path: str, error: ConfigError | OSError) -> Problem:
    """The problem of an article file that is no article, or that the system refuses to read. Raises DiskError for what
    is wrong with the machine and not with the file."""
    if isinstance(error, OSError):
        if error.errno in OURS - {errno.EACCES, errno.EPERM}:
            raise DiskError.of(error) from error
        return Problem(what=path, reason=FileReason.UNREADABLE_FILE, detail=str(DiskError.of(error)))
    return Problem(what=path, reason=FileReason.BAD_ARTICLE_FILE, detail=str(error))


def _record(app: App, article: Article, stamp: FileStamp) -> None:
    visits = app.store.visits
    before = visits.article(article.id)
    by_hand = before is not None and bool(before.merged_into) and not article.merged_into  # the line was taken out
    visits.record(article, stamp, parted=by_hand)


def _elsewhere(app: App, article: Article, stamp: FileStamp) -> str | None:
    """The path of another file with the id of this article, None when there is none."""
    known = app.store.visits.stamp(article.id)
    if known is None or known.path == stamp.path:
        return None
    try:
        return known.path if app.article_store.get(known.path).id == article.id else None
    except (ConfigError, OSError):
        return None


def _in_time(state: SourceState, now: datetime) -> SourceState:
    """A source whose last visit lies in the future (the clock was wrong then and has been set right) is due now."""
    if state.last_visit is None or state.last_visit <= now + AHEAD:
        return state
    return replace(state, last_visit=None, next_due=now, feed_due=None, due_why="the clock was set back")
