"""Session of a worker: shared by its tasks while database and sources stay; database moves; pushed sources."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from syndicator.articles.article_store import open_articles
from syndicator.configuration.settings import load
from syndicator.core.errors import UsageError
from syndicator.core.model import Outcome
from syndicator.core.ports.fleet import Busy, HostTurns, Turn
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
from syndicator.store.fleet.shards import Shards

_MOST_OUTCOMES = 20_000  # kept until somebody is told: a choice
_SOON = 0.05  # seconds until leave may be had again: a choice
_OURS = -1  # the token of leave that the table of hosts did not give
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


@dataclass(slots=True)
class _Own:
    delay: float
    free_at: float = 0.0
    busy: bool = False
    leaving: bool = False


class OwnTurns:
    """`ports.HostTurns` of a worker: leave for hosts of its own shards comes from memory, for others from the table.
    None is given without a sign of life that was confirmed lately. `steady`: seconds."""

    def __init__(self, common: HostTurns, steady: Callable[[], float] = time.monotonic) -> None:
        self._common, self._steady = common, steady
        self._own: dict[str, _Own] = {}
        self._ended = asyncio.Event()  # of the next request
        self.asks_until = 0.0

    def take(self, host: str) -> Turn | Busy:
        now = self._steady()
        if now >= self.asks_until:
            return Busy(_SOON)
        if (own := self._own.get(host)) is None:
            return self._common.take(host)
        if own.busy or own.leaving or own.free_at > now:
            return Busy(max(own.free_at - now, 0.0))
        own.busy = True
        return Turn(_OURS)

    def give_back(self, host: str, turn: Turn, pause: float) -> None:
        if turn.token != _OURS:
            self._common.give_back(host, turn, pause)
        elif own := self._own.get(host):
            own.busy, own.free_at = False, self._steady() + max(pause, own.delay)
            self._ended.set()
            self._ended = asyncio.Event()

    def set_delay(self, host: str, seconds: float) -> None:
        if own := self._own.get(host):
            own.delay = seconds
        self._common.set_delay(host, seconds)

    def hold(self, host: str, seconds: float) -> None:
        self._common.hold(host, seconds)

    def set_away(self, host: str, reason: str, detail: str, seconds: float) -> None:
        self._common.set_away(host, reason, detail, seconds)

    def add(self, delays: Mapping[str, float]) -> None:
        """These hosts are ours, which have such crawl-delays."""
        self._own |= {name: _Own(delay) for name, delay in delays.items()}

    @contextmanager
    def leaving(self, names: Collection[str]) -> Iterator[list[str]]:
        """Those of the hosts that no request of ours is under way to: they get none inside, and are ours no more after
        it, unless it fails."""
        idle = [name for name in names if not self._own[name].busy]
        yield idle
        for name in idle:
            del self._own[name]

    async def end(self, names: Collection[str]) -> None:
        """Gives leave for these hosts no more, and waits for requests under way."""
        for name in names:
            self._own[name].leaving = True
        while any(self._own[name].busy for name in names):
            await self._ended.wait()

    def drop(self, names: Collection[str]) -> None:
        """These hosts are ours no more."""
        for name in names:
            self._own.pop(name, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`owner`: our name beside hosts. `room`: for visits. `stop`: begin no new work; `over`: end this session."""

    app: App
    run: RunContext
    hosts: Hosts
    shards: Shards
    turns: OwnTurns
    owner: str
    lease: float
    room: asyncio.Semaphore
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

    with open_store(settings.store_url, articles_exist=exist) as store:
        if not store.single:
            store.shards(lease_seconds(settings)).install()
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
    if not app.store.single:
        shards = app.store.shards(lease_seconds(app.settings))
        shards.install()
        shards.fill()
    return change
