"""`ports.hosts.HostTurns` in memory, for throttles that share hosts in simulated time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from syndicator.core.ports import Busy, Turn


class CommonTurns:
    def __init__(self, clock: Callable[[], datetime], lease: float = 60.0) -> None:
        self._clock = clock
        self._lease = timedelta(seconds=lease)
        self._number = 0
        self.free: dict[str, datetime] = {}
        self.tokens: dict[str, int] = {}
        self.delays: dict[str, float] = {}
        self.held: dict[str, datetime] = {}
        self.away: dict[str, tuple[str, str]] = {}

    def take(self, host: str) -> Turn | Busy:
        now = self._clock()
        free = self.free.get(host, now)
        held = self.held.get(host, now)
        if max(free, held) > now:
            return Busy((max(free, held) - now).total_seconds(), held=held > free)
        self._number += 1
        self.free[host], self.tokens[host] = now + self._lease, self._number
        return Turn(self._number, *self.away.get(host, ("", "")))

    def give_back(self, host: str, turn: Turn, pause: float) -> None:
        if self.tokens.get(host) == turn.token:
            self.free[host] = self._clock() + timedelta(
                seconds=max(pause, self.delays.get(host, 0.0))
            )

    def set_delay(self, host: str, seconds: float) -> None:
        self.delays[host] = seconds

    def hold(self, host: str, seconds: float) -> None:
        self.held[host] = self._clock() + timedelta(seconds=seconds)

    def set_away(self, host: str, reason: str, detail: str, seconds: float) -> None:
        self.away[host] = (reason, detail)
