"""A worker's life: sessions on databases that come and go, dispatch and builds by whoever has the lock, reports."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import socket
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from syndicator.configuration.settings import Settings, load
from syndicator.core.errors import LockedError, MissingError, StoreError, UsageError, first_of
from syndicator.core.program import logger
from syndicator.pipeline.context import RunContext
from syndicator.services import reconcile, thumbnails
from syndicator.services.build import build_due, together
from syndicator.services.container import (
    App,
    Configuration,
    lease_seconds,
    locked,
    make_context,
    make_fetcher,
    open_app,
    valid_queries,
)
from syndicator.services.health.follow import follow
from syndicator.services.refresh import Totals, ask_model, make_worker
from syndicator.services.worker.lanes import Lanes
from syndicator.services.worker.session import Reach, Session, pause
from syndicator.store.engine import open_store
from syndicator.store.fleet.hosts import HeldHost
from syndicator.store.fleet.queue import open_queue
from syndicator.store.postgres import StoreAway, StoreBusy

_EVERY = 2.0  # seconds between two looks for what is to be built; this and the next are choices
_TELL_SECONDS = 60.0  # between two times at which a worker tells how its visits went
_PICTURE_SECONDS = 20.0  # for pictures, of the time that one worker has the lock
_MODEL_SECONDS = 60.0  # for the operator's language model, of the same


async def build(session: Session) -> None:
    """Build due feeds and record visits while the session lasts and we have the lock. Raises StoreError, OSError."""
    told = time.monotonic()
    while not session.ending:
        tells = bool(session.outcomes) and time.monotonic() - told >= _TELL_SECONDS
        if tells or session.settling.is_due(session.app):
            try:
                with locked(session.app.settings):
                    await _all_of_it(session)
                told = time.monotonic()
            except LockedError:
                logger("worker").debug("somebody else builds, or changes articles")
        await pause(session.stop, _EVERY)


async def _all_of_it(session: Session) -> None:
    app, began = session.app, time.monotonic()
    outcomes = [session.outcomes.popleft() for _ in range(len(session.outcomes))]
    built = await build_due(app, session.settling)
    if thumbnails.wanted(app):
        async with thumbnails.taking(app, session.run.fetcher, session.stop) as pictures:
            if pictures:
                await pictures.finish(_PICTURE_SECONDS)
    model = await ask_model(app, session.stop, _MODEL_SECONDS, lambda title: None)
    if model.changed:
        built = together(built, await build_due(app, session.settling))
    app.snapshots.prune(app.clock() - timedelta(days=app.settings.store.pages_days), daily=True)
    for problem in await follow(app, outcomes, built, seconds=time.monotonic() - began):
        logger("worker").info("nobody could be told", what=problem.what, detail=problem.detail)
    session.totals.files += len(built.written)
    logger("worker").info("built", files=len(built.written), held=len(built.held))


_DISPATCH_EVERY = 1.0  # second between two looks for hosts that are due: a choice
_MOST = 2000  # hosts handed out at a look
_FILL_SECONDS = 600.0  # between two looks at all sources for when their hosts are due: what a crash left is found


async def dispatch(session: Session) -> None:
    """Queue due hosts while the session lasts; a lost queue refills within a second. Raises StoreError."""
    filled = -_FILL_SECONDS
    while not session.ending:
        began = time.monotonic()
        with session.app.store.fleet.alone("dispatch") as ours:
            if ours:
                if began - filled >= _FILL_SECONDS:
                    session.hosts.fill()
                    filled = began
                await session.queue.offer(session.hosts.due(_MOST))
        await pause(session.stop, _DISPATCH_EVERY)


DRAIN_SECONDS = 25.0  # for work under way after a signal; systemd and Docker kill after that, at 30 as set up
_LONGEST_PAUSE = 15.0  # seconds between two tries to reach a database that is away: a choice
_LOOK = 10.0  # seconds between two looks whether sources were pushed


async def work(
    config: Path, lanes: int, *, stop: asyncio.Event, ready: Callable[[str], None], trouble: Callable[[str], None]
) -> Totals:
    """Work until `stop` is set. `ready` gets our name at each start, `trouble` a line on each fault. Raises
    ConfigError, UsageError, MissingError, StoreError for what waiting does not mend."""
    owner, tries = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}", 0
    totals, reach = Totals(), Reach()
    while not stop.is_set():
        settings = load(config)
        need_server(settings)
        try:
            await _session(config, settings, lanes, ready, owner=owner, stop=stop, totals=totals, reach=reach)
            tries = 0
        except (StoreError, OSError) as error:
            if not _passes(error, totals):
                raise
            seconds = min(_LONGEST_PAUSE, 2.0**tries) * (0.5 + random.random() / 2)
            tries += 1
            trouble(f"{error}; tried again in {seconds:.0f} s")
            await pause(stop, seconds)
    return totals


def _passes(error: StoreError | OSError, totals: Totals) -> bool:
    """True for faults that waiting mends (database, object store, a faster build), not for wrong settings or disks."""
    if isinstance(error, OSError):
        return error.errno == errno.EREMOTE and totals.jobs > 0
    return isinstance(error, StoreAway | StoreBusy) or totals.jobs > 0


def need_server(settings: Settings) -> None:
    """Raises UsageError where the database is a file, which has one machine."""
    if settings.store_url.startswith("sqlite"):
        raise UsageError(
            "workers share a database server: set store.url to postgresql://user@host/database. On one machine "
            "`syndicator up` does all of it"
        )


def pushed(config: Path, settings: Settings) -> Configuration:
    """A worker's configuration: pushed sources and its folder. Raises MissingError, ConfigError, StoreError."""
    with open_store(settings.store_url, articles_exist=True, create=True) as store:
        stamp, sources = store.fleet.stamp(), store.fleet.sources()
    if not stamp:
        raise MissingError(
            "no sources were pushed to this database: run `syndicator sources push` where sources.toml is"
        )
    queries, faults = valid_queries(config, settings, remember=True)
    return Configuration(settings=settings, sources=sources, queries=queries, sources_stamp=stamp, faults=faults)


