"""A day of a fleet in simulated time, on the dispatch and the leases that workers use: no request is made.

    python -m tests.bench.bench_fleet [--sources 100000] [--hosts 30000] [--workers 3] [--lanes 64] [--hours 24]
        [--interval 3600] [--step 1] [--seconds 600]

A server of PostgreSQL of our own (tests/postgres.py) has the sources, each due every `--interval` seconds on average.
Most hosts have one source or a few, and none has more than it can be asked for in half of that time. The clock of the
database is replaced by one that the simulation sets (a function `clock_timestamp` in the schema), so that a day passes
in minutes while each statement is the one that workers send: `Hosts.due`, `start`, `take`, `give_back`, `end`, `fill`.
A visit takes a second of that day, and two after it are the host's pause. Printed: how late visits began, as a share of
an interval; how often two had one host at a time, or less than its pause lay between; how evenly workers and hosts were
served; visits a second of real time. After `--seconds` of that the day ends early."""

from __future__ import annotations

import argparse
import heapq
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from statistics import quantiles

from sqlalchemy import Connection, text

from syndicator.core.ports.fleet import Turn
from syndicator.store.engine import Store, open_store
from syndicator.store.fleet.hosts import Hosts
from tests import postgres
from tests.bench.machine import machine

_START = 1_800_000_000.0  # seconds since 1970
_VISIT, _PAUSE = 1.0, 2.0
_LEASE = 35.0
_TAKEN = 8  # jobs that a worker takes before the next one does: so that work is spread as by chance

_CLOCK = """
CREATE TABLE simulated (at double precision NOT NULL);
INSERT INTO simulated VALUES (0);
CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT to_timestamp(at) FROM simulated';
"""


Due = tuple[str, float]  # a source, and when it was due


class Day:
    """The state of a simulation: who works on what, and what was seen."""

    def __init__(self, given: argparse.Namespace, store: Store, hosts: Hosts) -> None:
        self.given, self.store, self.hosts = given, store, hosts
        self.now = _START
        self.chance = random.Random(7)
        self.queue: list[str] = []
        self.queued: set[str] = set()
        self.lanes: dict[int, int] = Counter()
        self.ends: list[tuple[float, int, str, int, list[Due], Turn]] = []
        self.late: list[float] = []
        self.visits: Counter[str] = Counter()
        self.by_worker: Counter[int] = Counter()
        self.open: dict[str, float] = {}
        self.broken = 0
        self.began = time.monotonic()
        self.number = 0

    def set_clock(self, now: float) -> None:
        self.now = now
        with self.store._db.write() as connection:
            connection.execute(text("UPDATE simulated SET at = :at"), {"at": now})

    def dispatch(self) -> None:
        """Hands out what is due, as `services.worker.dispatch` does, to a queue in memory."""
        for host in self.hosts.due(2000):
            if host not in self.queued:
                self.queued.add(host)
                self.queue.append(host)

    def begin(self) -> None:
        """Free lanes of workers take hosts."""
        before = -1
        while self.queue and before != len(self.queue):
            before = len(self.queue)
            self._take_some()

    def _take_some(self) -> None:
        for worker in self.chance.sample(range(self.given.workers), self.given.workers):
            for _ in range(_TAKEN):
                if not self.queue or self.lanes[worker] >= self.given.lanes:
                    break
                host = self.queue.pop(0)
                self.queued.discard(host)
                if self.hosts.start(host, f"w{worker}"):
                    self.lanes[worker] += 1
                    due = self.due_of(host)
                    self.next_visit(worker, host, due)

    def due_of(self, host: str) -> list[Due]:
        statement = text(
            "SELECT key, next_due FROM sources WHERE host = :host AND next_due <= :now ORDER BY next_due LIMIT 200"
        )
        found = self.store._db.rows(statement, {"host": host, "now": int(self.now * 1e6)})
        return [(key, due / 1e6) for key, due in found]

    def next_visit(self, worker: int, host: str, due: list[Due]) -> None:
        """Asks for leave; where that is not given, again when it may be."""
        if not due:
            self.hosts.end(host, f"w{worker}")
            self.lanes[worker] -= 1
            return
        turn = self.hosts.take(host)
        self.number += 1
        if isinstance(turn, Turn):
            if self.open.get(host, 0.0) > self.now:
                self.broken += 1
            self.open[host] = self.now + _VISIT + _PAUSE
            self.late.append(self.now - due[0][1])
            heapq.heappush(self.ends, (self.now + _VISIT, self.number, host, worker, due, turn))
        else:
            again = self.now + max(turn.seconds, 0.05)
            heapq.heappush(self.ends, (again, self.number, host, worker, due, Turn(-1)))

    def finish(self) -> None:
        """Visits whose time has come end, and the next source of the host begins."""
        while self.ends and self.ends[0][0] <= self.now:
            _, _, host, worker, due, turn = heapq.heappop(self.ends)
            if turn.token != -1:
                self.hosts.give_back(host, turn, _PAUSE)
                self.write(due.pop(0)[0], host, worker)
            self.next_visit(worker, host, due)

    def write(self, key: str, host: str, worker: int) -> None:
        """The result, with the fence, in one transaction."""
        fence = self.hosts.fence(host, f"w{worker}")
        later = self.now + self.given.interval * self.chance.uniform(0.8, 1.2)
        with self.store._db.write() as connection:
            fence(connection)
            connection.execute(
                text("UPDATE sources SET next_due = :due WHERE key = :key"), {"due": int(later * 1e6), "key": key}
            )
        self.visits[host] += 1
        self.by_worker[worker] += 1


