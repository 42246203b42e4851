"""Who asked to be left alone, and until when: kept where the next process finds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from syndicator.visiting.fetch.headers import LONGEST_RETRY

NOTE = "holds"
AHEAD = timedelta(minutes=10)  # by which clocks may differ
_MOST = 1000  # holds remembered, those that end last; a page's own next try is remembered with its entry as well


class _Hold(NamedTuple):
    since: datetime
    until: datetime


class Backoff:
    """Holds of hosts and of URLs by their name.

    get, set: notes that outlive the process; all holds are one note, so that a run reads one. clock: now, aware.
    """

    def __init__(
        self,
        get: Callable[[str], str | None],
        set: Callable[[str, str | None, datetime], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._get = get
        self._set = set
        self._clock = clock
        self._kept: dict[str, _Hold] | None = None

    def until(self, what: str) -> datetime | None:
        """Until when `what` is held, None when it is not."""
        if self._kept is None:
            self._kept = self._read()
        hold, now = self._kept.get(what), self._clock()
        return hold.until if hold is not None and _counts(hold, now) else None

    def hold(self, what: str, until: datetime) -> None:
        """Nothing is asked of `what` before `until`, or for a week where that is sooner; one that ends later stays."""
        now = self._clock()
        kept = {name: hold for name, hold in self._read().items() if _counts(hold, now)}  # others may have added some
        until = min(until, now + LONGEST_RETRY)
        if what not in kept or kept[what].until < until:
            kept[what] = _Hold(now, until)
        self._kept = dict(sorted(kept.items(), key=lambda one: one[1].until)[-_MOST:])
        noted = {name: [hold.since.isoformat(), hold.until.isoformat()] for name, hold in self._kept.items()}
        self._set(NOTE, json.dumps(noted), now)

    def _read(self) -> dict[str, _Hold]:
        try:
            noted = json.loads(self._get(NOTE) or "{}")
            found = {str(name): _Hold(*map(datetime.fromisoformat, times)) for name, times in noted.items()}
        except (ValueError, TypeError, AttributeError):
            return {}
        return {name: hold for name, hold in found.items() if hold.since.tzinfo and hold.until.tzinfo}


def _counts(hold: _Hold, now: datetime) -> bool:
    """A hold that has not ended. One from the future is of a clock that has been set back since: not believed."""
    return hold.since <= now + AHEAD and now < hold.until
