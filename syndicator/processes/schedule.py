"""The scheduler of `up`: one repeated job that asks for due sources (one timer per source lost half of 40 runs)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler

T = TypeVar("T")

RUN_EVERY_SECONDS = 60.0  # sources are due to the minute
_ENDED_SECONDS = 0.1  # after which the scheduler knows that a run has ended
STOPPED_SECONDS = 300.0  # a run that shows no progress for longer than this is reported; a slow page takes under one


class Scheduler:
    """Calls `run` every `seconds`, one at a time. Reports a hanging run to `on_stopped`, once. `steady`: clock."""

    def __init__(
        self,
        run: Callable[[], Awaitable[None]],
        *,
        steady: Callable[[], float],
        on_stopped: Callable[[float], None],
        seconds: float = RUN_EVERY_SECONDS,
    ) -> None:
        self._run, self._steady, self._on_stopped, self._seconds = run, steady, on_stopped, seconds
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._under_way: asyncio.Task[None] | None = None
        self._watchdog: asyncio.Task[None] | None = None
        self._last = steady()
        self._stopping = self._again = False

    def start(self) -> None:
        # The defaults would drop a late run silently (misfire_grace_time of 1 s).
        self._job = self._scheduler.add_job(
            self._once, "interval", seconds=self._seconds, coalesce=True, max_instances=1, misfire_grace_time=None
        )
        self._scheduler.start()
        self._bring_forward()
        self._watchdog = asyncio.create_task(self._watch())

    def run_now(self, *, again: bool = False) -> None:
        """Start the next run now, unless one is active; `again`: then start another."""
        if self._under_way is None:
            self._bring_forward()
        else:
            self._again = self._again or again

    def silent_seconds(self) -> float:
        """Return seconds without progress; 0 if a slow page or pause explains them."""
        silent = self._steady() - self._last
        return silent if silent > max(STOPPED_SECONDS, 3 * self._seconds) else 0

    def note(self) -> None:
        """Record progress of the active run."""
        self._last = self._steady()

    def progress(self, callback: Callable[[T], None]) -> Callable[[T], None]:
        """Return a function that calls `note`, then `callback`."""

        def noted(value: T) -> None:
            self.note()
            callback(value)

        return noted

    async def _once(self) -> None:
        self._last = self._steady()
        self._under_way = asyncio.current_task()
        try:
            await self._run()
        except asyncio.CancelledError:
            if not self._stopping:  # a run that `stop` cancelled is no failure of the job
                raise
        finally:
            self._last = self._steady()
            self._under_way = None
            if self._again and not self._stopping:
                self._again = False
                asyncio.get_running_loop().call_later(_ENDED_SECONDS, self._bring_forward)

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
        if not self._stopping:
            self._job.modify(next_run_time=datetime.now(UTC))

    async def stop(self, grace: float) -> None:
        """Start no new run; cancel the active one after `grace` seconds."""
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
