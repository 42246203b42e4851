"""Limit requests to a host: one at a time, with pauses, none while it asked us to wait.
These waits are stored for later processes."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from syndicator.core.ports import Busy, HostTurns, Turn, Waits
from syndicator.visiting.fetch.responses import LONGEST_RETRY

# Our limits: an extreme Retry-After or crawl-delay must not stop visits to everything else on the
# host.
# of a host; the refused URL itself waits as long as requested
LONGEST_BACKOFF = timedelta(minutes=15)
LONGEST_DELAY = 60.0  # seconds of crawl-delay
PATIENCE = 30.0  # seconds to wait for a host that another machine uses or that is held
_SHORTEST = 0.05
_LONGEST = 2.0  # seconds between checks for a free turn
_LOOK = 0.2  # seconds between checks for other requests to a host
_MOST_HOSTS = 1024  # hosts in memory; above, unused ones are deleted
_ALONE = Turn(0)
NOTE = "holds"  # key in existing databases
AHEAD = timedelta(minutes=10)  # tolerated difference between clocks of processes
_MOST = 1000  # waits stored, those that end last


class HostBusy(Exception):
    """Other machines use the host longer than we wait. Try again after `seconds`."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(host)
        self.seconds = seconds


@dataclass(slots=True)
class _Host:
    delay: float = 0.0  # crawl-delay in seconds
    free_at: datetime | None = None  # when the pause after its last request is over
    backoff_until: datetime | None = None
    users: int = 0  # requests that run or wait
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Throttle:
    """`async with throttle.turn(host)` waits until the host may be asked, by one at a time.
    `pause`: seconds between requests to a host. `backoff`: waits stored for later processes.
    `turns`: shared with other machines."""

    def __init__(
        self,
        pause: float,
        sleep: Callable[[float], Awaitable[None]],
        clock: Callable[[], datetime],
        backoff: Waits | None = None,
        turns: HostTurns | None = None,
    ) -> None:
        self._pause = pause
        self._sleep = sleep
        self._clock = self.now = clock
        self._backoff = backoff
        self._turns = turns
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[Turn]:
        """Wait for the host's turn; yield it. The next pause begins after the block. Raise HostBusy
        after a long wait."""
        host = self._host(name)
        host.users += 1
        try:
            async with host.turn:
                await self._wait(host)
                turn = _ALONE if self._turns is None else await self._common_turn(self._turns, name)
                try:
                    yield turn
                finally:
                    if self._turns is not None:
                        self._turns.give_back(name, turn, self._gap(host))
                    host.free_at = self._clock() + timedelta(seconds=self._gap(host))
        finally:
            host.users -= 1

    async def _common_turn(self, turns: HostTurns, name: str) -> Turn:
        waited = 0.0
        while isinstance(turn := turns.take(name), Busy):
            if waited >= PATIENCE or (turn.held and turn.seconds > PATIENCE):
                raise HostBusy(name, turn.seconds)
            # random, so that machines do not retry at once
            seconds = min(max(turn.seconds, _SHORTEST), _LONGEST) * (1 + random.random() / 4)
            waited += seconds
            await self._sleep(seconds)
        return turn

    async def quiet(self, name: str) -> None:
        """Wait until no request to the host runs or waits. For low priority, such as pictures."""
        while self._host(name).users:
            await self._sleep(_LOOK)

    def back_off(self, name: str, until: datetime) -> None:
        """Send nothing to the host before `until`, at most 15 minutes."""
        host = self._host(name)
        until = min(until, self._clock() + LONGEST_BACKOFF)
        host.backoff_until = max(until, host.backoff_until or until)
        if self._backoff is not None:
            self._backoff.add(name, host.backoff_until)

    def away(self, name: str, reason: str, detail: str, seconds: float) -> None:
        """Report to other machines that the host cannot be reached."""
        if self._turns is not None:
            self._turns.set_away(name, reason, detail, seconds)

    def backs_off_until(self, name: str) -> datetime | None:
        """Return the end of the host's back-off, or None."""
        host = self._host(name)
        if host.backoff_until is None:
            return None
        now = self._clock()
        # a clock that was set back must not prolong it
        until = min(host.backoff_until, now + LONGEST_BACKOFF)
        return until if until > now else None

    def set_delay(self, name: str, seconds: float) -> None:
        """Set the host's crawl-delay, at most 60 s; it replaces a shorter pause."""
        host = self._host(name)
        delay = max(0.0, min(seconds, LONGEST_DELAY))
        if self._turns is not None and delay != host.delay:
            self._turns.set_delay(name, delay)
        host.delay = delay

    async def _wait(self, host: _Host) -> None:
        now = self._clock()
        limits = (
            (host.free_at, timedelta(seconds=self._gap(host))),
            (host.backoff_until, LONGEST_BACKOFF),
        )
        until = max(
            (min(at, now + longest) for at, longest in limits if at is not None), default=now
        )
        if until > now:
            await self._sleep((until - now).total_seconds())

    def _gap(self, host: _Host) -> float:
        return max(self._pause, host.delay)

    def _host(self, name: str) -> _Host:
        if (host := self._hosts.get(name)) is None:
            if len(self._hosts) >= _MOST_HOSTS:
                self._forget()
            # with shared turns, a held host grants none
            until = (
                self._backoff.until(name)
                if self._backoff is not None and self._turns is None
                else None
            )
            host = self._hosts[name] = _Host(backoff_until=until)
        return host

    def _forget(self) -> None:
        now = self._clock()
        for name, host in list(self._hosts.items()):
            if not (
                host.users
                or any(at is not None and at > now for at in (host.free_at, host.backoff_until))
            ):
                del self._hosts[name]


class _Wait(NamedTuple):
    since: datetime
    until: datetime


class Backoff:
    """`ports.Waits` from Retry-After (RFC 9110 10.2.3). `get`, `set`: a note in the store; empty if
    unreadable."""

    def __init__(
        self,
        get: Callable[[str], str | None],
        set_note: Callable[[str, str | None, datetime], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._get = get
        self._set = set_note
        self._clock = clock
        self._known: dict[str, _Wait] | None = None

    def until(self, what: str) -> datetime | None:
        if not self.any():
            return None
        wait = (self._known or {}).get(what)
        now = self._clock()
        return wait.until if wait is not None and _counts(wait, now) else None

    def any(self) -> bool:
        if self._known is None:
            self._known = self._read()
        return bool(self._known)

    def add(self, what: str, until: datetime) -> None:
        now = self._clock()
        # read again: another process may have added some
        waits = {name: wait for name, wait in self._read().items() if _counts(wait, now)}
        until = min(until, now + LONGEST_RETRY)
        if what not in waits or waits[what].until < until:
            waits[what] = _Wait(now, until)
        self._known = dict(sorted(waits.items(), key=lambda item: item[1].until)[-_MOST:])
        noted = {
            name: [wait.since.isoformat(), wait.until.isoformat()]
            for name, wait in self._known.items()
        }
        self._set(NOTE, json.dumps(noted), now)

    def _read(self) -> dict[str, _Wait]:
        try:
            noted = json.loads(self._get(NOTE) or "{}")
            waits = {
                str(name): _Wait(*map(datetime.fromisoformat, times))
                for name, times in noted.items()
            }
        except (ValueError, TypeError, AttributeError):
            return {}
        return {
            name: wait for name, wait in waits.items() if wait.since.tzinfo and wait.until.tzinfo
        }


def _counts(wait: _Wait, now: datetime) -> bool:
    """Return True for a wait that lasts, unless it began in the future (the clock was set back)."""
    return wait.since <= now + AHEAD and now < wait.until
