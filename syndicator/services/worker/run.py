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
from datetime import UTC, datetime, timedelta
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
from syndicator.services.worker.lanes import SIDE_BY_SIDE, work_on
from syndicator.services.worker.session import OwnTurns, Reach, Session, pause
from syndicator.store.codec import moment
from syndicator.store.engine import StoreNewer, open_store
from syndicator.store.fleet.engine import Engine
from syndicator.store.fleet.hosts import HeldHost
from syndicator.store.fleet.shards import Job
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


_FILL_SECONDS = 600.0  # between two looks at all sources for jobs that are missing or too late: what a crash left
_RECOVERIES, _SIGNS = 3, 6  # in a lease: looks for jobs of silent workers, and signs of life


async def recover(session: Session) -> None:
    """Give the jobs of silent workers away, and make those that are missing. Raises StoreError."""
    filled = -_FILL_SECONDS
    while not session.ending:
        if not session.shards.recover() or time.monotonic() - filled >= _FILL_SECONDS:
            session.shards.fill()
            session.hosts.prune()
            filled = time.monotonic()
        await pause(session.stop, session.lease / _RECOVERIES)


async def live(session: Session, engine: Engine, clock: DatabaseClock) -> None:
    """Say that we live, until cancelled: also while work under way ends. Raises StoreError."""
    while True:
        if engine.worker is not None:
            beat = session.shards.beat(engine.worker, session.owner)
            session.turns.asks_until = beat.asks_until
            clock.set(beat.now)
        await asyncio.sleep(session.lease / _SIGNS if engine.worker is not None else _SOON)


class DatabaseClock:
    """The database's clock, from this machine's: all machines have one time."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def set(self, now: int) -> None:
        """It is `now` there, in microseconds since 1970."""
        self._ahead = moment(now) - datetime.now(UTC)

    def __call__(self) -> datetime:
        return (datetime.now(UTC) + self._ahead).replace(microsecond=0)


DRAIN_SECONDS = 25.0  # for work under way after a signal; systemd and Docker kill after that, at 30 as set up
_LONGEST_PAUSE = 15.0  # seconds between two tries to reach a database that is away: a choice
_JOBS = 8  # of a worker at a time, so that each of sixteen workers has some: a choice
_SOON = 0.05  # seconds between two looks if the engine has begun
_LOOK = 10.0  # seconds between two looks whether sources were pushed


async def work(
    config: Path, lanes: int, *, stop: asyncio.Event, ready: Callable[[str], None], trouble: Callable[[str], None]
) -> Totals:
    """Work until `stop` is set, or a newer version has moved the database on. `ready` gets our name at each start,
    `trouble` a line on each fault. Raises ConfigError, UsageError, MissingError, StoreError for what waiting does not
    mend."""
    owner, tries = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}", 0
    totals, reach = Totals(), Reach()
    while not stop.is_set():
        settings = load(config)
        need_server(settings)
        try:
            await _session(config, settings, lanes, ready, owner=owner, stop=stop, totals=totals, reach=reach)
            tries = 0
        except StoreNewer as newer:
            trouble(f"{newer}; this worker ends")
            break
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
        return error.errno == errno.EREMOTE
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
    lease, clock = lease_seconds(settings), DatabaseClock()
    read = pushed(config, settings)
    with open_app(config, read=read, clock=clock) as app:
        hosts, shards = app.store.hosts(lease), app.store.shards(lease)
        clock.set(shards.now())
        turns = OwnTurns(hosts)
        async with _context(app, turns) as run_context:
            session = Session(
                app=app,
                run=run_context,
                hosts=hosts,
                shards=shards,
                turns=turns,
                owner=owner,
                lease=lease,
                room=asyncio.Semaphore(lanes * SIDE_BY_SIDE),
                over=asyncio.Event(),
                **shared,
            )
            shards.install()
            hosts.give_up(owner, settings.fetch.pause)  # what a session had whose database went away
            ready(owner)
            try:
                await _tasks(session, lanes, read.sources_stamp, clock)
            finally:
                with suppress(StoreError):  # the next session does it, or the leases end
                    hosts.give_up(owner, settings.fetch.pause)


@asynccontextmanager
async def _context(app: App, turns: OwnTurns) -> AsyncIterator[RunContext]:
    async with aclosing(make_fetcher(app, turns)) as fetcher, aclosing(make_worker(app)) as worker:
        yield make_context(app, fetcher, worker, lambda title: None)


async def _tasks(session: Session, lanes: int, stamp: str, clock: DatabaseClock) -> None:
    failed: list[Exception] = []

    async def job(given: Job) -> None:
        try:
            await work_on(session, given)
        except Exception as error:  # noqa: BLE001 - it is raised below; the engine would only log it
            failed.append(error)
            session.over.set()

    engine = Engine(session.shards.address, job, lanes=min(lanes, _JOBS), lease=session.lease, grace=DRAIN_SECONDS)
    try:
        async with asyncio.TaskGroup() as group:
            for task in (recover(session), build(session), _watch(session, stamp)):
                group.create_task(task)
            living = group.create_task(live(session, engine, clock))
            working = group.create_task(engine.run())
            while not session.ending and not working.done():
                await asyncio.wait((working,), timeout=0.2)
            if not session.ending:
                raise StoreAway("the queue's engine has ended")
            engine.stop()
            await asyncio.wait((working,))
            living.cancel()
    except BaseExceptionGroup as group_failed:
        raise first_of(group_failed) from group_failed
    if failed:
        raise failed[0]


async def _watch(session: Session, stamp: str) -> None:
    """End the session when other sources were pushed, or a newer version moved the database on; take in files of
    workers that are gone."""
    while not session.ending:
        if await pause(session.stop, _LOOK):
            return
        reconcile.left_behind(session.app)
        if session.app.store.fleet.stamp() != stamp or not session.app.store.current:
            session.over.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetReport:
    """Hosts `due`, how `late` (s); jobs `queued`, `oldest` (s), `picked`; `dead` hosts, of the first 20 that are held;
    `workers` by name."""

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
        hosts, shards = store.hosts(lease), store.shards(lease)
        shards.install()
        freed = hosts.free_poison() if requeue else 0
        if freed:
            shards.fill()
        depths, counts = shards.depths(), hosts.counts()
        return FleetReport(
            **{name: getattr(counts, name) for name in ("hosts", "due", "late", "held", "named", "away")},
            **{name: getattr(depths, name) for name in ("queued", "oldest", "picked")},
            dead=[one.name for one in counts.named if one.poison],
            workers=hosts.owners(),
            freed=freed,
        )
