"""What a page costs from its address to its file, beside trafilatura's own time on the same pages
in the same run.

    python -m tests.bench.bench_pages [--every 8] [--rounds 2]

Ours is the trip that a visit takes: fetched from loopback (a host each, robots.txt asked), read and
described in the worker, filed and recorded; CPU of this process and its workers. trafilatura's is
`bare_extraction` with metadata, in this process, nothing fetched, nothing filed. Every figure is
the least and the median of the rounds, which go turn by turn. Both sides are warm and meet pages
that their processes have not seen: the first quarter of the pages, read by each process, is not
counted, and each round has a share of the others. Wall time counts only where nothing else runs:
the load is printed. Pages: every Nth of ../shared/corpus/pages.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from syndicator.app.clients import make_fetcher, make_worker
from syndicator.app.container import App, open_app
from syndicator.app.contexts import make_context
from syndicator.core.model import Entry, Source, SourceState
from syndicator.core.ports import EntryRow
from syndicator.filing.entry.ingest import ingest
from syndicator.filing.visit import sharing_commits
from syndicator.processes.worker import Worker
from syndicator.setup.start import SHIPPED
from tests.bench.bench_reading import html_of, rows
from tests.bench.feed_server import SERVE, addresses
from tests.bench.machine import machine
from tests.processes.worker_jobs import pid

_SERVER = f"""
import asyncio, pathlib, sys
FOLDER = pathlib.Path(sys.argv[2])
HEAD = b"HTTP/1.1 200 OK\\r\\ncontent-type: text/html\\r\\ncontent-length: %d\\r\\n\\r\\n"
NONE = b"HTTP/1.1 404 Not Found\\r\\ncontent-length: 0\\r\\n\\r\\n"
def reply(transport, head):
    name = head.split()[1].decode()[1:].partition('?')[0]
    body = (FOLDER / name).read_bytes() if name.isdigit() else b""
    transport.write(HEAD % len(body) + body if body else NONE)
{SERVE}"""
SIDE_BY_SIDE = 8  # pages under way
_SETTINGS = "[fetch]\nallow_loopback = true\npause = 0\nworkers = {workers}\n"


@contextmanager
def served(pages: Sequence[bytes], folder: Path) -> Iterator[list[str]]:
    """The addresses of the pages, a host each, served by a process of its own."""
    for number, page in enumerate(pages):
        (folder / str(number)).write_bytes(page)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    hosts = addresses(len(pages))
    command = [sys.executable, "-c", _SERVER, str(port), str(folder), *hosts]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.readline()
        try:
            yield [f"http://{host}:{port}/{number}" for number, host in enumerate(hosts)]
        finally:
            server.kill()


def theirs(pages: Sequence[bytes]) -> float:
    """CPU milliseconds a page that trafilatura takes."""
    import trafilatura

    start = time.process_time()
    for page in pages:
        trafilatura.bare_extraction(page, with_metadata=True, include_comments=False)
    return (time.process_time() - start) / len(pages) * 1000


def ours(
    warming: Sequence[str], urls: Sequence[str], workers: int
) -> tuple[float, float, float, int]:
    """CPU milliseconds a page: all of it, this process's share of it; wall milliseconds a page;
    articles filed."""
    with tempfile.TemporaryDirectory() as name:
        config = Path(name) / "config"
        config.mkdir()
        (config / "syndicator.toml").write_text(_SETTINGS.format(workers=workers))
        (config / "sources.toml").write_text(
            '[[source]]\nkey = "bench"\nurl = "http://127.0.0.1/feed"\n'
        )
        (config / "taxonomy.toml").write_bytes((SHIPPED / "taxonomy.toml").read_bytes())
        with open_app(config) as app:
            return asyncio.run(_trip(app, warming, urls, workers))


async def _trip(
    app: App, warming: Sequence[str], urls: Sequence[str], workers: int
) -> tuple[float, float, float, int]:
    fetcher = make_fetcher(app.archive, app.configuration.settings)
    worker = make_worker(app.configuration.settings)
    filed: list[str] = []
    run = make_context(app.archive, app.configuration, app.jitter, fetcher, worker, filed.append)
    source = app.configuration.sources["bench"]
    now = app.archive.clock()
    state = SourceState(key="bench", url=source.url)
    room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(url: str, source: Source = source) -> None:
        row = EntryRow(
            source_key="bench", entry_id=url, url=url, digest="", status="pending", first_seen=now
        )
        async with room:
            await ingest(
                run.make_visit_context(source, state).make_entry_context(
                    replace(row, entry=Entry(id=url, url=url))
                )
            )

    try:
        await asyncio.gather(
            *(one(f"{url}?warm={number}") for url in warming for number in range(workers))
        )
        filed.clear()
        pids = await _children(worker, workers)
        begun = time.process_time()
        before = _cpu(pids)
        wall = time.monotonic()
        async with sharing_commits(run):  # as in a run
            await asyncio.gather(*map(one, urls))
        mine = time.process_time() - begun
        all_of = _cpu(pids) - before + time.process_time() - begun
        each = 1000 / len(urls)
        return all_of * each, mine * each, (time.monotonic() - wall) * each, len(filed)
    finally:
        await worker.aclose()
        await fetcher.aclose()


async def _children(worker: Worker, count: int) -> set[int]:
    found = await asyncio.gather(*(worker.call(pid) for _ in range(20 * count)))
    return set(found)


def _cpu(pids: set[int]) -> float:
    """Seconds of CPU of these processes, and of those that ended."""
    reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = reaped.ru_utime + reaped.ru_stime
    for one in pids:
        tasks = Path(f"/proc/{one}/task")
        if tasks.exists():
            total += (
                sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir())
                / 1e9
            )
    return total


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--every", type=int, default=8)
    options.add_argument("--rounds", type=int, default=2)
    given = options.parse_args()
    logging.disable(logging.CRITICAL)
    pages = [html_of(row) for row in rows(given.every)]
    alone: list[float] = []
    found: dict[int, list[tuple[float, float, float, int]]] = {1: [], 2: []}
    warm = len(pages) // 4
    print(
        f"{len(pages)} pages, {warm} of them to warm; {machine()} at {datetime.now(UTC):%H:%M} UTC"
    )
    with tempfile.TemporaryDirectory() as name, served(pages, Path(name)) as urls:
        theirs(pages[:warm])
        for turn in range(given.rounds):
            alone.append(theirs(pages[warm + turn :: given.rounds]))
            for workers, costs in found.items():
                costs.append(ours(urls[:warm], urls[warm + turn :: given.rounds], workers))
    base = median(alone)
    print(f"{'trafilatura, extraction alone':44} {min(alone):7.1f} {base:7.1f} ms CPU a page")
    for workers, costs in found.items():
        total, mine, wall = ([cost[part] for cost in costs] for part in range(3))
        what = f"fetched, read, filed ({costs[0][3]}), {workers} workers"
        print(
            f"{what:44} {min(total):7.1f} {median(total):7.1f} ms CPU a page, x"
            f" {median(total) / base:.2f}; {median(mine):.1f} of it not in the worker; wall"
            f" {min(wall):.1f} {median(wall):.1f} ms"
        )
    one, two = (median([cost[2] for cost in found[workers]]) for workers in (1, 2))
    print(f"{'2 workers against 1, wall':44} x {one / two:.2f}; {machine()} now")


if __name__ == "__main__":
    main()
