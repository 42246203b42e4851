"""Visit sources in the lanes (threads) of a worker, and give turns at the hosts.

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
from syndicator.store.fleet.builds import Then, plan_too
from syndicator.store.fleet.jobs import BUILD, Job
from syndicator.store.fleet.shards import Shards
from syndicator.store.postgres import JobLost

# sources of a host visited at the same time: some wait for pages of other hosts. A choice
SIDE_BY_SIDE = 4
JOB_SECONDS = 30.0  # a job begins no visit later than this, so that others get its hosts
# Hosts of a job, and sources of each, so that others get a turn at these hosts. Choices.
MOST_HOSTS = 200
EACH = 8
_SAVE_SECONDS = 1.0  # between two saves: visits that a crash loses are repeated
_SOON = 0.05  # seconds until a turn may be asked for again: a choice
_MOST_OUTCOMES = 20_000  # that wait to be reported: a choice
# seconds for which a host that was reached proves that there is a network: a choice
_LATELY = 600.0
_OURS = -1  # the token of a turn that the table of hosts did not give


@dataclass(slots=True)
class _OwnHost:
    """A host of a job. `delay`: seconds between two requests; `free_at`: monotonic time of the
    next; `leaving`: no turn is given any more."""

    delay: float
    free_at: float = 0.0
    busy: bool = False
    leaving: bool = False


class OwnTurns:
    """`ports.HostTurns` of a worker. Turns for hosts of its jobs are in memory; none are given
    after `asks_until`."""

    def __init__(
        self,
        common: HostTurns,
        asks_until: Callable[[], float],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._common = common
        self._asks_until = asks_until
        self._steady = steady
        self._own: dict[str, _OwnHost] = {}
        self._alone = threading.Lock()

    def beside(self, common: HostTurns) -> "OwnTurns":
        """Return turns for another thread, with the same hosts."""
        turns = copy(self)
        turns._common = common
        return turns

    def take(self, host: str) -> Turn | Busy:
        now = self._steady()
        if now >= self._asks_until():
            return Busy(_SOON)
        with self._alone:
            own = self._own.get(host)
            if own is not None:
                if own.busy or own.leaving or own.free_at > now:
                    return Busy(max(own.free_at - now, 0.0))
                own.busy = True
                return Turn(_OURS)
        return self._common.take(host)

    def give_back(self, host: str, turn: Turn, pause: float) -> None:
        if turn.token != _OURS:
            self._common.give_back(host, turn, pause)
            return
        own = self._own.get(host)
        if own is not None:
            own.free_at = self._steady() + max(pause, own.delay)
            own.busy = False

    def set_delay(self, host: str, seconds: float) -> None:
        own = self._own.get(host)
        if own is not None:
            own.delay = seconds
        self._common.set_delay(host, seconds)

    def hold(self, host: str, seconds: float) -> None:
        self._common.hold(host, seconds)

    def set_away(self, host: str, reason: str, detail: str, seconds: float) -> None:
        self._common.set_away(host, reason, detail, seconds)

    def add(self, delays: Mapping[str, float]) -> None:
        """Give turns for more hosts. `delays`: the crawl-delay of each, in seconds."""
        for name, delay in delays.items():
            self._own[name] = _OwnHost(delay)

    def leave(self, names: Collection[str], *, at_once: bool = False) -> list[str]:
        """Stop giving turns for the idle hosts of `names` (`at_once`: for all). Returns the idle
        ones."""
        with self._alone:
            idle = [name for name in names if not self._own[name].busy]
            for name in names if at_once else idle:
                self._own[name].leaving = True
        return idle

    def drop(self, names: Collection[str]) -> None:
        """Forget hosts that other workers may ask again."""
        for name in names:
            self._own.pop(name, None)


@dataclass(slots=True, kw_only=True)
class Session:
    """The time in which database and sources stay the same. `room`: visits per lane; `stop`:
    begin no work; `over`: end this session; `asks_until`: monotonic time after which no request
    begins."""

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
    # to be reported
    outcomes: deque[Outcome] = field(default_factory=lambda: deque(maxlen=_MOST_OUTCOMES))
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _reached: float = -_LATELY

    def __post_init__(self) -> None:
        self.turns = OwnTurns(self.app.archive.store.hosts(self.lease), lambda: self.asks_until)

    @property
    def ending(self) -> bool:
        return self.stop.is_set() or self.over.is_set()

    def counts(self, outcome: Outcome) -> bool:
        """Record an outcome, in any thread. Return False if it says nothing about its source: the
        network was down lately, or the fault is our own."""
        now = time.monotonic()
        if not outcome.no_network:
            self._reached = now
        if outcome.reason == OURS or now - self._reached >= _LATELY:
            return False
        self.outcomes.append(outcome)
        self._loop.call_soon_threadsafe(self.totals.count_visit, outcome)
        return True

    def take_outcomes(self) -> list[Outcome]:
        """Return the outcomes that are not reported yet; they count as reported then."""
        return [self.outcomes.popleft() for _ in range(len(self.outcomes))]


async def pause(event: asyncio.Event, seconds: float) -> None:
    """Wait until `event` is set, `seconds` at most."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


