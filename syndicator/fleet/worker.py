"""Run a worker on a database that machines share; publish sources to workers; copy databases."""

import asyncio
import errno
import math
import os
import random
import socket
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from syndicator import __version__
from syndicator.app.clients import lease_seconds, make_worker, task_group
from syndicator.app.container import App, open_app
from syndicator.app.lock import hold_run_lock
from syndicator.app.places import has_begun
from syndicator.app.read_configuration import Configuration, find_taxonomy_files, read_valid_queries
from syndicator.articles.article_store import open_articles
from syndicator.configuration.settings import Settings, load
from syndicator.core.errors import MissingError, StoreError, UsageError
from syndicator.fleet.builds import count_visits, do_common_job, plan_after_edits
from syndicator.fleet.lanes import SIDE_BY_SIDE, Lane, Session, pause
from syndicator.runs.refresh import Totals
from syndicator.store.codec import from_micros, to_micros
from syndicator.store.engine import StoreNewer, copy_database, open_store
from syndicator.store.fleet.followed import Pushed
from syndicator.store.fleet.hosts import HostCounts
from syndicator.store.fleet.jobs import VISITS, Engine, Job
from syndicator.store.fleet.workers import Registration, WorkerState
from syndicator.store.postgres import StoreAway, StoreBusy
from syndicator.upkeep import reconcile

# After a signal, running jobs have so many seconds to end. Our files for systemd and Docker let
# them kill the process after 30.
DRAIN_SECONDS = 25.0
# Choices, in seconds.
_COUNT_SECONDS = 60.0  # between two counts of a worker's visits
_FILL_SECONDS = 600.0  # between two checks for jobs that a crash lost
_LONGEST_PAUSE = 15.0  # between two tries to reach the database
_PUSH_CHECK_SECONDS = 10.0  # between two checks for pushed sources
# A frozen builder is replaced after this: the server has ended its lock by then.
_BUILDER_SILENCE = 30.0
_BUILDER_CHECK_SECONDS = 5.0  # between two checks for a silent one
# during one lease: checks for jobs of silent workers, and signs of life
_RECOVERIES = 3
_SIGNS = 6
_LANE_COUNT = 8  # of a worker, so that each of sixteen workers has jobs: a choice
_ENGINE_CHECK_SECONDS = 0.05  # seconds between two checks if the engine has begun
_END_CHECK_SECONDS = 0.2  # seconds between two checks if the session ends


def need_server(settings: Settings) -> None:
    """Raise UsageError if the database of `settings` is a file (SQLite) and not a server, since
    several machines cannot share a file."""
    if settings.store_url.startswith("sqlite"):
        cure = (
            "set store.url to postgresql://user@host/database. On one machine `syndicator up` does"
            " all of it"
        )
        raise UsageError(f"workers share a database server: {cure}")


def read_pushed_configuration(config: Path, settings: Settings) -> Configuration:
    """Return the configuration of a worker: the sources are read from the database, to which they
    were pushed, all else from the folder `config`. Raises MissingError if no sources were pushed,
    and ConfigError or StoreError."""
    with open_store(settings.store_url, articles_exist=True, create=True) as store:
        stamp = store.fleet.stamp()
        sources = store.fleet.sources()
    if not stamp:
        raise MissingError(
            "this database has no pushed sources: run `syndicator sources push` where"
            " sources.toml is"
        )
    queries, faults = read_valid_queries(config, settings, remember=True)
    return Configuration(
        folder=config,
        environ=os.environ,
        settings=settings,
        sources={source.key: source for source in sources},
        queries=queries,
        taxonomy=find_taxonomy_files(config, settings),
        sources_stamp=stamp,
        faults=faults,
    )


def push_sources(app: App, *, dry_run: bool = False) -> Pushed:
    """Store the sources of `app` in the database, from which all workers read them. Return the keys
    of the sources that are added, changed and removed. With `dry_run`, only return them and change
    nothing. Raises StoreError."""
    store = app.archive.store
    if not dry_run:
        reconcile.update_source_states(app.archive, app.configuration)
    sources = list(app.configuration.sources.values())
    change = store.fleet.push(sources, to_micros(app.archive.clock()), dry_run=dry_run)
    has_workers = not store.single  # a database server, which has a queue of jobs
    if not dry_run and has_workers:
        shards = store.shards(lease_seconds(app.configuration.settings))
        shards.install()
        shards.fill()
    return change


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetState:
    """The state of hosts and workers. `hosts`: how many hosts are in which state; `workers`:
    workers that run, or that were killed."""

    hosts: HostCounts
    workers: Sequence[WorkerState]


