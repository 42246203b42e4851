"""Count our requests to servers of every kind over a simulated month."""

from __future__ import annotations

import asyncio
import itertools
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from syndicator.configuration.cron import find_next_time
from syndicator.configuration.settings import Settings
from syndicator.core.model import Fetched, Source, SourceState
from syndicator.filing.context import build_feed_request
from syndicator.visiting.cadence import plan_next_visit
from syndicator.visiting.feeds.parser import parse_feed
from syndicator.visiting.fetch.client import HttpFetcher
from syndicator.visiting.source_state import update_after_visit
from tests.visiting.conftest import NOW, Reply, Seen, Web

CASES = tomllib.loads(Path(__file__).with_name("reader_score.toml").read_text())["server"]
DAYS = 30
SHOWN = 20  # entries of a feed
QUICK = 100  # requests, above which a month takes too long for the quick tests


@dataclass
class Server:
    """One server of the score: answers at simulated times, and remembers each request and its
    time."""

    answer: str
    headers: dict[str, str]
    gap: timedelta
    now: datetime = NOW
    asked: list[tuple[datetime, str | None]] = field(default_factory=list)
    etags: list[str] = field(default_factory=list)  # given so far

    def __call__(self, seen: Seen) -> Reply:
        sent = seen.headers.get("if-none-match")
        self.asked.append((self.now, sent))
        if self.answer in ("429", "503"):
            return Reply(int(self.answer), self.headers)
        newest = self.newest()
        given = {} if self.answer == "whole" else {"ETag": self.name(newest)}
        current = sent is not None and sent == (self.etags[-1] if self.etags else None) and given
        same = current and (
            self.answer == "gone-quiet"
            or sent.rpartition("/")[2] == given["ETag"].rpartition("/")[2]
        )
        self.etags += given.values()
        return (
            Reply(304, self.headers | given)
            if same
            else Reply(200, self.headers | given, self.feed(newest))
        )

    def name(self, newest: int) -> str:
        return f'"{len(self.etags) if self.answer == "new-etag" else 0}/{newest}"'

    def newest(self) -> int:
        since = self.now - NOW if self.answer != "gone-quiet" else timedelta(0)
        return int(since / self.gap) if self.gap else 0

    def feed(self, newest: int) -> bytes:
        numbers = range(newest, newest - SHOWN, -1)
        items = (
            f"<item><guid>{number}</guid><title>T</title>{self.date(number)}</item>"
            for number in numbers
        )
        return (
            f'<rss version="2.0"><channel><title>T</title>{"".join(items)}</channel></rss>'.encode()
        )

    def date(self, number: int) -> str:
        return f"<pubDate>{format_datetime(NOW + self.gap * number)}</pubDate>" if self.gap else ""


async def follow_for_a_month(server: Server, url: str, every: str | None) -> None:
    """A month of visits as the plan has them."""
    settings = Settings.model_validate({"fetch": {"allow_loopback": True}})
    source = Source(key="s", url=url, kind="feed", every=every)
    state = SourceState(key="s", url=url)
    fetcher = HttpFetcher(settings.fetch, user_agent="Syndicator/0", clock=lambda: server.now)
    for _ in range(2000):
        result = await fetcher.fetch(build_feed_request(source, state, settings, {}))
        new = isinstance(result, Fetched) and result.digest != state.validators.body_digest
        feed = parse_feed(result.body, url, {}) if new and isinstance(result, Fetched) else None
        state = update_after_visit(source, state, result, feed, server.now)
        due = plan_next_visit(
            source,
            state,
            feed,
            result,
            now=server.now,
            floor=900,
            ceiling=86_400,
            jitter=0.0,
            cron_next=find_next_time,
        )
        server.now = due.at
        if server.now >= NOW + timedelta(days=DAYS):
            break
    await fetcher.aclose()


def _case(case: dict[str, Any]) -> Any:
    long = case["requests"][1] > QUICK
    return pytest.param(case, id=case["about"], marks=[pytest.mark.slow] if long else [])


@pytest.mark.parametrize("case", [_case(case) for case in CASES])
def test_a_month(case: dict[str, Any], web: Web) -> None:
    """For each kind of server, the number of our requests in a simulated month, the pauses between
    them, and how many load the whole feed are within the limits of the case. To a server that
    changes its ETag each time, we send back the last one."""
    server = Server(
        case["answer"], case.get("headers", {}), timedelta(hours=case.get("gap_hours", 0))
    )
    web.routes["/feed"] = server

    asyncio.run(follow_for_a_month(server, web.url("/feed"), case.get("every")))

    fewest, most = case["requests"]
    assert fewest <= len(server.asked) <= most

    # a request without an ETag that the server gave loads the whole feed
    etags_sent = [etag for _, etag in server.asked]
    loads = [etag for etag in etags_sent if etag not in server.etags]
    assert len(loads) <= case["whole"]

    times = [at for at, _ in server.asked]
    shortest_pause = min(later - sooner for sooner, later in itertools.pairwise(times))
    assert shortest_pause >= timedelta(hours=case["pause_hours"] * 0.9)

    if case["answer"] == "new-etag":
        assert etags_sent[1:] == server.etags[: len(server.asked) - 1]
