"""The scheduler of `up`: what it starts when the clock is set, and what it says of a run that hangs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, tzinfo

import apscheduler.schedulers.base
import pytest

from syndicator.processes import schedule
from syndicator.processes.schedule import Scheduler
from tests.services.pushes.web import until

pytestmark = pytest.mark.anyio
EVERY = 0.05  # seconds


class WallClock(datetime):
    """The clock of this machine, which a test sets."""

    shift = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> WallClock:
        moment = datetime.now(tz) + cls.shift
        return cls.fromtimestamp(moment.timestamp(), tz)


@pytest.fixture(autouse=True)
def wall_clock(monkeypatch: pytest.MonkeyPatch) -> type[WallClock]:
    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", WallClock)
    monkeypatch.setattr(schedule, "datetime", WallClock)
    monkeypatch.setattr(WallClock, "shift", timedelta())
    return WallClock


def make_scheduler(
    run: Callable[[], Awaitable[None]],
    *,
    steady: Callable[[], float] = time.monotonic,
    on_stopped: Callable[[float], None] = lambda silent: None,
) -> Scheduler:
    return Scheduler(run, steady=steady, on_stopped=on_stopped, seconds=EVERY)


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_is_set_stops_nothing(wall_clock: type[WallClock], hours: int) -> None:
    runs: list[float] = []

    async def run() -> None:
        runs.append(time.monotonic())

    scheduler = make_scheduler(run)
    scheduler.start()
    await until(lambda: len(runs) >= 2)
    wall_clock.shift = timedelta(hours=hours)
    before = len(runs)
    await asyncio.sleep(10 * EVERY)
    after = len(runs)
    assert 2 <= after - before <= 12  # it goes on, and makes up for no run of the hour
    await scheduler.stop(1)


async def test_a_run_that_is_silent_for_five_minutes_is_reported_once() -> None:
    reported: list[float] = []
    steady = [0.0]

    async def hang() -> None:
        await asyncio.Event().wait()

    scheduler = make_scheduler(hang, steady=lambda: steady[0], on_stopped=reported.append)
    scheduler.start()
    await asyncio.sleep(2 * EVERY)
    steady[0] += 300
    await asyncio.sleep(2 * EVERY)
    assert (reported, scheduler.silent_seconds()) == ([], 0)
    steady[0] += 1
    await until(lambda: reported)
    await asyncio.sleep(2 * EVERY)
    assert (reported, scheduler.silent_seconds()) == ([301], 301)
    await scheduler.stop(0)
