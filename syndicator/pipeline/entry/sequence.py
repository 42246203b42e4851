"""When articles are added: the order of feeds, which no wrong clock turns round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta


class Sequence:
    """This machine's clock, but never before the article that was added last: if the clock is behind that, the second
    after it, until the clock has caught up. clock: now, aware. newest: when the newest article was added."""

    def __init__(self, clock: Callable[[], datetime], newest: datetime | None) -> None:
        self._clock = clock
        self._last = newest + timedelta(seconds=1) if newest and newest > clock() else clock()

    def __call__(self) -> datetime:
        self._last = max(self._last, self._clock())
        return self._last
