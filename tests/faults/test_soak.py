"""A simulated day of visits to a web with faults."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.app import clients
from syndicator.app.archive import Archive
from syndicator.app.container import App, open_app
from syndicator.configuration.settings import Settings
from syndicator.core.errors import WorkerFailed
from syndicator.core.model import Failed, Fetched, FetchResult, NotModified, Request
from syndicator.core.urls import host
from syndicator.runs import refresh
from syndicator.runs.refresh import Wanted, run
from syndicator.visiting.politeness.fetcher import PoliteFetcher
from syndicator.visiting.politeness.robots import Robots
from syndicator.visiting.politeness.throttle import Throttle
from tests.faults.instance import START, TAXONOMY, InProcess
from tests.faults.table import mark_fault

SOURCES = 1000
HOSTS = 350
RUN_EVERY = timedelta(minutes=15)
EVERY = timedelta(hours=6)
PAGED = 5  # one source in so many has its texts on pages of their own, the others in the feed
HTML = "text/html; charset=utf-8"
WORDS = (
    "river",
    "engine",
    "model",
    "paper",
    "garden",
    "winter",
    "signal",
    "market",
    "teacher",
    "bridge",
    "village",
    "window",
    "letter",
    "science",
    "measure",
    "harbour",
    "forest",
    "number",
    "island",
    "record",
    "summer",
    "copper",
    "silver",
    "ground",
    "travel",
    "answer",
    "question",
    "morning",
    "evening",
    "machine",
)


class Web:
    """Feeds that grow an entry every few hours; one answer in twenty is a fault."""

    def __init__(self) -> None:
        self.now = START
        self.dice = random.Random(7)
        self.open: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.visits: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    async def fetch(self, request: Request) -> FetchResult:
        name = host(request.url)
        self.open[name] += 1
        self.most[name] = max(self.most[name], self.open[name])
        try:
            await asyncio.sleep(0)
            self.visits[request.kind] += 1
            return self._answer(request)
        finally:
            self.open[name] -= 1

    async def aclose(self) -> None:
        return None

    def _answer(self, request: Request) -> FetchResult:
        url = request.url
        if self.dice.random() < 0.05:
            return self._fault(url)
        if request.kind == "robots":
            return Failed(url=url, reason="http-404", status=404)
        if request.kind == "page":
            title, text = make_story(url)
            head = f"<title>{title}</title>"
            main = f"<article><h1>{title}</h1>{text}</article>"
            page = f"<html><head>{head}</head><body>{main}</body></html>"
            return Fetched(
                url=url,
                final_url=url,
                status=200,
                headers={"content-type": HTML},
                body=page.encode(),
            )
        number = int((self.now - START) / EVERY)
        tag = f'"{number}"'
        if request.etag == tag:
            return NotModified(url=url, final_url=url, headers={"etag": tag})
        items = "".join(self._item(url, index) for index in range(number + 1))
        body = (
            f"<rss version='2.0'><channel><title>F</title><link>{url}</link>{items}</channel></rss>"
        )
        return Fetched(
            url=url, final_url=url, status=200, headers={"etag": tag}, body=body.encode()
        )

    def _item(self, url: str, index: int) -> str:
        at = (START + index * EVERY).strftime("%a, %d %b %Y %H:%M:%S GMT")
        link = f"{url}/{index}"
        title, text = make_story(link)
        return (
            f"<item><guid>{link}</guid><link>{link}</link><title>{title}</title><pubDate>{at}</pubDate>"
            + f"<description>{text.replace('<', '&lt;')}</description></item>"
        )

    def _fault(self, url: str) -> FetchResult:
        body = self.dice.choice(
            (b"", b"<html><body>Sorry</body></html>", b"<rss><channel><item><title>cut")
        )
        kinds: tuple[FetchResult, ...] = (
            *(
                Failed(url=url, reason=reason)
                for reason in ("timeout", "connect", "dns", "tls", "truncated", "system")
            ),
            Failed(url=url, reason="http-500", status=500),
            Failed(url=url, reason="http-404", status=404),
            Failed(
                url=url,
                reason="rate-limited",
                status=429,
                retry_after=self.now + timedelta(minutes=30),
            ),
            Failed(url=url, reason="gone", status=410),
            Fetched(url=url, final_url=url, status=200, headers={}, body=body),
        )
        chosen = self.dice.choice(kinds)
        self.faults[chosen.reason if isinstance(chosen, Failed) else "broken body"] += 1
        return chosen


def make_story(url: str) -> tuple[str, str]:
    """A title and a text that no other address has."""
    dice = random.Random(url)
    lines = [" ".join(dice.choices(WORDS, k=14)).capitalize() + "." for _ in range(5)]
    return " ".join(dice.choices(WORDS, k=7)).capitalize(), "".join(
        f"<p>{line}</p>" for line in lines
    )


class Reading(InProcess):
    """Reads in this process; one call in a hundred dies."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice

    async def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self.dice.random() < 0.01:
            raise WorkerFailed("crashed", "the process ended with status -9")
        return await super().call(function, *args, **kwargs)


