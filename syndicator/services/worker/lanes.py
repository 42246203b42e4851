"""The lanes of a worker: jobs from the queue, a host each, and the signs of life of those under way."""

from __future__ import annotations

import asyncio

from syndicator.core.ports.fleet import Job
from syndicator.services.worker.host_work import work_on
from syndicator.services.worker.session import Session, pause

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
                    await self._become_free()
                elif not jobs:
                    await pause(session.stop if not session.over.is_set() else session.over, _LOOK)
            while self._under_way:
                await asyncio.wait(self._under_way)
            signs.cancel()

    async def _become_free(self) -> None:
        """Waits for a lane whose job has ended, and a moment for others."""
        await asyncio.wait(self._under_way, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(_TOGETHER)

    async def _work(self, job: Job) -> None:
        alive = await work_on(self._session, job.host)
        self._session.totals.jobs += 1
        await self._session.queue.end(job, dead=not alive)

    async def _live(self) -> None:
        """Keeps what is under way. Work on a host that was lost meanwhile is given up: its results count no more."""
        session = self._session
        while True:
            await asyncio.sleep(session.lease / _SIGNS)
            jobs = list(self._under_way.items())
            if not jobs:
                continue
            session.hosts.keep({job.host for _, job in jobs}, session.owner)
            await session.queue.keep([job for _, job in jobs])
