"""Simulated time for one event loop: sleepers wake in order, no real second passes."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import TypeVar

from tests.visiting.conftest import NOW

T = TypeVar("T")


class SimClock:
    def __init__(self) -> None:
        self.now = NOW
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._count = 0

    def __call__(self) -> datetime:
        return self.now

    def seconds_since_start(self) -> float:
        """Seconds since the start."""
        return (self.now - NOW).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self._count += 1
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(
            self._sleepers, (self.now + timedelta(seconds=max(seconds, 0)), self._count, future)
        )
        await future

    async def run(self, work: Awaitable[T]) -> T:
        """`work` to its end, the clock moving on whenever everybody sleeps."""
        task = asyncio.ensure_future(work)
        while not task.done():
            for _ in range(20):
                await asyncio.sleep(0)
            if task.done() or not self._sleepers:
                continue
            at, _, future = heapq.heappop(self._sleepers)
            self.now = max(self.now, at)
            if not future.done():
                future.set_result(None)
        return await task