def write_config(config: Path) -> None:
    config.mkdir()
    (config / "taxonomy.toml").write_text(TAXONOMY)
    (config / "syndicator.toml").write_text(
        "[fetch]\npause = 0\n[publish]\nformats = ['atom']\ngzip = false\n"
    )
    tables = [
        f'[[source]]\nkey = "s{n}"\nurl = "http://h{n % HOSTS}.example/{n}"\n'
        + ("" if n % PAGED == 0 else '[source.rules]\ncontent = "feed"\n')
        for n in range(SOURCES)
    ]
    (config / "sources.toml").write_text("\n".join(tables))


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is a place for it: a day's waiting for a disk is not what is
    measured."""
    memory = Path("/dev/shm")
    path = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    yield path
    shutil.rmtree(path)


@dataclass
class Day:
    """What was seen at its runs."""

    blocks: list[int] = field(default_factory=list)  # objects of Python's own allocator
    resident: list[int] = field(default_factory=list)  # bytes
    visits: Counter[str] = field(default_factory=Counter)  # per source

    def hour(self) -> None:
        gc.collect()
        pages = Path("/proc/self/statm").read_text().split()[1]
        self.resident.append(int(pages) * os.sysconf("SC_PAGE_SIZE"))
        self.blocks.append(sys.getallocatedblocks())


async def scheduled_run(app: App, day: Day) -> None:
    """One run; it visited what was due, all of it and nothing else."""
    now = app.archive.clock()
    known_states = app.archive.store.visits.states()
    due = (
        {state.key for state in app.archive.store.visits.list_due_states(now)}
        if known_states
        else set(app.configuration.sources)
    )
    report = await run(app, Wanted(), stop=asyncio.Event())
    visited = [outcome.key for outcome in report.outcomes]
    assert sorted(visited) == sorted(due)
    day.visits.update(visited)
    assert not report.built.held
    assert not report.problems


@mark_fault(
    "a day with 5 % faults of every kind",
    how=(
        f"{SOURCES} sources on {HOSTS} hosts, a fake web, a run every 15 simulated minutes for 24"
        " hours, 1 % of the readings die"
    ),
    holds=(
        "no growth of memory over the last half, every source visited when it was due, one"
        " connection a host, no article twice"
    ),
)
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_day(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a simulated day with faults every source was visited, one request at a time to a host,
    no article is doubled, and memory stays as at noon."""
    web = Web()
    config = folder / "config"
    day = Day()
    write_config(config)
    monkeypatch.setattr(refresh, "make_worker", lambda settings: Reading(web.dice))

    async def pause(seconds: float) -> None:
        await asyncio.sleep(0)

    def fetcher(archive: Archive, settings: Settings) -> PoliteFetcher:
        throttle = Throttle(0, pause, archive.clock)
        notes = archive.store.visits
        robots = Robots(
            PoliteFetcher(web, throttle),
            notes.note,
            notes.set_note,
            user_agent="X",
            clock=archive.clock,
        )
        return PoliteFetcher(web, throttle, robots)

    def clock() -> datetime:
        return web.now

    monkeypatch.setattr(clients, "make_fetcher", fetcher)
    while web.now < START + timedelta(days=1):
        with open_app(config, clock=clock, jitter=web.dice.random, environ={}) as app:
            asyncio.run(scheduled_run(app, day))
        if (web.now - START) % timedelta(hours=1) == timedelta(0):
            day.hour()
        web.now += RUN_EVERY
    with open_app(config, clock=clock, environ={}) as app:
        paths = [stamp.path for stamp in app.archive.article_store.walk()]
        ids = [app.archive.article_store.get(path).id for path in paths]
    noon = len(day.blocks) // 2
    print(
        f"{sum(day.visits.values())} visits, {dict(web.visits)}, {sum(web.faults.values())} faults"
        f" of {len(web.faults)} kinds, {len(ids)} articles; {day.resident[noon] / 1e6:.1f} MB and"
        f" {day.blocks[noon]} objects at noon, {day.resident[-1] / 1e6:.1f} MB and {day.blocks[-1]}"
        " at the end"
    )
    assert max(web.most.values()) == 1
    assert len(day.visits) == SOURCES
    assert len(ids) == len(set(ids)) > 3 * SOURCES
    assert max(day.blocks[noon:]) < max(day.blocks[:noon]) * 1.05
    assert max(day.resident[noon:]) < max(day.resident[:noon]) * 1.05 + 5_000_000
