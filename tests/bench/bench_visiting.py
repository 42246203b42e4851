"""What a visit costs: CPU of a process per feed, over as many loopback addresses, in one run beside
bare httpx with feedparser and, where a Python that has it is named, beside `reader` (PyPI), the
library that does the same job.

    python -m tests.bench.bench_visiting [--feeds 1000] [--rounds 3] [--reader
    /path/to/venv/bin/python]

The server is another process whose CPU does not count. Rows: nothing changed (304), and first visit
(fetch and entries; reader stores them, in memory), each the least and the median of the rounds,
which go turn by turn, and ours over the others; then the isolation of the worker against calling
the same function here, and the real feeds of ../shared that lxml reads beside feedparser.
`--reader` is no dependency:
`python -m venv V && V/bin/pip install reader` makes one.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import subprocess
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from syndicator.configuration.settings import Fetch
from syndicator.core.model import Fetched, NotModified, Request
from syndicator.visiting.feeds import well_formed
from syndicator.visiting.feeds.parser import parse_feed
from syndicator.visiting.fetch.client import HttpFetcher
from syndicator.visiting.politeness.fetcher import PoliteFetcher
from syndicator.visiting.politeness.throttle import Throttle
from tests.bench.feed_server import feeds, real_feeds, sample_feed
from tests.bench.machine import machine

SAME = "nothing changed (304)"
FIRST = "first visit, entries only"
Costs = dict[str, dict[str, list[float]]]  # what -> who -> CPU milliseconds a feed, a round each


async def spread(
    urls: list[str], visit: Callable[[str], Awaitable[object]], width: int = 32
) -> None:
    """`visit` for every URL, `width` at a time."""
    left = iter(urls)

    async def work() -> None:
        for url in left:
            await visit(url)

    await asyncio.gather(*(work() for _ in range(width)))


async def ours(urls: list[str], *, etag: str | None, parse: bool) -> float:
    """CPU milliseconds a feed through the polite fetcher."""
    throttle = Throttle(0, asyncio.sleep, lambda: datetime.now(UTC))
    settings = Fetch(allow_loopback=True)
    fetcher = PoliteFetcher(
        HttpFetcher(settings, user_agent="Bench/1", clock=lambda: datetime.now(UTC)), throttle
    )

    async def visit(url: str) -> None:
        result = await fetcher.fetch(Request(url=url, kind="feed", etag=etag, deadline=20))
        assert isinstance(result, NotModified if etag else Fetched), result
        if parse and isinstance(result, Fetched):
            assert len(parse_feed(result.body, url, result.headers).entries) == 20

    gc.collect()
    start = time.process_time()
    await spread(urls, visit)
    await fetcher.aclose()
    return (time.process_time() - start) / len(urls) * 1000


async def bare(urls: list[str], *, etag: str | None, parse: bool) -> float:
    """The same through one httpx client with its own pool, feedparser alone for the parse."""
    import io

    import feedparser
    import httpx

    headers = {"if-none-match": etag} if etag else {}
    async with httpx.AsyncClient(
        trust_env=False, verify=False, headers=headers, timeout=20
    ) as client:

        async def visit(url: str) -> None:
            answer = await client.get(url)
            if parse:
                assert len(feedparser.parse(io.BytesIO(answer.content)).entries) == 20

        gc.collect()
        start = time.process_time()
        await spread(urls, visit)
        return (time.process_time() - start) / len(urls) * 1000


_READER = """
import json, sys, time
from reader import make_reader
urls = json.load(sys.stdin)
with make_reader(":memory:") as reader:
    for url in urls:
        reader.add_feed(url)
    costs = []
    for _ in range(2):
        start = time.process_time()
        reader.update_feeds(scheduled=False, workers=int(sys.argv[1]))
        costs.append((time.process_time() - start) / len(urls) * 1000)
    assert reader.get_entry_counts().total == 20 * len(urls), reader.get_entry_counts()
    assert not list(reader.get_feeds(broken=True))
