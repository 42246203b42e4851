"""Session of a worker: shared by its tasks while database and sources stay; database moves; pushed sources."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from syndicator.articles.article_store import open_articles
from syndicator.configuration.settings import load
from syndicator.core.errors import UsageError
from syndicator.core.model import Outcome
from syndicator.core.ports.fleet import Queue
from syndicator.pipeline.context import RunContext
from syndicator.services import reconcile
from syndicator.services.container import App, lease_seconds, locked
from syndicator.services.places import begun
from syndicator.services.refresh import Totals
from syndicator.services.settling import Settling
from syndicator.store.codec import micros
from syndicator.store.engine import open_store
from syndicator.store.fleet.followed import Pushed
from syndicator.store.fleet.hosts import Hosts
from syndicator.store.fleet.moving import copy
from syndicator.store.fleet.queue import open_queue

_MOST_OUTCOMES = 20_000  # kept until somebody is told: a choice
_LATELY = 600.0  # seconds for which a host that was reached says that there is a network: a choice


class Reach:
    """Recent reachability: while nobody is reached, failures do not count. steady: seconds."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`owner`: our name in leases. `stop`: begin no new work; `over`: end this session."""

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


def migrate(config: Path) -> str:
    """Create or upgrade the tables, and on a server the queue's, which workers otherwise do at start (not behind a
    pooler). Returns the database's name. Raises ConfigError, StoreError."""
    settings = load(config)
    exist = begun(open_articles(settings.articles_at, os.environ), settings, os.environ)

    async def install(address: str) -> None:
        async with open_queue(address, lease_seconds(settings)):
            pass

    with open_store(settings.store_url, articles_exist=exist) as store:
        if not store.single:
            asyncio.run(install(store.fleet.address))
        return store.name


def move_to(config: Path, target: str, told: Callable[[str, int], object]) -> Mapping[str, int]:
    """Copies the database to `target` once no run is under way; the rows by table. The old one stays, for store.url to
    name again. Raises ConfigError, UsageError, LockedError, StoreError."""
    settings = load(config)
    if target == settings.store_url:
        raise UsageError("the database is there already: name where it is to go")
    with locked(settings):
        return move(settings.store_url, target, told)


def move(origin: str, target: str, told: Callable[[str, int], object] = lambda table, count: None) -> Mapping[str, int]:
    """As `store.fleet.moving.copy`, with both databases brought to this version's tables first, or made."""
    open_store(origin, articles_exist=True).close()
    open_store(target, articles_exist=False).close()
    return copy(origin, target, told)


def push(app: App, *, dry_run: bool = False) -> Pushed:
    """Have workers use the sources of `app` now. Returns the changes; `dry_run` changes nothing. Raises StoreError."""
    fleet, sources = app.store.fleet, list(app.sources.values())
    if dry_run:
        return fleet.difference(sources)
    reconcile.sources(app)
    change = fleet.push(sources, micros(app.clock()))
    app.store.hosts(lease_seconds(app.settings)).fill()
    return change