def make(connection: Connection, given: argparse.Namespace) -> None:
    """The sources: most hosts have one or a few, and some as many as can be visited in half of an interval."""
    cursor = connection.connection.cursor()
    with cursor.copy("COPY sources (key, url, next_due, disabled, data, host) FROM STDIN") as rows:
        for number, host, due in drawn(given):
            rows.write_row((f"s{number}", "", due, False, "{}", f"h{host}"))
    with cursor.copy("COPY followed (key, place, enabled, data) FROM STDIN") as rows:
        for number in range(given.sources):
            rows.write_row((f"s{number}", number, True, "{}"))
    connection.exec_driver_sql("ANALYZE sources, followed")


def drawn(given: argparse.Namespace) -> Iterator[tuple[int, int, int]]:
    """Each source's number, host and when it is due first."""
    chance, of_host = random.Random(3), Counter[int]()
    most = int(given.interval / (_VISIT + _PAUSE) / 2)
    for number in range(given.sources):
        host = number if number < given.hosts else int(given.hosts * chance.random() ** 6)
        while of_host[host] >= most:
            host = int(given.hosts * chance.random())
        of_host[host] += 1
        yield number, host, int((_START + chance.uniform(0, given.interval)) * 1e6)


def run(given: argparse.Namespace) -> None:
    with postgres.server() as server:
        url = server.schema()
        name = url.rpartition("%3D")[2]
        url = url.replace(f"%3D{name}", f"%3D{name},pg_catalog")  # ours before the catalogue's
        with open_store(url, articles_exist=False) as store:
            hosts = store.hosts(_LEASE)
            with store._db.write() as connection:
                connection.exec_driver_sql(_CLOCK)
                make(connection, given)
            day = Day(given, store, hosts)
            day.set_clock(_START)
            hosts.fill()
            simulate(day)
            report(day)


def simulate(day: Day) -> None:
    end, steps = _START + day.given.hours * 3600, 0
    while day.now < end and time.monotonic() - day.began < day.given.seconds:
        if steps % max(1, int(600 / day.given.step)) == 0:
            day.hosts.fill()
        day.dispatch()
        day.begin()
        day.finish()
        day.set_clock(day.now + day.given.step)
        steps += 1


def report(day: Day) -> None:
    visits, cpu = sum(day.visits.values()), time.process_time()
    took = time.monotonic() - day.began
    shares = quantiles([late / day.given.interval for late in day.late], n=1000)
    over = sum(late > day.given.interval * 0.05 for late in day.late)
    overdue = text("SELECT count(*) FROM sources WHERE next_due < :at")
    at = int((day.now - day.given.interval * 0.05) * 1e6)
    left = day.store._db.scalar(overdue, {"at": at})  # by more than a twentieth
    wanted: dict[str, int] = defaultdict(int)
    for (host,) in day.store._db.rows(text("SELECT host FROM sources")):
        wanted[host] += 1
    hours = (day.now - _START) / 3600
    rounds = hours * 3600 / day.given.interval
    fair = sorted(day.visits[host] / (wanted[host] * rounds) for host in wanted if wanted[host] * rounds >= 20)
    print(f"{visits} visits of {day.given.sources} sources on {len(wanted)} hosts in {hours:.2f} h of that day")
    print(
        f"late, as a share of an interval: median {shares[499]:.4f}, 0.99 {shares[989]:.4f}, 0.999 {shares[998]:.4f},"
    )
    print(f"most {max(day.late) / day.given.interval:.4f}; over 0.05: {over}; due and not begun at the end: {left}")
    print(f"two at a host at a time, or within its pause: {day.broken}")
    if fair:
        spread = f"least {fair[0]:.2f}, median {fair[len(fair) // 2]:.2f}, most {fair[-1]:.2f}"
        print(f"visits for each that was due, of hosts with 20 and more: {spread}")
    print(f"by worker: {sorted(day.by_worker.values())}")
    print(f"{took:.0f} s, {visits / took:.0f} visits/s; the simulation's own CPU {1000 * cpu / visits:.2f} ms a visit")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sources", type=int, default=100_000)
    options.add_argument("--hosts", type=int, default=30_000)
    options.add_argument("--workers", type=int, default=3)
    options.add_argument("--lanes", type=int, default=64)
    options.add_argument("--hours", type=float, default=24)
    options.add_argument("--interval", type=float, default=3600, help="seconds between two visits of a source")
    options.add_argument("--seconds", type=float, default=600, help="of real time, at most")
    options.add_argument("--step", type=float, default=1, help="seconds of the day between two looks of the dispatcher")
    print(machine())
    run(options.parse_args())


if __name__ == "__main__":
    main()