async def _session(
    config: Path, settings: Settings, lanes: int, ready: Callable[[str], None], *, owner: str, **shared: Any
) -> None:
    lease = lease_seconds(settings)
    read = pushed(config, settings)
    with open_app(config, read=read) as app:
        async with open_queue(app.store.fleet.address, lease) as queue, _context(app) as run_context:
            session = Session(
                app=app,
                run=run_context,
                hosts=app.store.hosts(lease),
                queue=queue,
                owner=owner,
                lease=lease,
                over=asyncio.Event(),
                **shared,
            )
            session.hosts.give_up(owner)  # what a session had whose database went away
            ready(owner)
            try:
                await _tasks(session, lanes, read.sources_stamp)
            finally:
                with suppress(StoreError):  # the next session does it, or the leases end
                    session.hosts.give_up(owner)


@asynccontextmanager
async def _context(app: App) -> AsyncIterator[RunContext]:
    async with aclosing(make_fetcher(app)) as fetcher, aclosing(make_worker(app)) as worker:
        yield make_context(app, fetcher, worker, lambda title: None)


async def _tasks(session: Session, lanes: int, stamp: str) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for task in (dispatch(session), build(session), _watch(session, stamp)):
                group.create_task(task)
            working = group.create_task(Lanes(session, lanes).run())
            await _drain(session, working)
    except BaseExceptionGroup as failed:
        raise first_of(failed) from failed


async def _drain(session: Session, working: asyncio.Task[None]) -> None:
    """Waits for the end of the session, and for what is under way then, but not for ever."""
    while not session.ending and not working.done():
        await asyncio.wait((working,), timeout=0.2)
    await asyncio.wait((working,), timeout=DRAIN_SECONDS)
    if not working.done():
        working.cancel()


async def _watch(session: Session, stamp: str) -> None:
    """End the session when other sources were pushed; take in files of workers that are gone."""
    while not session.ending:
        if await pause(session.stop, _LOOK):
            return
        reconcile.left_behind(session.app)
        if session.app.store.fleet.stamp() != stamp:
            session.over.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetReport:
    """Hosts `due`, how `late` (s); jobs `queued`, `oldest` (s), `picked`; `dead` hosts; `workers` by name."""

    hosts: int
    due: int
    late: float
    queued: int
    oldest: float
    picked: int
    held: int
    named: Sequence[HeldHost]
    away: int
    dead: Sequence[str]
    workers: Sequence[str]
    freed: int = 0


async def look(config: Path, *, requeue: bool = False) -> FleetReport:
    """The state of the fleet. `requeue`: retry held hosts. Raises ConfigError, UsageError, StoreError."""
    settings = load(config)
    need_server(settings)
    lease = lease_seconds(settings)
    with open_store(settings.store_url, articles_exist=True, create=True) as store:
        hosts = store.hosts(lease)
        freed = hosts.free_poison() if requeue else 0
        async with open_queue(store.fleet.address, lease) as queue:
            depths = await queue.look(revive=requeue)
        counts = hosts.counts()
        of_hosts = {name: getattr(counts, name) for name in ("hosts", "due", "late", "held", "named", "away")}
        of_queue = {name: getattr(depths, name) for name in ("queued", "oldest", "picked", "dead")}
        return FleetReport(**of_hosts, **of_queue, workers=store.fleet.workers(), freed=freed)
