"""Limit requests to a host: one at a time, with pauses, and none while it asks for a wait.

The times until which hosts asked for a wait are stored for later processes."""

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
# host. Only the URL that was refused waits as long as requested.
LONGEST_BACKOFF = timedelta(minutes=15)
LONGEST_DELAY = 60.0  # seconds of crawl-delay
PATIENCE = 30.0  # seconds to wait for a host that another machine uses or that nobody may ask
_SHORTEST_CHECK = 0.05  # seconds between checks for a free turn
_LONGEST_CHECK = 2.0
_QUIET_CHECK = 0.2  # seconds between checks for other requests to a host
_MOST_HOSTS = 1024  # hosts in memory; above, unused ones are deleted
_LOCAL_TURN = Turn(0)  # if hosts are not shared with other machines
NOTE = "holds"  # key of the note in the database
CLOCK_TOLERANCE = timedelta(minutes=10)  # tolerated difference between clocks of processes
_MOST_WAITS = 1000  # waits stored, those that end last


class HostBusy(Exception):
    """Raised if other machines use the host for longer than this program waits. `seconds`: the time
    after which to try again."""

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
    """The queues of hosts. `async with throttle.turn(host)` waits until a request may be sent to
    the host.

    `pause`: the seconds between two requests to a host. `backoff`: the waits that hosts asked for,
    stored for later processes. `turns`: the turns of hosts that several machines share, None if
    there is only one machine."""

    def __init__(
        self,
        pause: float,
        sleep: Callable[[float], Awaitable[None]],
        clock: Callable[[], datetime],
        backoff: Waits | None = None,
        turns: HostTurns | None = None,
    ) -> None:
        """`pause`: the seconds between two requests to a host. `sleep(seconds)`: waits. `clock`:
        returns the present time. `backoff`: stores the waits that hosts asked for, for later
        processes. `turns`: the turns of hosts that several machines share, None if there is only
        one machine."""
        self._pause = pause
        self._sleep = sleep
        self.now = clock
        self._clock = clock
        self._backoff = backoff
        self._turns = turns
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[Turn]:
        """Wait until a request may be sent to the host `name`: no other request to it runs, the
        pause after the last one is over, and the host asks for no wait. Then yield the host's turn,
        the permission for one request. At the end of the block, the next pause begins. Raises
        HostBusy if other machines use the host for over 30 seconds."""
        host = self._get_host(name)
        host.users += 1
        try:
            async with host.turn:  # one request of this process at a time
                await self._wait_for_pause(host)
                turn = _LOCAL_TURN
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
        """Wait until no other machine uses the host `name`, and return its turn. Raises HostBusy if
        this takes over 30 seconds, and at once if the host asked for a longer wait. `turns`: the
        turns that the machines share."""
        waited = 0.0
        while True:
            turn = turns.take(name)
            if not isinstance(turn, Busy):
                return turn
            # held: the host itself asked for a wait
            is_held_for_long = turn.held and turn.seconds > PATIENCE
            if waited >= PATIENCE or is_held_for_long:
                raise HostBusy(name, turn.seconds)
            check_after = min(max(turn.seconds, _SHORTEST_CHECK), _LONGEST_CHECK)
            check_after *= 1 + random.random() / 4  # random, so that machines do not retry at once
            waited += check_after
            await self._sleep(check_after)

    async def wait_until_quiet(self, name: str) -> None:
        """Wait until no request to the host `name` runs or waits. Call this before a request that
        is less important than all others, such as one for a picture."""
        while self._get_host(name).users:
            await self._sleep(_QUIET_CHECK)

    def back_off(self, name: str, until: datetime) -> None:
        """Send no request to the host `name` before the time `until`, but not for longer than 15
        minutes. A longer wait that the host asked for before stays. The wait is stored for later
        processes."""
        host = self._get_host(name)
        until = min(until, self._clock() + LONGEST_BACKOFF)
        host.backoff_until = max(until, host.backoff_until or until)
        if self._backoff is not None:
            self._backoff.add(name, host.backoff_until)

    def report_away(self, name: str, reason: str, detail: str, seconds: float) -> None:
        """Tell the other machines that the host `name` cannot be reached, so that they do not try
        it for `seconds`. `reason`, `detail`: of the failure."""
        if self._turns is not None:
            self._turns.set_away(name, reason, detail, seconds)

    def backs_off_until(self, name: str) -> datetime | None:
        """Return the time until which no request is sent to the host `name`, as it asked for a
        wait. Return None if it asks for none now."""
        host = self._get_host(name)
        if host.backoff_until is None:
            return None
        now = self._clock()
        # the back-off is not longer than 15 minutes, even if the clock was set back since
        until = min(host.backoff_until, now + LONGEST_BACKOFF)
        return until if until > now else None

    def set_delay(self, name: str, seconds: float) -> None:
        """Store the crawl-delay of the host `name`, in seconds; at most 60 count. From now on, the
        pause between two requests to the host is at least as long."""
        host = self._get_host(name)
        delay = max(0.0, min(seconds, LONGEST_DELAY))
        if self._turns is not None and delay != host.delay:
            self._turns.set_delay(name, delay)
        host.delay = delay

    async def _wait_for_pause(self, host: _Host) -> None:
        """Wait until the pause after the host's last request is over, and the wait that the host
        asked for, too."""
        now = self._clock()
        until = now
        # both are limited once more, in case the clock was set back since
        if host.free_at is not None:
            longest_pause = timedelta(seconds=self._get_pause(host))
            until = max(until, min(host.free_at, now + longest_pause))
        if host.backoff_until is not None:
            until = max(until, min(host.backoff_until, now + LONGEST_BACKOFF))
        if until > now:
            await self._sleep((until - now).total_seconds())

    def _get_pause(self, host: _Host) -> float:
        """Return the seconds between two requests to the host: the usual pause, or its crawl-delay
        if that is longer."""
        return max(self._pause, host.delay)

    def _get_host(self, name: str) -> _Host:
        """Return the state of the host `name`. If it has none yet, create one, with the wait that
        an earlier process stored for the host."""
        host = self._hosts.get(name)
        if host is not None:
            return host
        if len(self._hosts) >= _MOST_HOSTS:
            self._forget_unused_hosts()
        until = None
        # shared turns know the host's wait themselves, and are not given meanwhile
        if self._backoff is not None and self._turns is None:
            until = self._backoff.until(name)
        host = _Host(backoff_until=until)
        self._hosts[name] = host
        return host

    def _forget_unused_hosts(self) -> None:
        """Delete the states of hosts that have no requests, no pause and no wait now."""
        now = self._clock()
        for name, host in list(self._hosts.items()):
            if host.users:
                continue
            is_paused = host.free_at is not None and host.free_at > now
            backs_off = host.backoff_until is not None and host.backoff_until > now
            if not is_paused and not backs_off:
                del self._hosts[name]


