"""A simulated day of many sources with faults of every kind."""

from __future__ import annotations

import asyncio
import heapq
import os
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syndicator.configuration.cron import find_next_time
from syndicator.core.model import (
    Entry,
    Failed,
    Fetched,
    FetchResult,
    NotModified,
    ParsedFeed,
    Request,
    Source,
    SourceState,
)
from syndicator.core.urls import host
from syndicator.visiting.cadence import plan_next_visit
from syndicator.visiting.politeness.fetcher import PoliteFetcher
from syndicator.visiting.politeness.robots import Robots
from syndicator.visiting.politeness.throttle import Throttle
from syndicator.visiting.source_state import update_after_visit
from tests.visiting.conftest import NOW
from tests.visiting.simclock import SimClock

FLOOR = 900
CEILING = 86_400


@dataclass
class World:
    """A web of `count` feeds on fewer hosts; one answer in twenty is a fault."""

    count: int
    clock: SimClock
    dice: random.Random
    open: dict[str, int] = field(default_factory=dict)
    most_open: int = 0
    last_end: dict[str, datetime] = field(default_factory=dict)
    shortest_pause: float = 1e9
    requests: int = 0
    held_until: dict[str, datetime] = field(default_factory=dict)
    asked_while_held: int = 0

    async def fetch(self, request: Request) -> FetchResult:
        name = host(request.url)
        self._begin(name)
        await self.clock.sleep(0.05 if self.dice.random() < 0.95 else request.deadline)
        self._end(name)
        return self._answer(request, name)

    async def aclose(self) -> None:
        """Nothing to close."""

    def _begin(self, name: str) -> None:
        now = self.clock()
        self.requests += 1
        self.open[name] = self.open.get(name, 0) + 1
        self.most_open = max(self.most_open, self.open[name])
        if name in self.last_end:
            self.shortest_pause = min(
                self.shortest_pause, (now - self.last_end[name]).total_seconds()
            )
        self.asked_while_held += now < self.held_until.get(name, now)

    def _end(self, name: str) -> None:
        self.open[name] -= 1
        self.last_end[name] = self.clock()

    def _answer(self, request: Request, name: str) -> FetchResult:
        url = request.url
        roll = self.dice.random()
        if request.kind == "robots":
            return Failed(url=url, reason="http-404", status=404)
        if roll < 0.01:
            until = self.clock() + timedelta(seconds=self.dice.choice([30, 600, 900]))
            self.held_until[name] = until
            return Failed(url=url, reason="rate-limited", status=429, retry_after=until)
        if roll < 0.05:
            return self.dice.choice(
                [
                    Failed(url=url, reason="timeout"),
                    Failed(url=url, reason="dns"),
                    Failed(
                        url=url,
                        reason="http-503",
                        status=503,
                        retry_after=self.clock() + timedelta(hours=1),
                    ),
                    Failed(url=url, reason="gone", status=410),
                ]
            )
        if roll < 0.6:
            return NotModified(url=url, final_url=url, headers={"etag": '"1"'})
        return Fetched(
            url=url,
            final_url=url,
            status=200,
            headers={"etag": '"1"'},
            body=str(self.clock()).encode(),
        )


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def visit_for_hours(world: World, hours: float) -> tuple[int, float, list[int]]:
    """Visit the sources that are due, as a scheduler would, for `hours`. Return the number of
    visits, the latest start in seconds after its plan, and the memory in use at each tick."""
    clock = world.clock
    throttle = Throttle(1.0, clock.sleep, clock)
    notes: dict[str, str | None] = {}
    robots = Robots(
        PoliteFetcher(world, throttle),
        notes.get,
        lambda k, v, at: notes.update({k: v}),
        user_agent="X",
        clock=clock,
    )
    polite = PoliteFetcher(world, throttle, robots)
    sources = [
        Source(key=str(n), url=f"https://h{n % (world.count // 2)}.test/{n}")
        for n in range(world.count)
    ]
    states = {source.key: SourceState(key=source.key, url=source.url) for source in sources}
    queue = [
        (NOW + timedelta(seconds=world.dice.uniform(0, 900)), index) for index in range(world.count)
    ]
    heapq.heapify(queue)
    visits = 0
    latest = 0.0
    memory = []

    async def visit(index: int, planned: datetime) -> None:
        nonlocal visits, latest
        source = sources[index]
        now = clock()
        latest = max(latest, (now - planned).total_seconds())
        result = await polite.fetch(Request(url=source.url, kind="feed", deadline=20))
        feed = None
        if isinstance(result, Fetched):
            await polite.fetch(Request(url=source.url + "/page"))
            entry = Entry(id=str(visits), published=clock() - timedelta(minutes=5))
            feed = ParsedFeed(format="rss20", entries=(entry,))
        state = states[source.key] = update_after_visit(
            source, states[source.key], result, feed, clock()
        )
        visits += 1
        if state.backoff.disabled is None:
            due = plan_next_visit(
                source,
                state,
                feed,
                result,
                now=clock(),
                floor=FLOOR,
                ceiling=CEILING,
                jitter=world.dice.random(),
                cron_next=find_next_time,
            )
            heapq.heappush(queue, (due.at, index))

    running: set[asyncio.Task[None]] = set()
    end = NOW + timedelta(hours=hours)
    while clock() < end:
        while queue and queue[0][0] <= clock():
            planned, index = heapq.heappop(queue)
            task = asyncio.ensure_future(visit(index, planned))
            running.add(task)
            task.add_done_callback(running.discard)
        memory.append(_resident())
        await clock.sleep(60)
    await asyncio.gather(*running)
    return visits, latest, memory


@pytest.mark.parametrize(
    ("count", "hours"),
    [(40, 6), pytest.param(1000, 24, marks=[pytest.mark.slow, pytest.mark.timeout(600)])],
)
def test_a_day(count: int, hours: float) -> None:
    """A simulated day (or hours) of visits to many sources with faults keeps pauses of a second,
    visits in time, opens one request per host, requests none that asked to wait, and does not use
    ever more memory."""
    clock = SimClock()
    world = World(count, clock, random.Random(7))
    visits, latest, memory = asyncio.run(clock.run(visit_for_hours(world, hours)))

    assert visits >= count * hours / 24
    assert latest <= 61  # seconds after its plan: due sources are looked for each minute
    assert world.most_open == 1
    assert world.shortest_pause >= 1.0
    assert world.asked_while_held == 0

    half = len(memory) // 2
    most_in_first_half = max(memory[:half])
    most_in_second_half = max(memory[half:])
    assert most_in_second_half <= most_in_first_half + 20_000_000
