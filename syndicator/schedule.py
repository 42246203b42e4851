"""The heartbeat of `up`. One job asks the store what is due: a timer for each source drops and starves them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler

T = TypeVar("T")

BEAT_SECONDS = 60.0
# A beat that shows no sign of life for longer than this is reported as a stopped heart.
STOPPED_SECONDS = 300.0


class Scheduler:
    """Calls `beat` now and then every `seconds`, never two at a time. `steady` is a clock that nobody sets
    (time.monotonic): with it the heart notices that it stopped, because a beat hangs (`on_stopped` is told, once a
    beat) or because the wall clock was set back under the scheduler (the next beat is then brought forward)."""

    def __init__(
        self,
        beat: Callable[[], Awaitable[None]],
        *,
        steady: Callable[[], float],
        on_stopped: Callable[[float], None],
        seconds: float = BEAT_SECONDS,
    ) -> None:
        self._beat, self._steady, self._on_stopped, self._seconds = beat, steady, on_stopped, seconds
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._under_way: asyncio.Task[None] | None = None
        self._watchdog: asyncio.Task[None] | None = None
        self._last = steady()
        self._stopping = False

    def start(self) -> None:
        # The defaults would drop a late beat silently (misfire_grace_time of 1 s).
        self._job = self._scheduler.add_job(
            self._once, "interval", seconds=self._seconds, coalesce=True, max_instances=1, misfire_grace_time=None
        )
        self._scheduler.start()
        self._bring_forward()
        self._watchdog = asyncio.create_task(self._watch())

    def felt(self, tell: Callable[[T], None]) -> Callable[[T], None]:
        """`tell` that also shows that the beat under way is alive, however long it takes."""

        def told(value: T) -> None:
            self._last = self._steady()
            tell(value)

        return told

    async def _once(self) -> None:
        self._last = self._steady()
        self._under_way = asyncio.current_task()
        try:
            await self._beat()
        except asyncio.CancelledError:
            if not self._stopping:  # a beat that `stop` dropped is no failure of the job
                raise
        finally:
            self._last = self._steady()
            self._under_way = None

    async def _watch(self) -> None:
        reported: asyncio.Task[None] | None = None
        while True:
            await asyncio.sleep(self._seconds / 2)
            silent = self._steady() - self._last
            if self._under_way and silent > STOPPED_SECONDS and self._under_way is not reported:
                reported = self._under_way
                self._on_stopped(silent)
            elif not self._under_way and silent > 2 * self._seconds:
                self._bring_forward()

    def _bring_forward(self) -> None:
        self._job.modify(next_run_time=datetime.now(UTC))

    async def stop(self, grace: float) -> None:
        """No new beat; the one under way has `grace` seconds to end and is dropped then."""
        self._stopping = True
        self._scheduler.pause()
        if self._watchdog:
            self._watchdog.cancel()
        if self._under_way:
            _, late = await asyncio.wait({self._under_way}, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._scheduler.shutdown(wait=False)
