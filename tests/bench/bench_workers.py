"""What a visit costs with workers on PostgreSQL, and what each worker more brings.

    python -m tests.bench.bench_workers [--sources 100000] [--visited 6000] [--workers 1 2 3]
        [--lanes 16] [--latency 200] [--first 2000] [--delay 0] [--all]

As many feeds, each on a loopback address of its own, served by another process that does not count,
every answer `--latency` milliseconds late. The database, of a server of our own, knows all sources.
For each number of workers `--first` of them are due that were never visited, and take entries
alone; then `--visited` are due at which nothing changed (304). `--lanes` keeps a worker waiting for
answers and not for CPU, so that two cores carry three. Clocks run from the moment at which all
workers are ready. Printed: sources a second from then to the last visit, CPU of all workers and of
the server for a source, what a worker's start took, and the share of a core that each had. Rates
count on an idle machine alone, whose load is printed. `--delay`: milliseconds that each answer of
the database takes longer.

`--all`: instead of that, every source is due once, at which nothing changed: one is visited, and
what is remembered of it is given to all others."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from tests import postgres
from tests.bench.feed_server import feeds
from tests.bench.machine import machine
from tests.fleet.fleet import Instance
from tests.fleet.web import Web
from tests.postgres import Server

_TICK = os.sysconf("SC_CLK_TCK")


class Elsewhere(Web):
    """Feeds that another process serves."""

    def __init__(self, addresses: Sequence[str]) -> None:
        super().__init__(0)
        self.more = list(addresses)


def cpu(roots: Sequence[int]) -> float:
    """Seconds of CPU of these processes and of all that they started, those that ended included."""
    parents = {}
    used = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(path.parent.name)
        parents[pid], used[pid] = int(words[1]), sum(map(int, words[11:15])) / _TICK
    family = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(used.get(pid, 0.0) for pid in family)


def server_cpu(server: Server) -> float:
    assert server.folder
    return cpu([int((server.folder / "data/postmaster.pid").read_text().split()[0])])


def wal(server: Server) -> int:
    """Bytes that the server has logged."""
    with server.connect() as connection:
        return int(connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'").fetchone()[0])


@contextmanager
def counting(fleet: Instance) -> Iterator[Callable[[], int]]:
    """How many visits there were, asked on one connection: another one for each look would count as
    the server's."""
    with fleet.open_store() as store:
        yield lambda: int(store._db.scalar(text("SELECT count(*) FROM outcomes")))


def make_due(fleet: Instance, sources: int, first: int, count: int) -> None:
    """So many sources are due, from the one of that number on, and all others a day from now."""
    with fleet.open_store() as store:
        with store._db.write() as connection:
            connection.execute(text("DELETE FROM outcomes"))
            later = int((time.time() + 86_400) * 1e6)
            connection.execute(text("UPDATE sources SET next_due = :later"), {"later": later})
            keys = [f"s{number % sources}" for number in range(first, first + count)]
            connection.execute(
                text("UPDATE sources SET next_due = NULL WHERE key = ANY(:keys)"), {"keys": keys}
            )
        store.shards(60).fill()


def run_one(
    server: Server, fleet: Instance, what: str, count: int, workers: int, lanes: int
) -> None:
    """Starts workers, and measures from when they are ready to when so many sources were
    visited."""
    fleet.workers.clear()
    for _ in range(workers):
        fleet.start_worker(lanes)
    assert fleet.wait_until(
        lambda: all("ready" in fleet.read_log(number) for number in range(workers)), 120
    ), fleet.read_logs()
    pids = [worker.pid for worker in fleet.workers]
    with counting(fleet) as visited:
        done = visited()
        began = time.monotonic()
        start = cpu(pids)
        before = server_cpu(server)
        log = wal(server)
        while (now := visited()) < count and time.monotonic() - began < 900:
            time.sleep(0.5)
        wall = time.monotonic() - began
        used = cpu(pids) - start
        database = server_cpu(server) - before
        log = wal(server) - log
    fleet.stop_workers()
    each = 1000 / (now - done)
    print(
        f"{workers} workers, {what}: {now - done} in {wall:.1f} s, {(now - done) / wall:.1f}"
        f" sources/s; CPU a source: workers {used * each:.2f} ms, server {database * each:.2f} ms"
        f" and {log / (now - done):.0f} bytes of its log; {used / workers / wall:.2f} of a core a"
        f" worker, whose start took {start / workers:.1f} s",
        flush=True,
    )


def measure(server: Server, addresses: Sequence[str], given: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        url = server.schema()
        fleet = Instance(
            Path(name), Elsewhere(addresses), url, pause=0.0, seconds=20.0, verbose=False
        )
        path = fleet.config / "sources.toml"
        path.write_text(path.read_text().replace("\n[[", "backfill = 0\n\n[[") + "backfill = 0\n")
        began = time.monotonic()
        fleet.push_configuration()
        print(f"{len(addresses)} sources pushed in {time.monotonic() - began:.1f} s", flush=True)
        if given.all:
            visit_all(server, fleet, given)
            return
        if given.delay:
            relay = stack.enter_context(server.relayed(given.delay / 2000))
            settings = fleet.config / "syndicator.toml"
            settings.write_text(settings.read_text().replace(url, server.through(relay, url)))
        known = 0
        for workers in given.workers:
            make_due(fleet, given.sources, known, given.first)
            run_one(server, fleet, "first visits, entries only", given.first, workers, given.lanes)
            known += given.first
        for workers in given.workers:  # those that were visited above, over and over
            run_again(server, fleet, known, given, workers)


def run_again(
    server: Server, fleet: Instance, known: int, given: argparse.Namespace, workers: int
) -> None:
    make_due(fleet, known, 0, min(known, given.visited))
    run_one(server, fleet, "nothing changed (304)", min(known, given.visited), workers, given.lanes)


def visit_all(server: Server, fleet: Instance, given: argparse.Namespace) -> None:
    """Every source once, with as many workers as were asked for last."""
    make_due(fleet, given.sources, 0, 1)
    run_one(server, fleet, "first visit", 1, 1, given.lanes)
    with fleet.open_store() as store:
        states = store.visits.states()
        store.visits.save_states(
            [replace(states["s0"], key=key, url=one.url) for key, one in states.items()]
        )
    make_due(fleet, given.sources, 0, given.sources)
    run_one(server, fleet, "nothing changed (304)", given.sources, given.workers[-1], given.lanes)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sources", type=int, default=100_000)
    options.add_argument("--visited", type=int, default=6000)
    options.add_argument("--first", type=int, default=2000)
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2, 3])
    options.add_argument("--lanes", type=int, default=16)
    options.add_argument("--latency", type=float, default=200)
    options.add_argument("--delay", type=float, default=0)
    options.add_argument("--all", action="store_true")
    given = options.parse_args()
    print(machine())
    with postgres.run_server() as server, feeds(given.sources, given.latency / 1000) as addresses:
        measure(server, addresses, given)
    print(machine())


if __name__ == "__main__":
    main()
