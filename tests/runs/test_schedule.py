"""The scheduler of `up` when the clock is set, and its report of a run that hangs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, tzinfo

import apscheduler.schedulers.base
import pytest

from syndicator.runs import schedule
from syndicator.runs.schedule import Scheduler
from tests.runs.pushes.web import wait_until

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
    async def run_job(name: str) -> None:
        if name == "visits":
            await run()

    jobs = {"visits": EVERY, "retention": 3600}
    return Scheduler(
        jobs, run_job, steady=steady, on_stopped=lambda name, silent: on_stopped(silent)
    )


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_is_set_stops_nothing(wall_clock: type[WallClock], hours: int) -> None:
    """If the clock is set by an hour, jobs go on at their interval, and missed runs are not made up
    for."""
    runs: list[float] = []

    async def run() -> None:
        runs.append(time.monotonic())

    scheduler = make_scheduler(run)
    scheduler.start()
    await wait_until(lambda: len(runs) >= 2)
    wall_clock.shift = timedelta(hours=hours)
    set_at = time.monotonic()
    before = len(runs)
    await wait_until(lambda: len(runs) >= before + 5)  # it goes on
    passed = time.monotonic() - set_at

    assert len(runs) - before <= passed / EVERY + 2  # and makes up for no run of the hour

    await scheduler.stop(1)


async def test_a_run_that_is_silent_for_five_minutes_is_reported_once() -> None:
    """A job that hangs is reported once after more than 300 seconds."""
    reported: list[float] = []
    steady = [0.0]

    async def hang() -> None:
        await asyncio.Event().wait()

    scheduler = make_scheduler(hang, steady=lambda: steady[0], on_stopped=reported.append)
    scheduler.start()
    await asyncio.sleep(2 * EVERY)
    steady[0] += 300
    await asyncio.sleep(2 * EVERY)

    assert reported == []
    assert scheduler.silent_seconds() == 0

    steady[0] += 1
    await wait_until(lambda: reported)
    await asyncio.sleep(2 * EVERY)

    assert reported == [301]
    assert scheduler.silent_seconds() == 301

    await scheduler.stop(0)


class Jobs:
    """Jobs that a test lets end."""

    def __init__(self, **intervals: float) -> None:
        self.started: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.scheduler = Scheduler(
            intervals, self.run, steady=time.monotonic, on_stopped=self.stopped
        )

    async def run(self, name: str) -> None:
        self.started.append(name)
        await self.gate.wait()

    def stopped(self, name: str, seconds: float) -> None:
        raise AssertionError(name)


async def test_a_start_does_each_job_in_order_and_then_at_its_interval() -> None:
    """At the start all jobs run once in order; then only the frequent one (every EVERY seconds)
    runs within the test."""
    jobs = Jobs(visits=EVERY, build=3600, another=3600)
    jobs.scheduler.start()
    await wait_until(lambda: len(jobs.started) >= 6)

    assert jobs.started[:3] == ["visits", "build", "another"]
    assert set(jobs.started[3:]) == {"visits"}

    next_runs = jobs.scheduler.read_next_runs()

    assert timedelta(minutes=59) < next_runs["build"] - next_runs["visits"] < timedelta(hours=1)

    await jobs.scheduler.stop(1)


async def test_a_job_is_brought_forward_and_never_put_off() -> None:
    """A job that was brought forward keeps its earlier time if a later one is asked for."""
    jobs = Jobs(build=3600)
    jobs.scheduler.start()
    await wait_until(lambda: len(jobs.started) == 1 and not jobs.scheduler.silent_seconds())
    await asyncio.sleep(EVERY)
    jobs.scheduler.bring_forward("build", 2 * EVERY)
    jobs.scheduler.bring_forward("build", 1800)

    assert len(jobs.started) == 1

    await wait_until(lambda: len(jobs.started) == 2)
    await jobs.scheduler.stop(1)


async def test_a_job_under_way_that_is_called_for_starts_again_once() -> None:
    """A job called for three times while it runs starts again once."""
    jobs = Jobs(build=3600)
    jobs.gate.clear()
    jobs.scheduler.start()
    await wait_until(lambda: jobs.started)
    for _ in range(3):
        jobs.scheduler.bring_forward("build")
    await asyncio.sleep(2 * EVERY)

    assert len(jobs.started) == 1

    jobs.gate.set()
    await wait_until(lambda: len(jobs.started) == 2)
    await asyncio.sleep(2 * EVERY)

    assert len(jobs.started) == 2

    await jobs.scheduler.stop(1)


async def test_no_job_waits_for_longer_than_its_interval(wall_clock: type[WallClock]) -> None:
    """If the clock is set back by an hour, an hourly job still runs within its interval."""
    jobs = Jobs(visits=EVERY, retention=3600)
    jobs.scheduler.start()
    await wait_until(lambda: "retention" in jobs.started)
    wall_clock.shift = -timedelta(hours=1)
    await wait_until(lambda: jobs.started.count("retention") == 2)
    await jobs.scheduler.stop(1)


async def test_a_job_that_is_late_by_hours_runs_once(wall_clock: type[WallClock]) -> None:
    """An hourly job that is late by three and a half hours runs once, not four times."""
    jobs = Jobs(visits=EVERY * 20, retention=3600)
    jobs.scheduler.start()
    await wait_until(lambda: len(jobs.started) == 2)
    wall_clock.shift = timedelta(hours=3, minutes=30)
    await wait_until(lambda: jobs.started.count("retention") == 2)
    await asyncio.sleep(2 * EVERY)

    assert jobs.started.count("retention") == 2

    await jobs.scheduler.stop(1)


async def test_nothing_starts_before_the_start_and_after_the_stop() -> None:
    """Jobs brought forward run only between start and stop."""
    jobs = Jobs(visits=EVERY, build=3600)
    jobs.gate.clear()
    jobs.scheduler.bring_forward("build")
    await asyncio.sleep(EVERY)

    assert jobs.started == []

    jobs.scheduler.start()
    await wait_until(lambda: len(jobs.started) == 2)
    jobs.scheduler.bring_forward("build")
    await jobs.scheduler.stop(0)
    jobs.scheduler.bring_forward("visits")
    await asyncio.sleep(3 * EVERY)

    assert jobs.started == ["visits", "build"]