def read_fleet_state(config: Path, *, requeue: bool = False) -> FleetState:
    """Return how many hosts are in which state, and the workers. `requeue`: first end the pauses of
    hosts that crashed workers, so that they are visited again. Raises ConfigError, UsageError or
    StoreError."""
    settings = load(config)
    need_server(settings)
    lease = lease_seconds(settings)
    with open_store(settings.store_url, articles_exist=True, create=True) as store:
        hosts = store.hosts(lease)
        shards = store.shards(lease)
        freed = hosts.free_poison() if requeue else 0
        if freed:  # share these hosts out among the workers
            shards.install()
            shards.fill()
        counts = replace(hosts.counts(), freed=freed)
        return FleetState(hosts=counts, workers=store.workers(lease).list())


def migrate(config: Path) -> str:
    """Create or upgrade all tables of the database. Return its name. Raises ConfigError or
    StoreError."""
    settings = load(config)
    article_store = open_articles(settings.articles_at, os.environ)
    has_articles = has_begun(article_store, settings, os.environ)
    with open_store(settings.store_url, articles_exist=has_articles) as store:
        if not store.single:
            store.shards(lease_seconds(settings)).install()
        return store.name


def move_database(config: Path, target: str) -> Mapping[str, int]:
    """Copy all rows of the present database to the database at the address `target`. Return table
    name -> number of its rows. Raises UsageError if `target` is the present database, LockedError
    if a run is under way, and ConfigError or StoreError."""
    settings = load(config)
    if target == settings.store_url:
        raise UsageError("this is the present database; name another address")
    with hold_run_lock(settings):
        return copy_all_rows(settings.store_url, target)


def copy_all_rows(origin: str, target: str) -> Mapping[str, int]:
    """Create or upgrade the tables of both databases, and copy all rows from `origin` to `target`.
    Both are addresses. Return table name -> number of its rows."""
    open_store(origin, articles_exist=True).close()
    open_store(target, articles_exist=False).close()
    return copy_database(origin, target)


