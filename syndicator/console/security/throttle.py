"""How often somebody may try to log in."""

from __future__ import annotations

from collections.abc import Callable

FREE = 5  # failures of an address that cost no waiting
_LONGEST = 900.0  # seconds
_FORGOTTEN = 3600.0  # after the last failure
_MOST = 10_000  # addresses remembered
ALL_FREE = 40  # failures of all addresses together in _FORGOTTEN, after which each costs a second more, up to a minute
_ALL = ""


class Throttle:
    """Failures by address. `clock`: seconds, steady."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failed: dict[str, tuple[int, float]] = {}  # how many, and when the last

    def wait(self, address: str) -> float:
        """Seconds until this address may try again, 0 for now."""
        now = self._clock()
        return max(self._left(address, now, FREE), self._left(_ALL, now, ALL_FREE))

    def failed(self, address: str) -> None:
        now = self._clock()
        if len(self._failed) >= _MOST:
            self._failed = {who: one for who, one in self._failed.items() if now - one[1] < _FORGOTTEN / 4}
        for who in (address, _ALL):
            count, last = self._failed.get(who, (0, now))
            self._failed[who] = (count + 1 if now - last < _FORGOTTEN else 1, now)

    def succeeded(self, address: str) -> None:
        """The last try, which was counted as it began, was right."""
        self._failed.pop(address, None)
        count, last = self._failed.get(_ALL, (0, 0.0))
        self._failed[_ALL] = (max(0, count - 1), last)

    def _left(self, who: str, now: float, free: int) -> float:
        count, last = self._failed.get(who, (0, now))
        if count < free or now - last >= _FORGOTTEN:
            return 0.0
        pause = min(2.0 ** (count - free + 1), _LONGEST) if who else min(float(count - free + 1), 60.0)
        return max(0.0, last + pause - now)
