"""Which hosts and URLs asked us to wait, and until when: stored where the next process finds it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from syndicator.visiting.fetch.decompress import LONGEST_RETRY

NOTE = "holds"  # the note's key in databases: it stays as it is
AHEAD = timedelta(minutes=10)  # by which the clocks of two processes may differ
_MOST = 1000  # waits remembered, those that end last; an entry remembers its own next try as well


class _Wait(NamedTuple):
    since: datetime
    until: datetime


class Backoff:
    """The waits that hosts and URLs asked for (Retry-After, RFC 9110 section 10.2.3). `get`, `set`: notes that outlive
    the process, one for all waits; if it cannot be read it counts as empty."""

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
        """Until when `what` (a host or a URL) is not to be asked, None when it may be."""
        if not self.any():
            return None
        wait, now = (self._known or {}).get(what), self._clock()
        return wait.until if wait is not None and _counts(wait, now) else None

    def any(self) -> bool:
        """True where something waits, or has waited: where nothing has, nobody needs to be named."""
        if self._known is None:
            self._known = self._read()
        return bool(self._known)

    def add(self, what: str, until: datetime) -> None:
        """Ask nothing of `what` before `until`, a week at most; a wait that ends later stays. Written at once."""
        now = self._clock()
        # read again: another process may have added some
        known = {name: wait for name, wait in self._read().items() if _counts(wait, now)}
        until = min(until, now + LONGEST_RETRY)
        if what not in known or known[what].until < until:
            known[what] = _Wait(now, until)
        self._known = dict(sorted(known.items(), key=lambda one: one[1].until)[-_MOST:])
        noted = {name: [wait.since.isoformat(), wait.until.isoformat()] for name, wait in self._known.items()}
        self._set(NOTE, json.dumps(noted), now)

    def _read(self) -> dict[str, _Wait]:
        try:
            noted = json.loads(self._get(NOTE) or "{}")
            found = {str(name): _Wait(*map(datetime.fromisoformat, times)) for name, times in noted.items()}
        except (ValueError, TypeError, AttributeError):
            return {}
        return {name: wait for name, wait in found.items() if wait.since.tzinfo and wait.until.tzinfo}


def _counts(wait: _Wait, now: datetime) -> bool:
    """True for a wait that has not ended and did not begin in the future, by a clock that was set back."""
    return wait.since <= now + AHEAD and now < wait.until
