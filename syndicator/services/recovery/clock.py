"""A clock that is wrong, or was, is noticed and reported. What was published stays as it was: the order of feeds
follows `pipeline.entry.sequence`, whatever the clock says."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from syndicator.articles import fields
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, Problem
from syndicator.core.reasons import ConditionReason, FileReason
from syndicator.pipeline.refile import refile
from syndicator.services.container import App
from syndicator.store.engine import Store

# The times of two clocks may differ by so much.
AHEAD = timedelta(minutes=10)
_NOTE = "clock"  # the note: what is wrong with it by the servers that answered last, "" if nothing is
_HOSTS = 3  # so many servers can tell: the clock of one is wrong more often than ours. A choice


def set_back(app: App) -> tuple[Problem, ...]:
    """Has nothing wait for a time that the clock was at before it was set back, in the database alone. Returns the
    problem if the clock is behind what was stored. Raises StoreError."""
    now, detail = app.clock(), behind(app.store, app.clock())
    if app.store.ahead.visited(now + AHEAD):
        app.store.ahead.set_back(now, now + AHEAD)
        app.store.visits.set_note(_NOTE, None, now)  # those servers answered before
    return (Problem(what="clock", reason=FileReason.CLOCK_BEHIND, detail=detail),) if detail else ()


def compare(app: App) -> tuple[Problem, ...]:
    """Compares the clock with those of the servers that answered in this run, and notes what came of it. Returns the
    problem if it is wrong. Raises StoreError."""
    offsets, visits = app.clock_offsets.values(), app.store.visits
    if len(offsets) < _HOSTS:
        return ()
    offset = middle(offsets)
    way = "ahead of" if offset > timedelta() else "behind"
    detail = f"it is {abs(offset)} {way} the clocks of {len(offsets)} servers" if abs(offset) > AHEAD else ""
    if visits.note(_NOTE) != detail:
        visits.set_note(_NOTE, detail, app.clock())
    return (Problem(what="clock", reason=ConditionReason.CLOCK, detail=detail),) if detail else ()


def middle(offsets: Iterable[timedelta]) -> timedelta:
    """The offset that as many are nearer to zero than as are farther from it. Pure."""
    ordered = sorted(offsets, key=abs)
    return ordered[(len(ordered) - 1) // 2]


def behind(store: Store, now: datetime) -> str:
    """What is wrong with this machine's clock, "" if nothing says so: first by what the last visit says, then by the
    servers that answered, then by the newest article. Raises StoreError."""
    last, newest = store.ahead.last_visit(), store.ahead.newest_added()
    if last and last > now + AHEAD:
        return f"it says {fields.iso(now)}, and the last visit was at {fields.iso(last)}; what was published stays"
    noted = store.visits.note(_NOTE)
    if noted is None and newest and newest > now + AHEAD:
        return f"it says {fields.iso(now)}, and the newest article was added at {fields.iso(newest)}, which stays"
    return noted or ""


def bring_back(app: App, written: Collection[Article]) -> None:
    """Has files that a hand has just written and dated later than now count as of now, in their order; their date
    stays. Raises OSError, StoreError."""
    newest = app.store.ahead.newest_added()
    latest = max(app.clock(), newest or app.clock())
    late = [one for one in written if not one.digest and one.added and one.added > latest + AHEAD]
    for place, article in enumerate(sorted(late, key=lambda one: (one.added, one.id), reverse=True)):
        path = app.store.index.path(article.id)
        with suppress(ConfigError, FileNotFoundError):  # a file that is broken or gone is told of elsewhere
            before = app.article_store.get(path) if path else article
            after = replace(before, added=latest - timedelta(seconds=place))
            refile(app.article_store, app.store.visits, after, before=before, path=path, ordered=("added",))
