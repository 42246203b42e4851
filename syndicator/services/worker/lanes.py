"""The job of a worker: the sources of a shard that are due, visited side by side, each host by itself."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from syndicator.core.errors import first_of
from syndicator.core.model import OURS, Outcome, Source, SourceState
from syndicator.core.program import logger
from syndicator.core.urls import host
from syndicator.pipeline.context import RunContext
from syndicator.pipeline.visit import visit
from syndicator.services.worker.session import Session
from syndicator.store import codec
from syndicator.store.fleet.shards import Job, JobLost

SIDE_BY_SIDE = 4  # sources of a host under way: while one waits for pages of other hosts, the next is asked. A choice
JOB_SECONDS = 30.0  # after which a job begins no visit any more, so that others get at its hosts
# Hosts of a job, and sources of each: after so many, whoever wants a page of a host has a chance. Choices.
MOST_HOSTS, EACH = 200, 8
_SAVE_SECONDS = 1.0  # for which outcomes are gathered: what a crash loses is done again


async def work_on(session: Session, job: Job) -> None:
    """Visit the due sources of a shard. Raises StoreError."""
    work = _Work(session, job)
    try:
        await work.visit_all()
    except JobLost:
        session.shards.fill()  # somebody may have emptied the queue
    finally:
        await work.end()
    session.totals.jobs += 1


class _Work:
    """One job, its hosts, and outcomes that are to be saved."""

    def __init__(self, session: Session, job: Job) -> None:
        self._session, self._job = session, job
        self._log = logger("worker", shard=job.shard)
        shards = session.shards
        taken = session.hosts.own(shards.due_hosts(job.shard, MOST_HOSTS), session.owner)
        session.turns.add(taken)
        self._names = set(taken)
        found = shards.due(taken, EACH) if taken else []
        self._waiting = [state.key for state, waits in found if waits]
        self._fence = shards.fence(job)
        self._store = session.app.store.fenced(self._fence, self._waiting)
        self._due = [(session.app.sources[state.key], state) for state, _ in found if state.key in session.app.sources]
        self._left = Counter(_host(state) for _, state in self._due)
        self._ended: list[tuple[Outcome, SourceState]] = []
        self._until = time.monotonic() + JOB_SECONDS

    async def visit_all(self) -> None:
        self._log.debug("work begins", sources=len(self._due), hosts=len(self._names))
        runs = {name: self._run_of(name) for name in self._left}
        rooms = {name: asyncio.Semaphore(SIDE_BY_SIDE) for name in self._left}
        try:
            async with asyncio.TaskGroup() as group:
                saving = group.create_task(self._save_often())
                visits = []
                for source, state in self._due:
                    name = _host(state)
                    visits.append(group.create_task(self._one(runs[name], rooms[name], source, state)))
                if visits:
                    await asyncio.wait(visits)
                saving.cancel()
        except BaseExceptionGroup as failed:
            raise first_of(failed) from failed

    def _run_of(self, name: str) -> RunContext:
        session = self._session
        fence = session.hosts.forgiving(self._fence, name, session.owner)
        return replace(session.run, store=session.app.store.fenced(fence, self._waiting))

    async def _one(self, run: RunContext, room: asyncio.Semaphore, source: Source, state: SourceState) -> None:
        session = self._session
        async with room, session.room:
            if not (session.ending or time.monotonic() > self._until):
                outcome, after = await visit(run.visit(source, state), stop=session.stop)
                self._end_visit(outcome, after, first=state.first_visit is None)
        self._left[_host(state)] -= 1

    def _end_visit(self, outcome: Outcome, after: SourceState, *, first: bool) -> None:
        session = self._session
        session.reach.told(outcome)
        if outcome.reason == OURS or (outcome.no_network and not session.reach.lately):
            return  # held against nobody
        self._ended.append((outcome, after))
        session.outcomes.append(outcome)
        session.totals.visited(outcome)
        if outcome.added and first:
            session.settling.hurry()

    async def _save_often(self) -> None:
        while True:
            await asyncio.sleep(_SAVE_SECONDS)
            if self._ended:
                self._save([name for name in self._names if not self._left[name]])

    def _save(self, done: Sequence[str]) -> None:
        """Saves outcomes, and lets others ask the hosts that are done."""
        session = self._session
        with session.turns.leaving(done) as idle:
            pause = session.app.settings.fetch.pause
            visited = {_host(after) for _, after in self._ended}.difference(idle)

            self._store.end_visits(
                self._ended, lambda found: session.hosts.release(found, idle, session.owner, pause, visited)
            )
        self._ended.clear()
        self._names.difference_update(idle)

    async def end(self) -> None:
        """Saves the rest and ends the job in one transaction."""
        session = self._session
        await session.turns.end(self._names)
        names, pause = sorted(self._names), session.app.settings.fetch.pause
        try:
            self._store.end_visits(
                self._ended, lambda connection: session.shards.end(connection, self._job, names, session.owner, pause)
            )
        except JobLost as lost:
            self._log.info("work was lost", detail=str(lost))
            session.hosts.let_go(names, session.owner, pause)
        finally:
            session.turns.drop(names)
        self._log.debug("work has ended", visits=len(self._due))


def _host(state: SourceState) -> str:
    return codec.key(host(state.effective_url or state.url))
