"""How long a fleet waits for a builder that is gone.

    python -m tests.bench.bench_builder [--rounds 3] [--seconds 20]

Two workers on PostgreSQL, all on this machine. As soon as one builds, it is killed (kill -9).
Printed, in seconds since then: when the other one has its job, and when that build has ended and no
feed is stale. `--seconds`: the longest request, of which the lease follows. A worker takes the
killed one's place before the next round."""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from tests import postgres
from tests.bench.machine import machine
from tests.fleet.fleet import Instance, run_instance
from tests.fleet.web import Web
from tests.postgres import Server

LONGEST = 120.0  # seconds until this gives up
LOOK = 0.02  # seconds between two looks
BUILDERS = text(
    "SELECT w.process FROM procrastinate_jobs j JOIN workers w ON w.number = j.worker_id"
    " WHERE j.status = 'doing' AND j.task_name = 'build'"
)


def wait_for(condition: Callable[[], bool]) -> float:
    """Return the monotonic time at which `condition` was true. Raises TimeoutError."""
    end = time.monotonic() + LONGEST
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(LOOK)
    return time.monotonic()


def run_round(fleet: Instance, web: Web) -> None:
    """Kill the next builder, and print when the other worker builds and when it has built."""
    web.entries += 1
    fleet.visit_again()
    builders: set[int] = set()
    with fleet.open_store() as store:

        def find_builder() -> bool:
            builders.update(int(row.process) for row in store._db.rows(BUILDERS))
            return bool(builders)

        def is_replaced() -> bool:
            return any(row.process not in builders for row in store._db.rows(BUILDERS))

        def is_built() -> bool:
            return not is_replaced() and store.index.newest_mark() == 0

        wait_for(find_builder)
        for process in builders:
            os.kill(process, signal.SIGKILL)
        killed = time.monotonic()
        replaced = wait_for(is_replaced)
        built = wait_for(is_built)
    print(
        f"builder killed: replaced after {replaced - killed:.1f} s, built after"
        f" {built - killed:.1f} s",
        flush=True,
    )
    fleet.start_worker()


def measure(server: Server, rounds: int, seconds: float) -> None:
    """Start two workers and run `rounds`."""
    web = Web(hosts=8, entries=3, foreign=0)
    with (
        web.serving(),
        tempfile.TemporaryDirectory() as name,
        run_instance(Path(name), web, server.schema(), seconds=seconds) as fleet,
    ):
        for _ in range(2):
            fleet.start_worker()
        wait_for(lambda: fleet.count_articles() == web.page_count and not fleet.has_stale_feed())
        for _ in range(rounds):
            run_round(fleet, web)
        fleet.stop_workers()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    print(machine())
    with postgres.run_server() as server:
        measure(server, given.rounds, given.seconds)


if __name__ == "__main__":
    main()
