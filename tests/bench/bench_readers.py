"""What the process that visits sources costs an article, and what a second reading process brings,
over small pages.

    python -m tests.bench.bench_readers [--sources 40] [--entries 20] [--rounds 3]
        [--workers 1 2] [--profile FILE]

As many sources, each on a loopback address of its own with a feed of so many entries, served by a
process that does not count. Pages have 30 sentences, `pause` is 0, nothing is published. Each round
is a process of its own that visits all sources once; the first tenth of them warms it and is not
counted. Printed for each number of reading processes, least and median: CPU (user and system) an
article of the process that visits, and of its readers; the milliseconds an article in which a
reader, and the main thread, neither ran nor waited for a processor: a reader waits for its next
page, the main thread for the disk or for something to do; articles a second, which count on an idle
machine alone, whose load is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from syndicator.app.clients import make_fetcher, make_worker
from syndicator.app.container import App, open_app
from syndicator.app.contexts import make_context
from syndicator.filing.visit import Due, visit_all
from syndicator.setup.start import SHIPPED
from syndicator.upkeep import reconcile
from tests.bench.feed_server import SERVE, addresses
from tests.bench.machine import machine

_SERVER = f'''
import asyncio, random, sys
WORDS = """model chip court fund launch study robot market patch orbit battery vaccine river council
harbour engine letter garden winter bridge signal copper museum teacher ferry glacier orchard
tunnel""".split()
ENTRIES = int(sys.argv[2])
HEAD = "HTTP/1.1 %s\\r\\ncontent-type: %s\\r\\ncontent-length: %d\\r\\n\\r\\n"
DATE = "%02d Nov 2026 10:%02d:00 GMT"
def sentence(pick, words): return " ".join(pick.choices(WORDS, k=words)).capitalize()
def page(host, number):
    pick = random.Random(f"{{host}}/{{number}}")
    title = sentence(pick, 7)
    text = "".join("<p>" + " ".join(sentence(pick, 14) + "." for _ in range(5)) + "</p>" for _ in range(6))
    return (f"<!doctype html><html lang=en><head><title>{{title}}</title></head><body><article>"
            f"<h1>{{title}}</h1><time datetime=2026-11-{{number % 20 + 1:02}}>November</time>{{text}}</article>"
            "</body></html>")
def feed(base):
    items = "".join(f"<item><title>Story {{n}}</title><link>{{base}}/{{n}}</link><guid>{{base}}/{{n}}</guid>"
                    f"<pubDate>{{DATE % (n % 20 + 1, n % 60)}}</pubDate></item>" for n in range(ENTRIES))
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{{base}}</title>{{items}}</channel></rss>'
def whole(status, kind, text): return (HEAD % (status, kind, len(text)) + text).encode()
PAGES = {{(host, f"/{{n}}"): whole("200 OK", "text/html", page(host, n)) for host in sys.argv[3:] for n in range(ENTRIES)}}
for host in sys.argv[3:]:
    PAGES[host, "/feed"] = whole("200 OK", "application/rss+xml", feed(f"http://{{host}}:{{sys.argv[1]}}"))
NONE = whole("404 Not Found", "text/plain", "")
def reply(transport, head):
    host = transport.get_extra_info("sockname")[0]
    transport.write(PAGES.get((host, head.split()[1].decode()), NONE))
{SERVE}'''  # noqa: E501
_SETTINGS = "[fetch]\nallow_loopback = true\npause = 0\nworkers = {workers}\n"
_WARMING = 10  # one source of so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What a round cost. Milliseconds are an article's."""

    articles: int
    main_ms: float
    readers_ms: float
    main_waits_ms: float
    readers_wait_ms: float  # of all readers together
    wall_seconds: float


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds of a process, of its main thread alone but for `cpu`, when it was looked at."""

    at: float
    cpu: float
    runnable: float  # running or waiting for a processor

    def waits_until(self, later: Clock) -> float:
        """Return the seconds in which the process waited for anything but a processor."""
        return max(0.0, later.at - self.at - (later.runnable - self.runnable))


@contextmanager
def serve_pages(hosts: Sequence[str], entries: int) -> Iterator[int]:
    """Serve the sources by a process of its own; yield their port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-c", _SERVER, str(port), str(entries), *hosts]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.readline()
        try:
            yield port
        finally:
            server.kill()


def configure(config: Path, hosts: Sequence[str], port: int, entries: int, workers: int) -> None:
    config.mkdir()
    (config / "syndicator.toml").write_text(_SETTINGS.format(workers=workers))
    (config / "taxonomy.toml").write_bytes((SHIPPED / "taxonomy.toml").read_bytes())
    tables = (
        f'[[source]]\nkey = "s{number}"\nurl = "http://{host}:{port}/feed"\nbackfill = {entries}\n'
        for number, host in enumerate(hosts)
    )
    (config / "sources.toml").write_text("".join(tables))


