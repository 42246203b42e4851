"""The lanes of a worker, filled from a queue as soon as they are free."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

import pytest

from syndicator.core.ports.fleet import Depths, Job
from syndicator.services.worker import lanes as lanes_module
from syndicator.services.worker.lanes import Lanes

pytestmark = pytest.mark.anyio


class Memory:
    """`ports.Queue` of so many hosts, in memory."""

    def __init__(self, count: int) -> None:
        self.left = [f"h{number}" for number in range(count)]
        self.ended: list[str] = []
        self.looks = 0

    async def offer(self, hosts: Collection[str]) -> None:
        self.left += hosts

    async def take(self, most: int) -> list[Job]:
        self.looks += 1
        taken, self.left = self.left[:most], self.left[most:]
        return [Job(host=host, ticket=None) for host in taken]

    async def keep(self, jobs: Collection[Job]) -> None:
        pass

    async def end(self, job: Job, *, dead: bool = False) -> None:
        self.ended.append(job.host)

    async def look(self, *, revive: bool = False) -> Depths:
        return Depths()


class Session:
    """As much of a session as lanes use. It ends when its queue has been worked off."""

    lease = 60.0

    def __init__(self, queue: Memory) -> None:
        self.queue, self.stop, self.over = queue, asyncio.Event(), asyncio.Event()
        self.totals = SimpleNamespace(jobs=0)

    @property
    def ending(self) -> bool:
        return not self.queue.left


async def test_lanes_that_become_free_are_filled_together_and_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    most = under_way = 0

    async def work_on(session: Any, host: str) -> bool:
        nonlocal most, under_way
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        return True

    monkeypatch.setattr(lanes_module, "work_on", work_on)
    monkeypatch.setattr(lanes_module, "_LOOK", 60.0)
    session = Session(Memory(12))
    await asyncio.wait_for(Lanes(session, 3).run(), 50)  # type: ignore[arg-type]
    assert most == 3 and len(session.queue.ended) == 12
    assert session.queue.looks <= 6
