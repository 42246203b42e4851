"""How hard one host is asked: so many requests at a time, a pause between them, none while it backs off."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syndicator.core.ports.fleet import Busy, HostTurns, Turn, Waits

# Both limits are ours: a host that answers 429 with "Retry-After: 1 week", or asks for a crawl-delay of a day, must not
# stop the visits to everything else it serves.
LONGEST_BACKOFF = timedelta(minutes=15)  # of a whole host; the URL that was refused waits as long as it was told
LONGEST_DELAY = 60.0  # seconds of crawl-delay
PATIENCE = 30.0  # seconds for which a host is waited for that another machine asks or that is held
_SHORTEST, _LONGEST = 0.05, 2.0  # seconds between two looks whether it is free
_LOOK = 0.2  # seconds between two looks whether a host is asked for anything else
_MOST_HOSTS = 1024  # hosts remembered; past this many, those that nobody waits for are forgotten


_ALONE = Turn(0)


class HostBusy(Exception):
    """Others have the host for longer than is waited: it is to be asked another time. `seconds`: when, at best."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(host)
        self.seconds = seconds


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    delay: float = 0.0  # crawl-delay in seconds
    free_at: datetime | None = None  # when the pause after its last request is over
    backoff_until: datetime | None = None
    users: int = 0  # requests that run or wait
    order: asyncio.Lock = field(default_factory=asyncio.Lock)


class Throttle:
    """`async with throttle.turn(host)` waits until the host may be asked; hosts never wait for each other.

    pause: seconds between two requests to a host. per_host, total: requests at a time, `total` 0 for no limit; a place
    at the host comes first, so that no slow host fills the total. backoff: hosts that back off, for later processes.
    turns: shared with other machines that ask hosts."""

    def __init__(
        self,
        pause: float,
        per_host: int,
        sleep: Callable[[float], Awaitable[None]],
        clock: Callable[[], datetime],
        total: int = 0,
        backoff: Waits | None = None,
        turns: HostTurns | None = None,
    ) -> None:
        self._pause = pause
        self._per_host = per_host
        self._sleep = sleep
        self._clock = clock
        self._total = asyncio.Semaphore(total) if total else None
        self._backoff = backoff
        self._turns = turns
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[Turn]:
        """Waits for a free place at the host, its pause and its back-off. The next pause begins when the block ends.
        Yields what other machines know of the host. Raises HostBusy when they have it for longer than is waited."""
        host = self._host(name)
        host.users += 1
        try:
            async with host.slots:
                await self._wait(host)
                turn = _ALONE if self._turns is None else await self._common_turn(self._turns, name)
                try:
                    if self._total is None:
                        yield turn
                    else:
                        async with self._total:
                            yield turn
                finally:
                    if self._turns is not None:
                        self._turns.give_back(name, turn, self._gap(host))
                    host.free_at = self._later(host.free_at, self._clock() + timedelta(seconds=self._gap(host)))
        finally:
            host.users -= 1

    async def _common_turn(self, turns: HostTurns, name: str) -> Turn:
        """Leave for a request where others ask, too. Waits for them, but not for ever, nor for a host that is held for
        long: what wants a page of it can do without for now."""
        waited = 0.0
        while isinstance(turn := turns.take(name), Busy):
            if waited >= PATIENCE or (turn.held and turn.seconds > PATIENCE):
                raise HostBusy(name, turn.seconds)
            # a little of chance, so that those who wait do not ask all at once
            seconds = min(max(turn.seconds, _SHORTEST), _LONGEST) * (1 + random.random() / 4)
            waited += seconds
            await self._sleep(seconds)
        return turn

    async def quiet(self, name: str) -> None:
        """Waits until no request to the host is under way or waits for its turn: for what can wait, as pictures."""
        while self._host(name).users:
            await self._sleep(_LOOK)

    def back_off(self, name: str, until: datetime) -> None:
        """Nothing is asked of the host before `until`, or for 15 minutes where that is sooner."""
        host = self._host(name)
        host.backoff_until = self._later(host.backoff_until, min(until, self._clock() + LONGEST_BACKOFF))
        if self._backoff is not None:
            self._backoff.add(name, host.backoff_until)

    def away(self, name: str, reason: str, detail: str, seconds: float) -> None:
        """Tells other machines that the host was not reached."""
        if self._turns is not None:
            self._turns.set_away(name, reason, detail, seconds)

    def backs_off_until(self, name: str) -> datetime | None:
        """Until when nothing is asked of the host, None when it may be asked."""
        host = self._host(name)
        if host.backoff_until is None:
            return None
        now = self._clock()
        until = min(host.backoff_until, now + LONGEST_BACKOFF)  # a clock that was set back must not prolong it
        return until if until > now else None

    def now(self) -> datetime:
        """The time by the throttle's clock, aware."""
        return self._clock()

    def set_delay(self, name: str, seconds: float) -> None:
        """The host's crawl-delay, at most 60 s of it: takes the place of the pause where it is longer."""
        host, delay = self._host(name), max(0.0, min(seconds, LONGEST_DELAY))
        if self._turns is not None and delay != host.delay:
            self._turns.set_delay(name, delay)
        host.delay = delay

    def remembered(self) -> int:
        """How many hosts are remembered at the moment."""
        return len(self._hosts)

    async def _wait(self, host: _Host) -> None:
        async with host.order:
            now = self._clock()
            until = now
            if host.free_at is not None:
                until = max(until, min(host.free_at, now + timedelta(seconds=self._gap(host))))
            if host.backoff_until is not None:
                until = max(until, min(host.backoff_until, now + LONGEST_BACKOFF))
            if until > now:
                await self._sleep((until - now).total_seconds())
            host.free_at = self._clock() + timedelta(seconds=self._gap(host)) if self._per_host > 1 else host.free_at

    def _gap(self, host: _Host) -> float:
        return max(self._pause, host.delay)

    def _host(self, name: str) -> _Host:
        host = self._hosts.get(name)
        if host is None:
            if len(self._hosts) >= _MOST_HOSTS:
                self._forget()
            # where others ask, too, a host that is held gives no leave
            until = self._backoff.until(name) if self._backoff is not None and self._turns is None else None
            host = self._hosts[name] = _Host(asyncio.Semaphore(self._per_host), backoff_until=until)
        return host

    def _forget(self) -> None:
        now = self._clock()
        for name, host in list(self._hosts.items()):
            waiting = host.users or any(at is not None and at > now for at in (host.free_at, host.backoff_until))
            if not waiting:
                del self._hosts[name]

    @staticmethod
    def _later(one: datetime | None, other: datetime) -> datetime:
        return other if one is None else max(one, other)
