"""What a visit costs with workers on PostgreSQL, and what each worker more brings.

    python -m tests.bench.bench_workers [--sources 3000] [--workers 1 2 3] [--lanes 32] [--latency 200]

As many feeds, each on a loopback address of its own, served by another process that does not count, every answer
`--latency` milliseconds late. For each number of workers, on a fresh database of a server of our own: a first visit
that takes entries alone, and one at which nothing changed (304). Printed: sources a second from the first to the last
visit, CPU of all workers and of the server for a source, and the share of a core that a worker had. Rates count on an
idle machine alone, whose load is printed."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import text

from tests import postgres
from tests.bench.feed_server import feeds
from tests.postgres import Server
from tests.services.worker.fleet import Instance
from tests.services.worker.web import Web

_TICK = os.sysconf("SC_CLK_TCK")


class Elsewhere(Web):
    """Feeds that another process serves."""

    def __init__(self, addresses: Sequence[str]) -> None:
        super().__init__(0)
        self.more = list(addresses)


def cpu(roots: Sequence[int]) -> float:
    """Seconds of CPU of these processes and of all that they started, those that ended included."""
    parents, used = {}, {}
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


def visited(fleet: Instance) -> int:
    with fleet.store() as store:
        return int(store._db.scalar(text("SELECT count(*) FROM outcomes")))


def span(fleet: Instance) -> float:
    """Seconds from the first outcome to the last. They are in whole seconds."""
    with fleet.store() as store:
        ((first, last),) = store._db.rows(text("SELECT min(at), max(at) FROM outcomes"))
    return float(max(1.0, (last - first) / 1e6))


def measure(server: Server, addresses: Sequence[str], workers: int, lanes: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        fleet = Instance(Path(name), Elsewhere(addresses), server.schema(), pause=0.0, seconds=20.0)
        path = fleet.config / "sources.toml"
        path.write_text(path.read_text().replace("\n[[", "backfill = 0\n\n[[") + "backfill = 0\n")
        fleet.push()
        for what in ("first visit, entries only", "nothing changed (304)"):
            with fleet.store() as store, store._db.write() as connection:
                connection.execute(text("DELETE FROM outcomes"))
                connection.execute(text("UPDATE sources SET next_due = NULL"))
            with fleet.store() as store:
                store.hosts(60).fill()
            fleet.workers.clear()
            before, began = server_cpu(server), time.monotonic()
            for _ in range(workers):
                fleet.start(lanes)
            assert fleet.until(lambda: visited(fleet) >= len(addresses), 900), fleet.logs()
            wall, took = time.monotonic() - began, span(fleet)
            used = cpu([one.pid for one in fleet.workers])
            database = server_cpu(server) - before
            fleet.stop()
            each = 1000 / len(addresses)
            print(
                f"{workers} workers, {what}: {len(addresses) / took:.0f} sources/s, workers {used * each:.2f} ms and "
                f"server {database * each:.2f} ms CPU a source, {used / workers / wall:.2f} of a core a worker",
                flush=True,
            )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sources", type=int, default=3000)
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2, 3])
    options.add_argument("--lanes", type=int, default=32)
    options.add_argument("--latency", type=float, default=200)
    given = options.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} CPUs")
    with postgres.server() as server, feeds(given.sources, given.latency / 1000) as addresses:
        for workers in given.workers:
            measure(server, addresses, workers, given.lanes)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