print(json.dumps(costs))
"""


def theirs(python: Path, urls: list[str]) -> tuple[float, float]:
    """CPU milliseconds a feed that reader takes for the first visit and for one that changes
    nothing."""
    command = [str(python), "-c", _READER, "1"]  # one worker: threads side by side cost it more
    done = subprocess.run(
        command, input=json.dumps(urls), stdout=subprocess.PIPE, text=True, check=True
    )
    first, same = json.loads(done.stdout)
    return first, same


def measure(count: int, rounds: int, reader: Path | None) -> Costs:
    """The costs of each row, who by who, turn by turn."""
    costs: Costs = {SAME: {}, FIRST: {}}
    with feeds(count) as urls:
        for turn in range(rounds + 1):
            # the first turn warms what is loaded when it is first needed
            part = urls if turn else urls[:20]
            for what, etag in ((SAME, '"1"'), (FIRST, None)):
                for who, function in (("ours", ours), ("bare httpx + feedparser", bare)):
                    cost = asyncio.run(function(part, etag=etag, parse=etag is None))
                    costs[what].setdefault(who, []).append(cost)
            if reader is not None:
                for what, cost in zip((FIRST, SAME), theirs(reader, part), strict=True):
                    costs[what].setdefault("reader", []).append(cost)
    return {what: {who: found[1:] for who, found in row.items()} for what, row in costs.items()}


def isolation(calls: int = 60) -> tuple[float, float]:
    """Median CPU milliseconds of parsing a feed here, and in the worker with both sides counted;
    turn by turn."""
    from syndicator.processes.worker import Worker

    body = sample_feed(60)
    worker = Worker(seconds=10, megabytes=600, preload=("feedparser",))
    here = []
    there = []
    try:
        pid = worker.call_sync(os.getpid)

        def child() -> float:
            tasks = Path(f"/proc/{pid}/task").iterdir()
            return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

        for _ in range(calls):
            start = time.process_time()
            parse_feed(body, "https://example.org/")
            here.append(time.process_time() - start)
            start = time.process_time()
            before = child()
            worker.call_sync(parse_feed, body, "https://example.org/")
            there.append(time.process_time() - start + child() - before)
    finally:
        worker.close()
    return median(here) * 1000, median(there) * 1000


def parsing(kilobytes: int = 41) -> tuple[float, float]:
    """CPU milliseconds for so much of the real feeds that `well_formed` reads: ours, all of it, and
    feedparser."""
    import io

    import feedparser

    bodies = [body for body in real_feeds() if well_formed.read(body) is not None]
    costs = []
    for parse in (
        lambda body: parse_feed(body, "https://example.org/"),
        lambda body: feedparser.parse(io.BytesIO(body)),
    ):
        start = time.process_time()
        for body in bodies:
            parse(body)
        costs.append((time.process_time() - start) / sum(map(len, bodies)) * kilobytes * 1e6)
    return costs[0], costs[1]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--reader", type=Path, help="a Python that has the package reader")
    given = options.parse_args()
    print(machine())
    for what, row in measure(given.feeds, given.rounds, given.reader).items():
        ours_median = median(row["ours"])
        for who, costs in row.items():
            least = min(costs)
            usual = median(costs)
            print(
                f"{what + ': ' + who:52} {least:6.2f} {usual:6.2f} ms CPU a feed, ours x"
                f" {ours_median / usual:.2f}"
            )
    if given.reader is None:
        print("reader: left out, --reader names no Python that has it")
    here, there = isolation()
    print(
        f"{'isolation: parsing here, in the worker':52} {here:6.2f} {there:6.2f} ms"
        f" ({there / here - 1:+.0%})"
    )
    ours_parsing, theirs_parsing = parsing()
    print(
        f"{'41 kB of real feeds: ours, feedparser':52} {ours_parsing:6.2f} {theirs_parsing:6.2f} ms"
    )


if __name__ == "__main__":
    main()
