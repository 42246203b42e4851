"""Visit sources in the lanes (threads) of a worker, and decide when a host may be asked.

Each lane has its own event loop, store and network client, and does one job at a time."""

import asyncio
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field, replace
from functools import partial

from syndicator.app.clients import make_fetcher, task_group
from syndicator.app.container import App
from syndicator.app.contexts import make_context
from syndicator.core.model import OURS, Outcome, Source, SourceState
from syndicator.core.ports import Busy, HostTurns, Turn
from syndicator.core.program import logger
from syndicator.core.urls import host
from syndicator.filing.context import RunContext
from syndicator.filing.visit import visit
from syndicator.processes.worker import Worker
from syndicator.runs.build_timing import find_build_time
from syndicator.runs.refresh import Totals
from syndicator.store import codec
from syndicator.store.fleet.builds import Then, add_plan
from syndicator.store.fleet.jobs import BUILD, Job
from syndicator.store.fleet.shards import Shards
from syndicator.store.postgres import JobLost

# sources of a host visited at the same time: some wait for pages of other hosts. A choice
SIDE_BY_SIDE = 4
JOB_SECONDS = 30.0  # a job begins no visit later than this, so that others get its hosts
# Hosts of a job, and sources of each, so that others get a turn at these hosts. Choices.
MOST_HOSTS = 200
EACH = 8
_SAVE_SECONDS = 1.0  # between two saves; a crash loses the visits since the last one
_TURN_RETRY_SECONDS = 0.05  # seconds until a turn may be asked for again: a choice
_MOST_OUTCOMES = 20_000  # outcomes that wait to be reported; a choice
# If no host was reached for so many seconds, the network counts as down. A choice.
_LATELY = 600.0
_LEASED_TURN_TOKEN = -1  # token of a turn at a leased host; those of the table are positive


@dataclass(slots=True)
class _OwnHost:
    """A host that this worker leases. `delay`: seconds between two requests. `free_at`: when the
    next request may begin, by the monotonic clock. `busy`: a request is running. `leaving`: no
    request may begin any more, as the lease is given back."""

    delay: float
    free_at: float = 0.0
    busy: bool = False
    leaving: bool = False