class Lane:
    """A lane. Only its own thread uses `app`."""

    def __init__(self, app: App, session: Session) -> None:
        self.app = app
        self.session = session
        self.hosts = app.archive.store.hosts(session.lease)
        self.shards = app.archive.store.shards(session.lease)
        self.turns = session.turns.beside(self.hosts)
        self.fetcher = make_fetcher(app.archive, app.configuration.settings, self.turns)
        self.run = make_context(
            app.archive,
            app.configuration,
            app.jitter,
            self.fetcher,
            session.worker,
            lambda title: None,
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def work_on(self, job: Job) -> None:
        """Visit the due sources of a shard. Raises StoreError."""
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._work_on(job), self._loop))

    async def aclose(self) -> None:
        """Wait for all work under way, and end the thread."""
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._close(), self._loop))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        while True:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            if not others:
                break
            await asyncio.wait(others)
        await self.fetcher.aclose()

    async def _work_on(self, job: Job) -> None:
        work = _Work(self, job)
        try:
            await work.visit_all()
        except JobLost as lost:
            work.log.info("work was lost", detail=str(lost))
        finally:
            await work.end()


class _Work:
    """The visits of one job, the leases of its hosts and what is saved of it."""

    def __init__(self, lane: Lane, job: Job) -> None:
        self._lane = lane
        self._job = job
        self.log = logger("worker", shard=job.shard)
        app = lane.app
        shards = lane.shards
        due_hosts = shards.due_hosts(job.shard, MOST_HOSTS)
        delays = lane.hosts.own(due_hosts, lane.session.owner)
        lane.turns.add(delays)
        self._names = set(delays)  # of the hosts that this job leases
        states = shards.due(job.shard, delays, EACH) if delays else []
        self._fence = shards.fence(job)
        self._waiting = [state.key for state, waits in states if waits]
        self._store = app.archive.store.open_fenced_visits(self._fence, self._waiting)
        self._due = [
            (app.configuration.sources[state.key], state)
            for state, _ in states
            if state.key in app.configuration.sources
        ]
        # by host: the visits that have not ended
        self._left = Counter(_host(state) for _, state in self._due)
        self._ended: list[tuple[Outcome, SourceState]] = []
        self._is_urgent = False  # first articles of a source are among them
        self._until = time.monotonic() + JOB_SECONDS

    async def visit_all(self) -> None:
        """Visit the due sources, some of each host at the same time, and save the visits often."""
        self.log.debug("work begins", sources=len(self._due), hosts=len(self._names))
        lane = self._lane
        lane_places = asyncio.Semaphore(lane.session.room)
        runs: dict[str, RunContext] = {}
        host_places: dict[str, asyncio.Semaphore] = {}
        for name in self._left:
            fence = lane.hosts.forgiving(self._fence, name, lane.session.owner)
            store = lane.app.archive.store.open_fenced_visits(fence, self._waiting)
            runs[name] = replace(lane.run, store=store)
            host_places[name] = asyncio.Semaphore(SIDE_BY_SIDE)
        async with lane.run.mailboxes.closing(), task_group() as group:
            saving = group.create_task(self._save_often())
            visits: list[asyncio.Task[None]] = []
            for source, state in self._due:
                name = _host(state)
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
        """Visit a source once both `places` are free, its host's and the lane's. Visits that come
        too late are left to the next job."""
        session = self._lane.session
        host_place, lane_place = places
        async with host_place, lane_place:
            is_too_late = session.ending or time.monotonic() > self._until
            if not is_too_late:
                outcome, after = await visit(run.visit(source, state), stop=session.stop)
                if session.counts(outcome):
                    self._ended.append((outcome, after))
                    is_first_visit = state.visits.first_visit is None
                    self._is_urgent |= bool(outcome.added) and is_first_visit
        self._left[_host(state)] -= 1

    async def _save_often(self) -> None:
        """Save the visits that ended, and leave the hosts that are done, until cancelled."""
        lane = self._lane
        owner = lane.session.owner
        pause = lane.app.configuration.settings.fetch.pause
        while True:
            await asyncio.sleep(_SAVE_SECONDS)
            done = [name for name in self._names if not self._left[name]]
            if self._ended or done:
                idle = lane.turns.leave(done)
                release = partial(lane.hosts.release, names=idle, owner=owner, pause=pause)
                self._save(release)
                self._names.difference_update(idle)
                lane.turns.drop(idle)

    def _save(self, then: Then) -> None:
        """Save the visits that ended and plan the build of their articles, in one transaction with
        `then`."""
        if any(outcome.added or outcome.changed for outcome, _ in self._ended):
            build_time = find_build_time(self._lane.app, is_urgent=self._is_urgent)
            then = plan_too(then, BUILD, build_time)
        self._store.end_visits(self._ended, then)
        self._ended.clear()
        self._is_urgent = False

    async def end(self) -> None:
        """Save the remaining visits and end the job, once other lanes have left its hosts."""
        lane = self._lane
        names = sorted(self._names)
        while len(lane.turns.leave(names, at_once=True)) < len(names):  # noqa: ASYNC110 - another thread ends the request
            await asyncio.sleep(_SOON)
        owner = lane.session.owner
        pause = lane.app.configuration.settings.fetch.pause
        try:
            end_job = lambda connection: lane.shards.end(connection, self._job, names, owner, pause)
            self._save(end_job)
        except JobLost:
            lane.hosts.let_go(names, owner, pause)
        finally:
            lane.turns.drop(names)
        self.log.debug("work has ended", visits=len(self._due))


def _host(state: SourceState) -> str:
    """Return the host of a source as the table of hosts has it."""
    return codec.key(host(state.address))
