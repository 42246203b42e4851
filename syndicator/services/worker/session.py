"""What the tasks of one worker share, for as long as its database answers and its sources are what they were."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from syndicator.core.model import Outcome
from syndicator.core.ports.fleet import Queue
from syndicator.pipeline.context import RunContext
from syndicator.services.container import App
from syndicator.services.settling import Settling
from syndicator.store.fleet.hosts import Hosts

_MOST_OUTCOMES = 20_000  # kept until somebody is told: a choice
_LATELY = 600.0  # seconds for which a host that was reached says that there is a network: a choice


class Reach:
    """Whether anybody was reached lately: where not, it may be our network that is gone, and nothing that fails is held
    against a source. steady: seconds."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._at = -_LATELY

    def told(self, outcome: Outcome) -> None:
        """A visit has ended."""
        if not outcome.no_network:
            self._at = self._steady()

    @property
    def lately(self) -> bool:
        return self._steady() - self._at < _LATELY


@dataclass(slots=True)
class Totals:
    """What a worker did since it started, for its last line."""

    jobs: int = 0
    visits: int = 0
    failed: int = 0
    articles: int = 0
    files: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`owner` names this worker in leases. `stop`: no new work is begun once it is set; `over` ends the session
    alone."""

    app: App
    run: RunContext
    hosts: Hosts
    queue: Queue
    owner: str
    lease: float
    stop: asyncio.Event
    over: asyncio.Event
    totals: Totals
    reach: Reach
    settling: Settling = field(default_factory=Settling)
    outcomes: deque[Outcome] = field(default_factory=lambda: deque(maxlen=_MOST_OUTCOMES))  # that nobody was told of

    @property
    def ending(self) -> bool:
        return self.stop.is_set() or self.over.is_set()


async def pause(event: asyncio.Event, seconds: float) -> bool:
    """Waits for `event`, for so long at most; whether it is set."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
