"""Lanes of a worker: one job, that is one host with all its due sources, each; with heartbeats."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from syndicator.core.errors import first_of
from syndicator.core.model import OURS, Source, SourceState
from syndicator.core.ports.fleet import Job
from syndicator.core.program import logger
from syndicator.pipeline.context import RunContext
from syndicator.pipeline.visit import visit
from syndicator.services.worker.session import Session, pause
from syndicator.store.fleet.hosts import LeaseLost

SIDE_BY_SIDE = 4  # sources of a host under way: while one waits for pages of other hosts, the next is asked. A choice
_AT_A_TIME = 200  # sources of a host that are looked up at a time


async def work_on(session: Session, host: str) -> bool:
    """Visit the due sources of `host` unless taken. False if it crashed too many workers. Raises StoreError."""
    log = logger("worker", host=host)
    hosts, owner = session.hosts, session.owner
    if not hosts.start(host, owner):
        return not hosts.is_poison(host)
    log.debug("work begins")
    store = session.app.store.fenced(hosts.fence(host, owner))
    run = replace(session.run, store=store)
    try:
        due = [
            (session.app.sources[state.key], state)
            for state in session.app.store.fleet.due_of(host, session.app.clock(), _AT_A_TIME)
            if state.key in session.app.sources
        ]
        await _visit_all(session, run, due)
    except LeaseLost as lost:
        log.info("work was lost", detail=str(lost))
        return True
    hosts.end(host, owner)
    log.debug("work has ended", visits=len(due))
    return True


async def _visit_all(session: Session, run: RunContext, due: Sequence[tuple[Source, SourceState]]) -> None:
    room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(source: Source, state: SourceState) -> None:
        async with room:
            if session.ending:
                return
            outcome, after = await visit(run.visit(source, state), stop=session.stop)
        session.reach.told(outcome)
        if outcome.reason == OURS or (outcome.no_network and not session.reach.lately):
            return  # held against nobody
        run.store.end_visit(outcome, after)
        session.outcomes.append(outcome)
        session.totals.visited(outcome)
        if outcome.added and state.first_visit is None:
            session.settling.hurry()

    try:
        async with asyncio.TaskGroup() as group:
            for source, state in due:
                group.create_task(one(source, state))
    except BaseExceptionGroup as failed:
        raise first_of(failed) from failed


_LOOK = 0.5  # seconds between two looks into a queue that had no job: a choice
_TOGETHER = 0.05  # seconds for which lanes that become free are gathered, to be filled with one look: a choice
_SIGNS = 3  # of life in a lease


class Lanes:
    """So many hosts at a time. `run` ends once the session does and its jobs have ended."""

    def __init__(self, session: Session, count: int) -> None:
        self._session, self._count = session, count
        self._under_way: dict[asyncio.Task[None], Job] = {}
        self._group = asyncio.TaskGroup()

    async def run(self) -> None:
        """Takes jobs while the session lasts. Raises StoreError."""
        session = self._session
        async with self._group as group:
            signs = group.create_task(self._live())
            while not session.ending:
                room = self._count - len(self._under_way)
                jobs = await session.queue.take(room) if room else []
                for job in jobs:
                    task = group.create_task(self._work(job))
                    self._under_way[task] = job
                    task.add_done_callback(self._under_way.pop)
                if not room:
                    await asyncio.wait(self._under_way, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
                    await asyncio.sleep(_TOGETHER)
                elif not jobs:
                    await pause(session.stop if not session.over.is_set() else session.over, _LOOK)
            while self._under_way:
                await asyncio.wait(self._under_way)
            signs.cancel()

    async def _work(self, job: Job) -> None:
        alive = await work_on(self._session, job.host)
        self._session.totals.jobs += 1
        await self._session.queue.end(job, dead=not alive)

    async def _live(self) -> None:
        """Keeps what is under way. Work on a host that was lost meanwhile is given up: its results count no more."""
        session = self._session
        while True:
            await asyncio.sleep(session.lease / _SIGNS)
            if not (jobs := list(self._under_way.items())):
                continue
            session.hosts.keep({job.host for _, job in jobs}, session.owner)
            await session.queue.keep([job for _, job in jobs])
