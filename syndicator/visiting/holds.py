"""Who asked to be left alone, and until when: kept where the next process finds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from syndicator.visiting.headers import LONGEST_RETRY

NOTE = "holds"
_MOST = 1000  # holds remembered, those that end last; a page's own next try is remembered with its entry as well


class Holds:
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
        self._until: dict[str, datetime] | None = None

    def until(self, what: str) -> datetime | None:
        """Until when `what` is held, at most a week from now; None when it is not."""
        if self._until is None:
            self._until = self._read()
        until = self._until.get(what)
        now = self._clock()
        return None if until is None or until <= now else min(until, now + LONGEST_RETRY)  # a clock may be set back

    def hold(self, what: str, until: datetime) -> None:
        """Nothing is asked of `what` before `until`; a hold that ends later stays."""
        now = self._clock()
        kept = {name: end for name, end in self._read().items() if end > now}  # another process may have added some
        kept[what] = max(until, kept.get(what, until))
        self._until = dict(sorted(kept.items(), key=lambda one: one[1])[-_MOST:])
        self._set(NOTE, json.dumps({name: end.isoformat() for name, end in self._until.items()}), now)

    def _read(self) -> dict[str, datetime]:
        try:
            noted = json.loads(self._get(NOTE) or "{}")
            found = {str(name): datetime.fromisoformat(end) for name, end in noted.items()}
        except (ValueError, TypeError, AttributeError):
            return {}
        return {name: end for name, end in found.items() if end.tzinfo is not None}
