"""A day of visits to a fake web, faults included, on a clock of the test."""

from __future__ import annotations

import asyncio
import gc
import random
import tracemalloc
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syndicator.app import running
from syndicator.app.running import Wanted, run
from syndicator.app.wiring import open_app
from syndicator.model import Failed, Fetched, FetchResult, NotModified, Request
from syndicator.urls import host
from syndicator.visiting.lanes import Lanes
from syndicator.visiting.polite import PoliteFetcher
from tests.faults.ground import START, TAXONOMY, InProcess
from tests.faults.table import fault

SOURCES, HOSTS, BEAT = 60, 24, timedelta(minutes=15)
BODY = "<p>" + "A sentence that is long enough to be read as an article of its own. " * 4 + "</p>"


class Web:
    """Feeds that grow an entry every few hours, whole in the feed; one answer in twenty is a fault."""

    def __init__(self) -> None:
        self.now, self.dice = START, random.Random(7)
        self.open: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.visits: Counter[str] = Counter()

    async def fetch(self, request: Request) -> FetchResult:
        name = host(request.url)
        self.open[name] += 1
        self.most[name] = max(self.most[name], self.open[name])
        try:
            await asyncio.sleep(0)
            self.visits[request.url] += 1
            return self._answer(request)
        finally:
            self.open[name] -= 1

    async def aclose(self) -> None:
        return None

    def _answer(self, request: Request) -> FetchResult:
        url = request.url
        if self.dice.random() < 0.05:
            return self._fault(url)
        number = int((self.now - START) / timedelta(hours=6))
        tag = f'"{number}"'
        if request.etag == tag:
            return NotModified(url=url, final_url=url, headers={"etag": tag})
        items = "".join(self._item(url, index) for index in range(number + 1))
        body = f"<rss version='2.0'><channel><title>F</title><link>{url}</link>{items}</channel></rss>".encode()
        return Fetched(url=url, final_url=url, status=200, headers={"etag": tag}, body=body)

    def _item(self, url: str, index: int) -> str:
        at = (START + index * timedelta(hours=6)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        link, text = f"{url}/{index}", BODY.replace("<", "&lt;")
        return f"<item><guid>{link}</guid><link>{link}</link><title>Story {index}</title><pubDate>{at}</pubDate>" + (
            f"<description>{text}</description></item>"
        )

    def _fault(self, url: str) -> FetchResult:
        body = self.dice.choice((b"", b"<html><body>Sorry</body></html>", b"<rss><channel><item><title>cut"))
        kinds: tuple[FetchResult, ...] = (
            Failed(url=url, reason="timeout"),
            Failed(url=url, reason="connect"),
            Failed(url=url, reason="http-500", status=500),
            Failed(url=url, reason="rate-limited", status=429, retry_after=self.now + timedelta(minutes=30)),
            Failed(url=url, reason="gone", status=410),
            Fetched(url=url, final_url=url, status=200, headers={}, body=body),
        )
        return self.dice.choice(kinds)


def configure(config: Path) -> None:
    config.mkdir()
    (config / "taxonomy.toml").write_text(TAXONOMY)
    (config / "syndicator.toml").write_text("[fetch]\npause = 0\n[publish]\nformats = ['atom']\narchives = false\n")
    tables = [
        f'[[source]]\nkey = "s{n}"\nurl = "http://h{n % HOSTS}.example/{n}"\n[source.rules]\ncontent = "feed"\n'
        for n in range(SOURCES)
    ]
    (config / "sources.toml").write_text("\n".join(tables))


@fault(
    "a day with 5 % faults of every kind",
    how=f"{SOURCES} sources on {HOSTS} hosts, a fake web, a beat every 15 simulated minutes for 24 hours",
    holds="no growth of memory over the last half, every source visited when it was due, one connection a host",
)
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web, config = Web(), tmp_path / "config"
    configure(config)
    monkeypatch.setattr(running, "make_worker", lambda app: InProcess())

    async def pause(seconds: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(running, "make_fetcher", lambda app: PoliteFetcher(web, Lanes(0, 1, pause, lambda: web.now)))

    def clock() -> datetime:
        return web.now

    async def day() -> list[int]:
        held = []
        with open_app(config, clock=clock, jitter=web.dice.random, environ={}) as app:
            while web.now < START + timedelta(days=1):
                due = {state.key for state in app.store.visits.due(web.now)} or set(app.sources)
                report = await run(app, Wanted(), stop=asyncio.Event())
                visited = {outcome.key for outcome in report.outcomes}
                assert visited <= due and (due == set(app.sources) or visited == due)
                gc.collect()
                held.append(tracemalloc.get_traced_memory()[0])
                web.now += BEAT
        return held

    tracemalloc.start()
    try:
        held = asyncio.run(day())
    finally:
        tracemalloc.stop()
    half = len(held) // 2
    print(f"{sum(web.visits.values())} requests, {held[half] / 1e6:.1f} MB at noon, {held[-1] / 1e6:.1f} MB at the end")
    assert max(web.most.values()) == 1
    assert len(web.visits) == SOURCES
    assert min(web.visits.values()) >= 2
    assert max(held[-12:]) < max(held[half - 12 : half]) * 1.1 + 500_000
