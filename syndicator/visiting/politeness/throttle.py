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
_SHORTEST_CHECK = 0.05  # seconds between checks for a free turn
_LONGEST_CHECK = 2.0
_QUIET_CHECK = 0.2  # seconds between checks for other requests to a host
_MOST_HOSTS = 1024  # hosts in memory; above, unused ones are deleted
_ALONE = Turn(0)
NOTE = "holds"  # key in existing databases
AHEAD = timedelta(minutes=10)  # tolerated difference between clocks of processes
_MOST_WAITS = 1000  # waits stored, those that end last


class HostBusy(Exception):
    """Other machines use the host longer than we wait. Try again after `seconds`."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(host)
        self.seconds = seconds


@dataclass(slots=True)
class _Host:
    """A host to which requests are sent."""

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
        host = self._get_host(name)
        host.users += 1
        try:
            async with host.turn:
                await self._wait(host)
                turn = _ALONE
                if self._turns is not None:
                    turn = await self._take_shared_turn(self._turns, name)
                try:
                    yield turn
                finally:
                    if self._turns is not None:
                        self._turns.give_back(name, turn, self._get_pause(host))
                    host.free_at = self._clock() + timedelta(seconds=self._get_pause(host))
        finally:
            host.users -= 1

    async def _take_shared_turn(self, turns: HostTurns, name: str) -> Turn:
        """Wait until no other machine uses the host. Raises HostBusy."""
        waited = 0.0
        while True:
            turn = turns.take(name)
            if not isinstance(turn, Busy):
                return turn
            if waited >= PATIENCE or (turn.held and turn.seconds > PATIENCE):
                raise HostBusy(name, turn.seconds)
            seconds = min(max(turn.seconds, _SHORTEST_CHECK), _LONGEST_CHECK)
            seconds *= 1 + random.random() / 4  # random, so that machines do not retry at once
            waited += seconds
            await self._sleep(seconds)

    async def quiet(self, name: str) -> None:
        """Wait until no request to the host runs or waits. For low priority, such as pictures."""
        while self._get_host(name).users:
            await self._sleep(_QUIET_CHECK)

    def back_off(self, name: str, until: datetime) -> None:
        """Send nothing to the host before `until`, at most 15 minutes."""
        host = self._get_host(name)
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
        host = self._get_host(name)
        if host.backoff_until is None:
            return None
        now = self._clock()
        # a clock that was set back must not prolong it
        until = min(host.backoff_until, now + LONGEST_BACKOFF)
        return until if until > now else None

    def set_delay(self, name: str, seconds: float) -> None:
        """Set the host's crawl-delay, at most 60 s; it replaces a shorter pause."""
        host = self._get_host(name)
        delay = max(0.0, min(seconds, LONGEST_DELAY))
        if self._turns is not None and delay != host.delay:
            self._turns.set_delay(name, delay)
        host.delay = delay

    async def _wait(self, host: _Host) -> None:
        """Wait until the pause after the last request and the back-off are over."""
        now = self._clock()
        until = now
        # a clock that was set back must not prolong them
        if host.free_at is not None:
            longest_pause = timedelta(seconds=self._get_pause(host))
            until = max(until, min(host.free_at, now + longest_pause))
        if host.backoff_until is not None:
            until = max(until, min(host.backoff_until, now + LONGEST_BACKOFF))
        if until > now:
            await self._sleep((until - now).total_seconds())

    def _get_pause(self, host: _Host) -> float:
        """Return the seconds between two requests to the host."""
        return max(self._pause, host.delay)

    def _get_host(self, name: str) -> _Host:
        """Return the host, with the back-off of an earlier process."""
        host = self._hosts.get(name)
        if host is not None:
            return host
        if len(self._hosts) >= _MOST_HOSTS:
            self._forget_unused_hosts()
        until = None
        # with shared turns, a held host grants none
        if self._backoff is not None and self._turns is None:
            until = self._backoff.until(name)
        host = _Host(backoff_until=until)
        self._hosts[name] = host
        return host

    def _forget_unused_hosts(self) -> None:
        now = self._clock()
        for name, host in list(self._hosts.items()):
            if host.users:
                continue
            is_paused = host.free_at is not None and host.free_at > now
            backs_off = host.backoff_until is not None and host.backoff_until > now
            if not is_paused and not backs_off:
                del self._hosts[name]


class _Wait(NamedTuple):
    """A time until which a host or address asked us to wait, and when it asked."""

    since: datetime
    until: datetime


class Backoff:
    """`ports.Waits` from Retry-After (RFC 9110 10.2.3). `get`, `set_note`: a note in the store;
    empty if unreadable."""

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

    def until(self, name: str) -> datetime | None:
        """Return the end of the wait of a host or address, None without one."""
        wait = self._get_waits().get(name)
        if wait is None or not _lasts(wait, self._clock()):
            return None
        return wait.until

    def any(self) -> bool:
        """Return True if there may be a wait."""
        return bool(self._get_waits())

    def add(self, name: str, until: datetime) -> None:
        """Store that a host or address asked us to wait, a week at most."""
        now = self._clock()
        # read again: another process may have added some
        waits = {name: wait for name, wait in self._read_note().items() if _lasts(wait, now)}
        until = min(until, now + LONGEST_RETRY)
        if name not in waits or waits[name].until < until:
            waits[name] = _Wait(now, until)
        by_end = sorted(waits.items(), key=lambda item: item[1].until)
        self._known = dict(by_end[-_MOST_WAITS:])
        note = {
            name: [wait.since.isoformat(), wait.until.isoformat()]
            for name, wait in self._known.items()
        }
        self._set(NOTE, json.dumps(note), now)

    def _get_waits(self) -> dict[str, _Wait]:
        """Return all waits, read once."""
        if self._known is None:
            self._known = self._read_note()
        return self._known

    def _read_note(self) -> dict[str, _Wait]:
        """Return the stored waits; none from a note that cannot be read."""
        waits = {}
        try:
            note = json.loads(self._get(NOTE) or "{}")
            for name, times in note.items():
                wait = _Wait(*map(datetime.fromisoformat, times))
                if wait.since.tzinfo and wait.until.tzinfo:
                    waits[str(name)] = wait
        except (ValueError, TypeError, AttributeError):
            return {}
        return waits


def _lasts(wait: _Wait, now: datetime) -> bool:
    """Return True for a wait that is not over, unless it began in the future (the clock was set
    back)."""
    return wait.since <= now + AHEAD and now < wait.until
