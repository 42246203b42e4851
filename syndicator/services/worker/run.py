"""A worker from its start to its end, over databases that go away and come back."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from syndicator.configuration.settings import Settings, load
from syndicator.core.errors import MissingError, StoreError, UsageError, first_of
from syndicator.pipeline.context import RunContext
from syndicator.publishing.queries import load_queries
from syndicator.services import reconcile
from syndicator.services.container import App, Configuration, lease_seconds, make_context, make_fetcher, open_app
from syndicator.services.refresh import make_worker
from syndicator.services.worker.building import build
from syndicator.services.worker.dispatch import dispatch
from syndicator.services.worker.lanes import Lanes
from syndicator.services.worker.session import Reach, Session, Totals, pause
from syndicator.store.dialect.postgres import StoreAway, StoreBusy
from syndicator.store.engine import open_store
from syndicator.store.fleet.queue import open_queue

DRAIN_SECONDS = 25.0  # for work under way after a signal; systemd and Docker kill after that, at 30 as set up
_LONGEST_PAUSE = 15.0  # seconds between two tries to reach a database that is away: a choice
_LOOK = 10.0  # seconds between two looks whether sources were pushed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worker:
    """What outlives a session."""

    config: Path
    lanes: int
    owner: str
    stop: asyncio.Event
    ready: Callable[[str], None]
    totals: Totals = field(default_factory=Totals)
    reach: Reach = field(default_factory=Reach)


async def work(
    config: Path, lanes: int, *, stop: asyncio.Event, ready: Callable[[str], None], trouble: Callable[[str], None]
) -> Totals:
    """Works until `stop` is set. `ready` is given who this worker is each time that it begins, `trouble` one line on
    what is wrong and goes on. Raises ConfigError, UsageError, MissingError, StoreError for what waiting does not
    mend."""
    owner, tries = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}", 0
    worker = _Worker(config=config, lanes=lanes, owner=owner, stop=stop, ready=ready)
    while not stop.is_set():
        settings = load(config)
        need_server(settings)
        try:
            await _session(worker, settings)
            tries = 0
        except (StoreError, OSError) as error:
            if not _passes(error, worker.totals):
                raise
            seconds = min(_LONGEST_PAUSE, 2.0**tries) * (0.5 + random.random() / 2)
            tries += 1
            trouble(f"{error}; tried again in {seconds:.0f} s")
            await pause(stop, seconds)
    return worker.totals


def _passes(error: StoreError | OSError, totals: Totals) -> bool:
    """True for what waiting mends: a database or object store that is away, another build that was quicker; not what is
    wrong from the start, nor what is wrong with a disk of this machine."""
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
    """The configuration of a worker: sources as they were pushed, all else from its folder. Raises MissingError where
    none were, ConfigError, StoreError."""
    with open_store(settings.store_url, articles_exist=True, create=True) as store:
        stamp, sources = store.fleet.stamp(), store.fleet.sources()
    if not stamp:
        raise MissingError(
            "no sources were pushed to this database: run `syndicator sources push` where sources.toml is"
        )
    queries = load_queries(config / "feeds.toml")
    return Configuration(settings=settings, sources=sources, queries=queries, sources_stamp=stamp)


async def _session(worker: _Worker, settings: Settings) -> None:
    lease = lease_seconds(settings)
    read = pushed(worker.config, settings)
    with open_app(worker.config, read=read) as app:
        async with open_queue(app.store.fleet.address, lease) as queue, _context(app) as run_context:
            session = Session(
                app=app,
                run=run_context,
                hosts=app.store.hosts(lease),
                queue=queue,
                owner=worker.owner,
                lease=lease,
                stop=worker.stop,
                over=asyncio.Event(),
                totals=worker.totals,
                reach=worker.reach,
            )
            session.hosts.give_up(worker.owner)  # what a session had whose database went away
            worker.ready(worker.owner)
            try:
                await _tasks(session, worker.lanes, read.sources_stamp)
            finally:
                with suppress(StoreError):  # the next session does it, or the leases end
                    session.hosts.give_up(worker.owner)


@asynccontextmanager
async def _context(app: App) -> AsyncIterator[RunContext]:
    fetcher, worker = make_fetcher(app), make_worker(app)
    try:
        yield make_context(app, fetcher, worker, lambda title: None)
    finally:
        await worker.aclose()
        await fetcher.aclose()


async def _tasks(session: Session, lanes: int, stamp: str) -> None:
    """Runs the tasks of a session until it is over, or one of them fails."""
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
    """Ends the session when other sources were pushed: the next one reads them. Takes in what a worker that is gone
    has left."""
    while not session.ending:
        if await pause(session.stop, _LOOK):
            return
        reconcile.left_behind(session.app)
        if session.app.store.fleet.stamp() != stamp:
            session.over.set()