class OwnTurns:
    """Decides for a worker when a host may be asked (see `core.ports.HostTurns`). For hosts that
    the worker leases, it decides in memory. For all others, the table of hosts in the database
    (`common`) decides. `asks_until`: returns the time, by the clock `steady`, after which no
    request may begin, because the worker's leases may end."""

    def __init__(
        self,
        common: HostTurns,
        asks_until: Callable[[], float],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table_turns = common
        self._asks_until = asks_until
        self._steady = steady
        self._leased_hosts: dict[str, _OwnHost] = {}  # by name
        self._lock = threading.Lock()  # lanes share `_leased_hosts`

    def share_with_thread(self, common: HostTurns) -> "OwnTurns":
        """Return an object for another thread that shares the leased hosts with this one. `common`:
        the turns in the database, by the connection of that thread."""
        turns = copy(self)
        turns._table_turns = common
        return turns

    def take(self, host: str) -> Turn | Busy:
        now = self._steady()
        if now >= self._asks_until():
            return Busy(_TURN_RETRY_SECONDS)
        with self._lock:
            leased_host = self._leased_hosts.get(host)
            if leased_host is not None:  # this worker decides about the host, without the database
                is_taken = leased_host.busy or leased_host.leaving
                is_pausing = leased_host.free_at > now
                if is_taken or is_pausing:
                    return Busy(max(leased_host.free_at - now, 0.0))
                leased_host.busy = True
                return Turn(_LEASED_TURN_TOKEN)
        return self._table_turns.take(host)

    def give_back(self, host: str, turn: Turn, pause: float) -> None:
        if turn.token != _LEASED_TURN_TOKEN:
            self._table_turns.give_back(host, turn, pause)
            return
        leased_host = self._leased_hosts.get(host)
        if leased_host is not None:
            leased_host.free_at = self._steady() + max(pause, leased_host.delay)
            leased_host.busy = False

    def set_delay(self, host: str, seconds: float) -> None:
        leased_host = self._leased_hosts.get(host)
        if leased_host is not None:
            leased_host.delay = seconds
        self._table_turns.set_delay(host, seconds)

    def hold(self, host: str, seconds: float) -> None:
        self._table_turns.hold(host, seconds)

    def set_away(self, host: str, reason: str, detail: str, seconds: float) -> None:
        self._table_turns.set_away(host, reason, detail, seconds)

    def add(self, delays: Mapping[str, float]) -> None:
        """Decide from now on about more hosts, which this worker has leased. `delays`: by host, the
        seconds between two requests."""
        for name, delay in delays.items():
            self._leased_hosts[name] = _OwnHost(delay)

    def leave(self, names: Collection[str], *, at_once: bool = False) -> list[str]:
        """Allow no new requests to the hosts of `names` at which no request is running, and return
        their names. With `at_once`, allow no new requests to any host of `names`."""
        with self._lock:
            idle_hosts = [name for name in names if not self._leased_hosts[name].busy]
            closed_hosts = names if at_once else idle_hosts
            for name in closed_hosts:
                self._leased_hosts[name].leaving = True
        return idle_hosts

    def drop(self, names: Collection[str]) -> None:
        """Forget the hosts of `names` to which `leave` allows no new requests, because their lease
        ends. A host that another job of this worker has leased again since then stays."""
        with self._lock:
            for name in names:
                leased_host = self._leased_hosts.get(name)
                if leased_host is not None and leased_host.leaving:
                    del self._leased_hosts[name]


@dataclass(slots=True, kw_only=True)
class Session:
    """The work of a worker with the same sources and the same version of the database.

    `owner`: name of the worker. `lease`: after so many seconds without a sign of life, others take
    its work. `room`: how many visits a lane makes at the same time. `stop`: set when the process
    must end. `over`: set when the session must end. `asks_until`: time by the monotonic clock after
    which no request may begin."""

    app: App
    shards: Shards
    worker: Worker
    owner: str
    lease: float
    room: int
    stop: asyncio.Event
    totals: Totals
    turns: OwnTurns = field(init=False)
    asks_until: float = 0.0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    # not reported yet
    outcomes: deque[Outcome] = field(default_factory=lambda: deque(maxlen=_MOST_OUTCOMES))
    _event_loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _reached: float = -_LATELY  # when a host was last reached, by the monotonic clock

    def __post_init__(self) -> None:
        self.turns = OwnTurns(self.app.archive.store.hosts(self.lease), lambda: self.asks_until)

    @property
    def ending(self) -> bool:
        """True if no work may begin any more."""
        return self.stop.is_set() or self.over.is_set()

    def record_outcome(self, outcome: Outcome) -> bool:
        """Record the outcome of a visit, and return True. But if it says nothing about its source,
        because no host could be reached lately or this machine is at fault, ignore it and return
        False. Any thread may call this."""
        now = time.monotonic()
        if not outcome.no_network:
            self._reached = now  # a host could be reached
        is_network_down = now - self._reached >= _LATELY
        if outcome.reason == OURS or is_network_down:
            return False
        self.outcomes.append(outcome)
        # only the thread of the event loop may change `totals`
        self._event_loop.call_soon_threadsafe(self.totals.count_visit, outcome)
        return True

    def take_outcomes(self) -> list[Outcome]:
        """Return the outcomes recorded since the last call."""
        return [self.outcomes.popleft() for _ in range(len(self.outcomes))]


async def pause(event: asyncio.Event, seconds: float) -> None:
    """Wait until `event` is set, but at most `seconds`."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


class Lane:
    """A thread of a worker. It does one job at a time; only this thread uses `app`."""

    def __init__(self, app: App, session: Session) -> None:
        self.app = app
        self.session = session
        self.hosts = app.archive.store.hosts(session.lease)
        self.shards = app.archive.store.shards(session.lease)
        self.turns = session.turns.share_with_thread(self.hosts)
        self.fetcher = make_fetcher(app.archive, app.configuration.settings, self.turns)
        self.run = make_context(
            app.archive,
            app.configuration,
            app.jitter,
            self.fetcher,
            session.worker,
            lambda title: None,
        )
        self._event_loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._event_loop.run_forever, daemon=True)
        self._thread.start()

    async def work_on(self, job: Job) -> None:
        """Visit the due sources of a job in the thread of this lane, and wait until this is done.
        Raises StoreError."""
        work = asyncio.run_coroutine_threadsafe(self._do_job(job), self._event_loop)
        await asyncio.wrap_future(work)

    async def aclose(self) -> None:
        """Wait for the running work, then end the thread."""
        closing = asyncio.run_coroutine_threadsafe(self._close(), self._event_loop)
        await asyncio.wrap_future(closing)
        self._event_loop.call_soon_threadsafe(self._event_loop.stop)
        self._thread.join()
        self._event_loop.close()

    async def _close(self) -> None:
        """Wait for all tasks of this lane's event loop, then close the network client."""
        while True:
            other_tasks = asyncio.all_tasks() - {asyncio.current_task()}
            if not other_tasks:
                break
            await asyncio.wait(other_tasks)
        await self.fetcher.aclose()

    async def _do_job(self, job: Job) -> None:
        """Do a job. If another worker has taken it over, log that."""
        work = _Work(self, job)
        try:
            await work.visit_all()
        except JobLost as lost:
            work.log.info("work was lost", detail=str(lost))
        finally:
            await work.end()


class _Work:
    """The visits of one job. It leases hosts, visits their due sources, saves the visits, and gives
    the hosts back."""

    def __init__(self, lane: Lane, job: Job) -> None:
        self._lane = lane
        self._job = job
        self.log = logger("worker", shard=job.shard)
        app = lane.app
        shards = lane.shards

        # lease due hosts
        due_hosts = shards.due_hosts(job.shard, MOST_HOSTS)
        delays = lane.hosts.lease_hosts(due_hosts, lane.session.owner)  # by host, in seconds
        lane.turns.add(delays)
        self._leased_names = set(delays)  # the hosts that this job leases

        # read their due sources
        states = shards.list_due_sources(job.shard, delays, EACH) if delays else []
        self._fence = shards.make_fence(job)  # raises JobLost if another worker has the job
        self._waiting = [state.key for state, has_pending in states if has_pending]
        self._store = app.archive.store.open_fenced_visits(self._fence, self._waiting)
        self._due = [
            (app.configuration.sources[state.key], state)
            for state, _ in states
            if state.key in app.configuration.sources
        ]

        # host -> number of its visits that have not ended
        self._unfinished_visits = Counter(_get_host(state) for _, state in self._due)
        self._ended_visits: list[tuple[Outcome, SourceState]] = []
        self._is_urgent = False  # first articles of a source are among `_ended_visits`
        self._visits_until = time.monotonic() + JOB_SECONDS  # no visit begins after that

    async def visit_all(self) -> None:
        """Visit the due sources of the job, several of each host at the same time. Every second,
        save the visits that have ended."""
        self.log.debug("work begins", sources=len(self._due), hosts=len(self._leased_names))
        lane = self._lane
        lane_places = asyncio.Semaphore(lane.session.room)
        # by host
        runs: dict[str, RunContext] = {}
        host_places: dict[str, asyncio.Semaphore] = {}
        for name in self._unfinished_visits:
            # a stored result also forgives the host that it crashed workers before
            fence = lane.hosts.make_forgiving_fence(self._fence, name, lane.session.owner)
            store = lane.app.archive.store.open_fenced_visits(fence, self._waiting)
            runs[name] = replace(lane.run, store=store)
            host_places[name] = asyncio.Semaphore(SIDE_BY_SIDE)

        async with lane.run.mailboxes.closing(), task_group() as group:
            saving = group.create_task(self._save_often())
            visits: list[asyncio.Task[None]] = []
            for source, state in self._due:
                name = _get_host(state)
                places = (host_places[name], lane_places)
                visits.append(group.create_task(self._visit(runs[name], places, source, state)))
            if visits:
                await asyncio.wait(visits)
            saving.cancel()

    async def _visit(
        self,
        run: RunContext,
        places: tuple[asyncio.Semaphore, asyncio.Semaphore],
        source: Source,
        state: SourceState,
    ) -> None:
        """Visit a source as soon as its host and the lane have a free place. If the job has taken
        too long by then, leave the source to the next job. `run`: what all visits of the host
        share; `places`: semaphores with the free places of the host and of the lane; `state`: the
        state of the source before the visit."""
        session = self._lane.session
        host_place, lane_place = places
        async with host_place, lane_place:
            is_too_late = session.ending or time.monotonic() > self._visits_until
            if not is_too_late:
                outcome, after = await visit(
                    run.make_visit_context(source, state), stop=session.stop
                )
                if session.record_outcome(outcome):
                    self._ended_visits.append((outcome, after))
                    is_first_visit = state.visits.first_visit is None
                    self._is_urgent |= bool(outcome.added) and is_first_visit
        self._unfinished_visits[_get_host(state)] -= 1

    async def _save_often(self) -> None:
        """Every second until cancelled: save the visits that ended, and give back the hosts whose
        visits have all ended."""
        lane = self._lane
        owner = lane.session.owner
        pause = lane.app.configuration.settings.fetch.pause
        while True:
            await asyncio.sleep(_SAVE_SECONDS)
            finished = [name for name in self._leased_names if not self._unfinished_visits[name]]
            if self._ended_visits or finished:
                # without the hosts at which a request is still running
                idle = lane.turns.leave(finished)
                release = partial(lane.hosts.release, names=idle, owner=owner, pause=pause)
                self._save(release)
                self._leased_names.difference_update(idle)
                lane.turns.drop(idle)

    def _save(self, then: Then) -> None:
        """Save the visits that have ended, plan a build if they brought articles, and call `then`
        with the connection, all in one transaction."""
        has_articles = any(outcome.added or outcome.changed for outcome, _ in self._ended_visits)
        if has_articles:
            build_time = find_build_time(self._lane.app, is_urgent=self._is_urgent)
            then = add_plan(then, BUILD, build_time)
        self._store.end_visits(self._ended_visits, then)
        self._ended_visits.clear()
        self._is_urgent = False

    async def end(self) -> None:
        """Wait until no request to a host of this job is running. Then save the remaining visits,
        end the job and give the hosts back."""
        lane = self._lane
        names = sorted(self._leased_names)
        while len(lane.turns.leave(names, at_once=True)) < len(names):  # noqa: ASYNC110 - another thread ends the request
            await asyncio.sleep(_TURN_RETRY_SECONDS)
        owner = lane.session.owner
        pause = lane.app.configuration.settings.fetch.pause
        try:
            # called by `_save` in the transaction of the visits
            end_job = lambda connection: lane.shards.end(connection, self._job, names, owner, pause)
            self._save(end_job)
        except JobLost:  # another worker ends the job
            lane.hosts.release_hosts(names, owner, pause)
        finally:
            lane.turns.drop(names)
        self.log.debug("work has ended", visits=len(self._due))


def _get_host(state: SourceState) -> str:
    """Return the host of a source in the spelling of the table of hosts."""
    return codec.make_column_key(host(state.address))