def run_round(config: Path, workers: int, profile: Path | None) -> Round:
    """Visit all sources in this process. `profile`: gets what cProfile saw of it."""
    logging.disable(logging.CRITICAL)
    profiler = cProfile.Profile() if profile else None
    with open_app(config) as app:
        found = asyncio.run(_visit_all(app, workers, profiler))
    if profiler and profile:
        profiler.dump_stats(profile)
    return found


async def _visit_all(app: App, workers: int, profiler: cProfile.Profile | None) -> Round:
    fetcher = make_fetcher(app.archive, app.configuration.settings)
    worker = make_worker(app.configuration.settings)
    filed: list[str] = []
    reconcile.update_edited_sources(app.archive, app.configuration)
    states = app.archive.store.visits.states()
    due = [(source, states[key]) for key, source in app.configuration.sources.items()]
    warming = max(workers, len(due) // _WARMING)

    async def visit(sources: Sequence[Due]) -> None:
        run = make_context(
            app.archive, app.configuration, app.jitter, fetcher, worker, filed.append
        )
        await visit_all(sources, run, stop=asyncio.Event())

    try:
        await visit(due[:warming])
        filed.clear()
        pids = [os.getpid(), *_find_children()]
        before = [_look_at(pid) for pid in pids]
        with profiler or nullcontext():
            await visit(due[warming:])
        after = [_look_at(pid) for pid in pids]
    finally:
        await worker.aclose()
        await fetcher.aclose()
    used = [later.cpu - earlier.cpu for earlier, later in zip(before, after, strict=True)]
    waits = [earlier.waits_until(later) for earlier, later in zip(before, after, strict=True)]
    each = 1000 / len(filed)
    return Round(
        articles=len(filed),
        main_ms=used[0] * each,
        readers_ms=sum(used[1:]) * each,
        main_waits_ms=waits[0] * each,
        readers_wait_ms=sum(waits[1:]) * each,
        wall_seconds=after[0].at - before[0].at,
    )


def _find_children() -> list[int]:
    found: list[int] = []
    for thread in Path(f"/proc/{os.getpid()}/task").iterdir():
        found += map(int, (thread / "children").read_text().split())
    return found


def _look_at(pid: int) -> Clock:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    running, ready, _ = map(int, Path(f"/proc/{pid}/schedstat").read_text().split())
    return Clock(
        at=time.monotonic(),
        cpu=(int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK"),
        runnable=(running + ready) / 1e9,
    )


def measure(given: argparse.Namespace) -> None:
    """Run the rounds in turns, and print what they cost."""
    rounds: dict[int, list[Round]] = {}
    hosts = addresses(given.sources)
    with serve_pages(hosts, given.entries) as port:
        for turn in range(given.rounds):
            for workers in given.workers[:: -1 if turn % 2 else 1]:
                with tempfile.TemporaryDirectory() as name:
                    config = Path(name) / "config"
                    configure(config, hosts, port, given.entries, workers)
                    command = [sys.executable, "-m", "tests.bench.bench_readers"]
                    command += ["--round", str(config), "--workers", str(workers)]
                    if given.profile:
                        command += ["--profile", str(given.profile)]
                    answer = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
                    rounds.setdefault(workers, []).append(Round(**json.loads(answer)))
    for workers, found in sorted(rounds.items()):
        print(f"{workers} reading: {describe(found)}")
    if 1 in rounds and 2 in rounds:
        ratios = [
            one.wall_seconds / two.wall_seconds
            for one, two in zip(rounds[1], rounds[2], strict=True)
        ]
        shown = ", ".join(f"{ratio:.2f}" for ratio in sorted(ratios))
        print(f"2 readers against 1: x {median(ratios):.2f} (each pair of rounds: {shown})")


def describe(found: Sequence[Round]) -> str:
    def pair(part: Callable[[Round], float]) -> str:
        return f"{min(map(part, found)):.1f} {median(map(part, found)):.1f}"

    rates = [each.articles / each.wall_seconds for each in found]
    return (
        f"{found[0].articles} articles; CPU an article: main {pair(lambda each: each.main_ms)} ms,"
        f" readers {pair(lambda each: each.readers_ms)} ms; waits an article: main"
        f" {pair(lambda each: each.main_waits_ms)} ms, readers"
        f" {pair(lambda each: each.readers_wait_ms)} ms; {max(rates):.1f} {median(rates):.1f}"
        " articles/s"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sources", type=int, default=40)
    options.add_argument("--entries", type=int, default=20)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    options.add_argument("--profile", type=Path)
    options.add_argument("--round", type=Path, help="internal: the folder of a round")
    given = options.parse_args()
    if given.round:
        print(json.dumps(asdict(run_round(given.round, given.workers[0], given.profile))))
        return
    print(machine())
    measure(given)
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"load {load}")


if __name__ == "__main__":
    main()
