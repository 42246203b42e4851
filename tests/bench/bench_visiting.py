"""What a visit costs: CPU of this process per feed, over 1,000 loopback addresses, beside bare httpx in the same run.

    python -m tests.bench.bench_visiting [--feeds 1000] [--addresses 1000]

The server is another process whose CPU does not count. Rows: nothing changed (304), first visit (fetch and parse),
bare httpx for both, and the isolation of the worker against calling the same function here.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from syndicator.model import Fetched, NotModified, Request
from syndicator.settings import Fetch
from syndicator.visiting.entries import parse_feed
from syndicator.visiting.fetch import HttpFetcher
from syndicator.visiting.lanes import Lanes
from syndicator.visiting.polite import PoliteFetcher

_SERVER = """
import asyncio, sys
BODY = sys.stdin.buffer.read()
HEAD = b"HTTP/1.1 200 OK\\r\\netag: \\"1\\"\\r\\ncontent-type: application/rss+xml\\r\\n"
OK = HEAD + b"content-length: %d\\r\\n\\r\\n" % len(BODY) + BODY
SAME = b"HTTP/1.1 304 Not Modified\\r\\netag: \\"1\\"\\r\\n\\r\\n"
class Answer(asyncio.Protocol):
    def connection_made(self, transport): self.transport, self.data = transport, b""
    def data_received(self, data):
        self.data += data
        while b"\\r\\n\\r\\n" in self.data:
            head, _, self.data = self.data.partition(b"\\r\\n\\r\\n")
            self.transport.write(SAME if b"if-none-match" in head.lower() else OK)
async def main():
    server = await asyncio.get_running_loop().create_server(Answer, sys.argv[2:], int(sys.argv[1]), backlog=64)
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def sample_feed(items: int = 20) -> bytes:
    """A feed of the usual size: 20 entries with a paragraph each."""
    words = "<p>" + "Words of a story that goes on for a while. " * 12 + "</p>"
    entries = "".join(
        f"<item><title>Story number {n}</title><link>https://example.org/{n}</link><guid>{n}</guid>"
        f"<pubDate>Tue, 24 Nov 2026 10:{n:02}:00 GMT</pubDate><description><![CDATA[{words}]]></description></item>"
        for n in range(items)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{entries}</channel></rss>'.encode()


def addresses(count: int) -> list[str]:
    """That many addresses of 127.0.0.0/8."""
    return [f"127.{1 + n // 62_500}.{n // 250 % 250}.{n % 250 + 1}" for n in range(count)]


async def spread(urls: list[str], visit: Callable[[str], Awaitable[object]], width: int = 32) -> None:
    """`visit` for every URL, `width` at a time."""
    left = iter(urls)

    async def work() -> None:
        for url in left:
            await visit(url)

    await asyncio.gather(*(work() for _ in range(width)))


async def ours(urls: list[str], *, etag: str | None, parse: bool) -> float:
    """CPU milliseconds a feed through the polite fetcher."""
    lanes = Lanes(0, 1, asyncio.sleep, lambda: datetime.now(UTC))
    settings = Fetch(allow_loopback=True)
    fetcher = PoliteFetcher(HttpFetcher(settings, user_agent="Bench/1", clock=lambda: datetime.now(UTC)), lanes)

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
    async with httpx.AsyncClient(trust_env=False, verify=False, headers=headers, timeout=20) as client:

        async def visit(url: str) -> None:
            answer = await client.get(url)
            if parse:
                assert len(feedparser.parse(io.BytesIO(answer.content)).entries) == 20

        gc.collect()
        start = time.process_time()
        await spread(urls, visit)
        return (time.process_time() - start) / len(urls) * 1000


def measure(feeds: int) -> list[tuple[str, float]]:
    """The rows of the table: what, CPU milliseconds a feed."""
    body = sample_feed()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-c", _SERVER, str(port), *addresses(feeds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(body)
        server.stdin.close()
        server.stdout.readline()
        urls = [f"http://{address}:{port}/feed" for address in addresses(feeds)]
        warm = urls[:20]
        rows = []
        try:
            for name, etag, parse in (("nothing changed (304)", '"1"', False), ("first visit, entries", None, True)):
                for who, function in (("ours", ours), ("bare httpx + feedparser", bare)):
                    asyncio.run(function(warm, etag=etag, parse=parse))
                    rows.append((f"{name}: {who}", asyncio.run(function(urls, etag=etag, parse=parse))))
        finally:
            server.kill()
    return rows


def isolation(calls: int = 60) -> tuple[float, float]:
    """Median CPU milliseconds of parsing a feed here, and in the worker with both sides counted; turn by turn."""
    from pathlib import Path
    from statistics import median

    from syndicator.worker import Worker

    body = sample_feed(60)
    worker = Worker(seconds=10, megabytes=600, preload=("feedparser",))
    here, there = [], []
    try:
        pid = worker.call_sync(os.getpid)

        def child() -> float:
            tasks = Path(f"/proc/{pid}/task").iterdir()
            return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

        for _ in range(calls):
            start = time.process_time()
            parse_feed(body, "https://example.org/")
            here.append(time.process_time() - start)
            start, before = time.process_time(), child()
            worker.call_sync(parse_feed, body, "https://example.org/")
            there.append(time.process_time() - start + child() - before)
    finally:
        worker.close()
    return median(here) * 1000, median(there) * 1000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--feeds", type=int, default=1000)
    for name, cost in measure(options.parse_args().feeds):
        print(f"{name:48} {cost:7.2f} ms CPU a feed")
    here, there = isolation()
    print(f"{'isolation: parsing here, in the worker':48} {here:7.2f} {there:7.2f} ms ({there / here - 1:+.0%})")


if __name__ == "__main__":
    main()