class _Wait(NamedTuple):
    """A wait that a host or an address asked for. `since`: when it asked. `until`: when the wait
    ends."""

    since: datetime
    until: datetime


class Backoff:
    """`ports.Waits`: the times until which hosts and addresses asked this program to wait
    (Retry-After, RFC 9110 section 10.2.3).

    `get` and `set_note` read and write the note in the database that has them. If the note cannot
    be read, there are no waits."""

    def __init__(
        self,
        get: Callable[[str], str | None],
        set_note: Callable[[str, str | None, datetime], None],
        clock: Callable[[], datetime],
    ) -> None:
        """`get(key)` and `set_note(key, text, now)`: read and write a note in the database.
        `clock`: returns the present time."""
        self._get_note = get
        self._set_note = set_note
        self._clock = clock
        self._known: dict[str, _Wait] | None = None

    def until(self, name: str) -> datetime | None:
        """Return the time until which the host or address `name` asked this program to wait; None
        if it has no wait now."""
        wait = self._get_waits().get(name)
        if wait is None or not _lasts(wait, self._clock()):
            return None
        return wait.until

    def any(self) -> bool:
        """Return True if a host or address may have a wait now."""
        return bool(self._get_waits())

    def add(self, name: str, until: datetime) -> None:
        """Store that the host or address `name` asked this program to wait until the time `until`;
        at most a week counts. If it has a longer wait already, that stays. Only the 1,000 waits
        that end last are stored."""
        now = self._clock()
        stored_waits = self._read_note()  # another process may have added some
        waits = {key: wait for key, wait in stored_waits.items() if _lasts(wait, now)}
        end = min(until, now + LONGEST_RETRY)
        has_longer_wait = name in waits and waits[name].until >= end
        if not has_longer_wait:
            waits[name] = _Wait(now, end)
        names_by_end = sorted(waits, key=lambda key: waits[key].until)
        self._known = {key: waits[key] for key in names_by_end[-_MOST_WAITS:]}
        note = {}
        for key, wait in self._known.items():
            note[key] = [wait.since.isoformat(), wait.until.isoformat()]
        self._set_note(NOTE, json.dumps(note), now)

    def _get_waits(self) -> dict[str, _Wait]:
        """Return all waits, by host or address. They are read from the database once."""
        if self._known is None:
            self._known = self._read_note()
        return self._known

    def _read_note(self) -> dict[str, _Wait]:
        """Return the stored waits, by the host or address that asked for them. Return {} if the
        note in the database is missing or cannot be read."""
        waits = {}
        try:
            note = json.loads(self._get_note(NOTE) or "{}")
            for name, times in note.items():
                since, until = map(datetime.fromisoformat, times)
                wait = _Wait(since, until)
                if wait.since.tzinfo and wait.until.tzinfo:
                    waits[str(name)] = wait
        except (ValueError, TypeError, AttributeError):
            return {}
        return waits


def _lasts(wait: _Wait, now: datetime) -> bool:
    """Return True if the wait is not over. A wait that seems to have begun in the future does not
    count, as the clock was set back since."""
    return wait.since <= now + CLOCK_TOLERANCE and now < wait.until
