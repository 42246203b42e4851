"""One lane per host: so many connections at a time, a pause between, holds when the host asks for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syndicator.visiting.politeness.backoff import Backoff

LONGEST_HOLD = timedelta(minutes=15)  # whatever a host asks for, its other URLs wait no longer
LONGEST_DELAY = 60.0  # seconds of crawl-delay that are honoured
_KEEP = 1024  # lanes remembered before idle ones are dropped


@dataclass(slots=True)
class _Lane:
    slots: asyncio.Semaphore
    delay: float = 0.0  # crawl-delay
    free_at: datetime | None = None
    held_until: datetime | None = None
    users: int = 0
    order: asyncio.Lock = field(default_factory=asyncio.Lock)


class Throttle:
    """`async with lanes.turn(host)` waits for the host's turn; hosts never wait for each other.

    pause: seconds between the end of one request and the start of the next of a host. per_host: connections to one
    host at a time. sleep, clock: injected, so that a day can be simulated. total: hosts served at a time, 0 = no limit;
    a lane asks for it last, with at most per_host requests, so hosts take turns. holds: what outlives the process.
    """

    def __init__(
        self,
        pause: float,
        per_host: int,
        sleep: Callable[[float], Awaitable[None]],
        clock: Callable[[], datetime],
        total: int = 0,
        backoff: Backoff | None = None,
    ) -> None:
        self._pause = pause
        self._per_host = per_host
        self._sleep = sleep
        self._clock = clock
        self._total = asyncio.Semaphore(total) if total else None
        self._backoff = backoff
        self._throttle: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        lane = self._lane(host)
        lane.users += 1
        try:
            async with lane.slots:
                await self._wait(lane)
                try:
                    if self._total is None:
                        yield
                    else:
                        async with self._total:
                            yield
                finally:
                    lane.free_at = self._later(lane.free_at, self._clock() + timedelta(seconds=self._gap(lane)))
        finally:
            lane.users -= 1

    def hold(self, host: str, until: datetime) -> None:
        """Nothing is asked of `host` before `until`, or for 15 minutes where that is sooner."""
        lane = self._lane(host)
        lane.held_until = self._later(lane.held_until, min(until, self._clock() + LONGEST_HOLD))
        if self._backoff is not None:
            self._backoff.hold(host, lane.held_until)

    def held(self, host: str) -> datetime | None:
        """Until when `host` is held, None when it is not."""
        lane = self._lane(host)
        if lane.held_until is None:
            return None
        now = self._clock()
        until = min(lane.held_until, now + LONGEST_HOLD)  # a clock set back must not stretch a hold
        return until if until > now else None

    def now(self) -> datetime:
        """The lanes' own clock."""
        return self._clock()

    def delay(self, host: str, seconds: float) -> None:
        """The host's crawl-delay, at most 60 s of it."""
        self._lane(host).delay = max(0.0, min(seconds, LONGEST_DELAY))

    def remembered(self) -> int:
        """How many hosts have a lane at the moment."""
        return len(self._throttle)

    async def _wait(self, lane: _Lane) -> None:
        async with lane.order:
            now = self._clock()
            until = now
            if lane.free_at is not None:
                until = max(until, min(lane.free_at, now + timedelta(seconds=self._gap(lane))))
            if lane.held_until is not None:
                until = max(until, min(lane.held_until, now + LONGEST_HOLD))
            if until > now:
                await self._sleep((until - now).total_seconds())
            lane.free_at = self._clock() + timedelta(seconds=self._gap(lane)) if self._per_host > 1 else lane.free_at

    def _gap(self, lane: _Lane) -> float:
        return max(self._pause, lane.delay)

    def _lane(self, host: str) -> _Lane:
        lane = self._throttle.get(host)
        if lane is None:
            if len(self._throttle) >= _KEEP:
                self._forget()
            held = None if self._backoff is None else self._backoff.until(host)
            lane = self._throttle[host] = _Lane(asyncio.Semaphore(self._per_host), held_until=held)
        return lane

    def _forget(self) -> None:
        now = self._clock()
        for host, lane in list(self._throttle.items()):
            waiting = lane.users or any(at is not None and at > now for at in (lane.free_at, lane.held_until))
            if not waiting:
                del self._throttle[host]

    @staticmethod
    def _later(one: datetime | None, other: datetime) -> datetime:
        return other if one is None else max(one, other)