class DatabaseClock:
    """The clock of the database server, by which all workers agree. Its time is computed from the
    clock of this machine and the difference noted by the last `set`."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def set(self, now: int) -> None:
        """Set the clock. `now`: the time of the server, in microseconds since 1970."""
        self._ahead = from_micros(now) - datetime.now(UTC)

    def __call__(self) -> datetime:
        return (datetime.now(UTC) + self._ahead).replace(microsecond=0)


async def recover_lost_jobs(session: Session) -> None:
    """Regularly, until the session ends: give the jobs of workers that sent no heartbeat for too
    long to other workers."""
    while not session.ending:
        session.app.archive.store.builds().recover(max(_BUILDER_SILENCE, session.lease / 2))
        session.shards.recover()
        await pause(session.stop, min(session.lease / _RECOVERIES, _BUILDER_CHECK_SECONDS))


async def renew_leases(session: Session, engine: Engine, clock: DatabaseClock) -> None:
    """Register this worker when the queue's engine has begun. Then, until the engine has ended,
    regularly send a heartbeat and renew the leases of this worker. Also set `clock` to the time of
    the database."""
    while engine.worker is None:  # noqa: ASYNC110 - the engine has no event for it
        await asyncio.sleep(_ENGINE_CHECK_SECONDS)
    session.app.archive.store.workers(session.lease).register(
        Registration(
            number=engine.worker,
            machine=socket.gethostname(),
            process=os.getpid(),
            version=__version__,
        )
    )
    while engine.worker is not None:  # until the engine has ended
        beat = session.shards.write_heartbeat(engine.worker, session.owner)
        session.asks_until = beat.asks_until
        clock.set(beat.now)
        await asyncio.sleep(session.lease / _SIGNS)


async def watch_session(session: Session) -> None:
    """Regularly, until the session ends: record article files that crashed workers left, and count
    the visits of this worker. End the session if sources were pushed or the database was upgraded.
    """
    archive = session.app.archive
    configuration = session.app.configuration
    counted_at = time.monotonic()
    while not session.ending:
        await pause(session.stop, _PUSH_CHECK_SECONDS)
        if time.monotonic() - counted_at >= _COUNT_SECONDS:
            count_visits(session)
            counted_at = time.monotonic()
        reconcile.record_unrecorded_files(archive, configuration)
        was_pushed = archive.store.fleet.stamp() != configuration.sources_stamp
        if was_pushed or not archive.store.current:
            session.over.set()


async def run_worker(
    config: Path,
    lanes: int,
    *,
    stop: asyncio.Event,
    ready: Callable[[str], None],
    trouble: Callable[[str], None],
) -> Totals:
    """Run a worker until `stop` is set or the database was upgraded. Return the numbers of its jobs
    and visits. `config`: the folder of the configuration; `lanes`: the number of lanes, which visit
    at the same time; `ready`: called with the name of this worker when it begins; `trouble`: called
    with a message for each fault that may pass, before the worker tries again after a pause. Raises
    ConfigError, UsageError, MissingError or StoreError for a fault that lasts."""
    owner = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
    tries = 0  # faults in a row
    totals = Totals()
    while not stop.is_set():
        try:
            await _run_session(config, lanes, ready, owner=owner, stop=stop, totals=totals)
            tries = 0
        except StoreNewer as newer:
            trouble(f"{newer}; this worker ends")
            break
        except (StoreError, OSError) as error:
            if not _is_passing(error, totals):
                raise
            # half of the pause is random, so that workers do not come back all at once
            random_share = 0.5 + random.random() / 2
            seconds = min(_LONGEST_PAUSE, 2.0**tries) * random_share
            tries += 1
            trouble(f"{error}; tried again in {seconds:.0f} s")
            await pause(stop, seconds)
    return totals


def _is_passing(error: StoreError | OSError, totals: Totals) -> bool:
    """Return True if an error will probably pass: the object store or the database cannot be
    reached, or this worker has done jobs before, so that its configuration is good."""
    if isinstance(error, OSError):
        return error.errno == errno.EREMOTE  # our stores of articles use this number
    is_database_away = isinstance(error, StoreAway | StoreBusy)
    return is_database_away or totals.jobs > 0


async def _run_session(
    config: Path, lanes: int, ready: Callable[[str], None], *, owner: str, **shared: Any
) -> None:
    """Read the pushed sources, and work with them until the session ends. `ready`: called with
    `owner`, the name of this worker, when it begins; `shared`: fields of `Session` that all
    sessions of this worker share (`stop` and `totals`)."""
    settings = load(config)
    need_server(settings)
    lease = lease_seconds(settings)
    clock = DatabaseClock()
    read = read_pushed_configuration(config, settings)
    async with AsyncExitStack() as stack:
        app = stack.enter_context(open_app(config, read=read, clock=clock))
        shards = app.archive.store.shards(lease)
        hosts = app.archive.store.hosts(lease)
        clock.set(shards.now())
        worker = await stack.enter_async_context(aclosing(make_worker(app.configuration.settings)))

        threads = min(lanes, _LANE_COUNT)
        room = math.ceil(lanes * SIDE_BY_SIDE / threads)  # visits at the same time in a thread
        session = Session(
            app=app, shards=shards, worker=worker, owner=owner, lease=lease, room=room, **shared
        )
        shards.install()
        # hosts of an earlier session that lost the database
        hosts.release_all(owner, settings.fetch.pause)
        plan_after_edits(app)

        free: list[Lane] = []
        for _ in range(threads):
            lane = Lane(stack.enter_context(open_app(config, read=read, clock=clock)), session)
            free.append(await stack.enter_async_context(aclosing(lane)))
        ready(owner)
        try:
            await _run_engine(session, free, clock)
        finally:
            with suppress(StoreError):  # else the next session does it, or the leases end
                hosts.release_all(owner, settings.fetch.pause)


async def _run_engine(session: Session, free: list[Lane], clock: DatabaseClock) -> None:
    """Let the queue's engine call `do_job` for each job, until the session ends. `free`: the lanes,
    which visit sources, one job at a time each; `clock`: is set to the time of the database. Raises
    the first error of a job."""
    job_errors: list[Exception] = []

    async def visit(job: Job) -> None:
        """Visit the sources of a job in a free lane."""
        lane = free.pop()
        try:
            await lane.work_on(job)
            session.totals.jobs += 1
        finally:
            free.append(lane)

    async def do_job(job: Job) -> None:
        """Do a job. The engine calls this for each job; an error ends the session."""
        try:
            if job.task == VISITS:
                await visit(job)
            else:
                await do_common_job(session, job)
        except Exception as error:  # noqa: BLE001 - it is raised below; the engine would only log it
            job_errors.append(error)
            session.over.set()

    engine = Engine(
        session.shards.address, do_job, lanes=len(free), lease=session.lease, grace=DRAIN_SECONDS
    )

    async with task_group() as group:
        group.create_task(recover_lost_jobs(session))
        group.create_task(watch_session(session))
        heartbeats = group.create_task(renew_leases(session, engine, clock))
        engine_run = group.create_task(engine.run())
        while not session.ending and not engine_run.done():
            await asyncio.wait((engine_run,), timeout=_END_CHECK_SECONDS)
        if not session.ending:
            raise StoreAway("the queue's engine has ended")
        engine.stop()
        await asyncio.wait((engine_run,))
        heartbeats.cancel()
    if job_errors:
        raise job_errors[0]
