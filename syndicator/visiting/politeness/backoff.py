"""Hosts and URLs that asked us to wait, stored for later processes."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from syndicator.visiting.fetch.decompress import LONGEST_RETRY

NOTE = "holds"  # key in existing databases
AHEAD = timedelta(minutes=10)  # tolerated difference between clocks of processes
_MOST = 1000  # waits stored, those that end last


class _Wait(NamedTuple):
    since: datetime
    until: datetime


class Backoff:
    """Waits from Retry-After (RFC 9110 section 10.2.3). `get`, `set`: a note in the store; empty if unreadable."""

    def __init__(
        self,
        get: Callable[[str], str | None],
        set: Callable[[str, str | None, datetime], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._get = get
        self._set = set
        self._clock = clock
        self._known: dict[str, _Wait] | None = None

    def until(self, what: str) -> datetime | None:
        """Return the end of the wait of `what` (a host or a URL), or None."""
        if not self.any():
            return None
        wait, now = (self._known or {}).get(what), self._clock()
        return wait.until if wait is not None and _counts(wait, now) else None

    def any(self) -> bool:
        """Return False if nothing waits."""
        if self._known is None:
            self._known = self._read()
        return bool(self._known)

    def add(self, what: str, until: datetime) -> None:
        """Record at once a wait until `until`, at most a week; a later end stays."""
        now = self._clock()
        # read again: another process may have added some
        waits = {name: wait for name, wait in self._read().items() if _counts(wait, now)}
        until = min(until, now + LONGEST_RETRY)
        if what not in waits or waits[what].until < until:
            waits[what] = _Wait(now, until)
        self._known = dict(sorted(waits.items(), key=lambda item: item[1].until)[-_MOST:])
        noted = {name: [wait.since.isoformat(), wait.until.isoformat()] for name, wait in self._known.items()}
        self._set(NOTE, json.dumps(noted), now)

    def _read(self) -> dict[str, _Wait]:
        try:
            noted = json.loads(self._get(NOTE) or "{}")
            waits = {str(name): _Wait(*map(datetime.fromisoformat, times)) for name, times in noted.items()}
        except (ValueError, TypeError, AttributeError):
            return {}
        return {name: wait for name, wait in waits.items() if wait.since.tzinfo and wait.until.tzinfo}


def _counts(wait: _Wait, now: datetime) -> bool:
    """Return True for a wait that lasts, unless it began in the future (the clock was set back)."""
    return wait.since <= now + AHEAD and now < wait.until
