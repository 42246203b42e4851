"""When articles are added: the order of feeds, which no wrong clock turns round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta


def sequence(clock: Callable[[], datetime], newest: datetime | None) -> Callable[[], datetime]:
    """When an article is added that is filed now: `clock`, but never before the article that was added last, at
    `newest`; if the clock is behind that, the second after it, until the clock has caught up."""
    last = newest + timedelta(seconds=1) if newest and newest > clock() else clock()

    def added() -> datetime:
        nonlocal last
        last = max(last, clock())
        return last

    return added
