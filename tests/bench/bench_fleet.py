"""A day of a fleet in simulated time, with the engine's jobs and the statements that workers use:
no request is made.

    python -m tests.bench.bench_fleet [--sources 100000] [--hosts 30000] [--workers 3] [--lanes 16]
        [--hours 24] [--interval 3600] [--step 1] [--seconds 600]

A server of PostgreSQL of our own (tests/postgres.py) has the sources, each due every `--interval`
seconds on average. Most hosts have one source or a few, and none has more than it can be asked for
in half of that time. The clock of the database is replaced by one that the simulation sets
(functions `clock_timestamp` and `now` in the schema), so that a day passes in minutes while each
statement is the one that workers send: the engine's own to get a job, `own` and `due`,
`Visits.end_visits` with `Shards.end`, `beat`, `recover`. A visit takes a second of that day, and
two after it are the host's pause. Printed: how late visits began, as a share of an interval; how
often two had one host at a time, or less than its pause lay between; visits a job, and a second of
real time. After `--seconds` of that the day ends early."""

from __future__ import annotations

import argparse
import heapq
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from statistics import quantiles

from sqlalchemy import Connection, text

from syndicator.core.model import Outcome, Schedule, SourceState
from syndicator.fleet.lanes import EACH, MOST_HOSTS
from syndicator.store import codec
from syndicator.store.engine import Store, open_store
from syndicator.store.fleet.jobs import Job
from syndicator.store.fleet.shards import QUEUE
from tests import postgres
from tests.bench.machine import machine

_START = 1_800_000_000.0  # seconds since 1970
_VISIT = 1.0
_PAUSE = 2.0
_LEASE = 35.0
_CLOCK = """
CREATE TABLE simulated (at double precision NOT NULL);
INSERT INTO simulated VALUES (0);
CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT to_timestamp(at) FROM simulated';
CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT to_timestamp(at) FROM simulated';
"""  # noqa: E501
_FETCH = text(
    "SELECT id, attempts, args FROM procrastinate_fetch_job_v2(ARRAY[:queue]::varchar[], :worker)"
)


class Day:
    """The state of a simulation: jobs under way, and what was seen."""

    def __init__(self, given: argparse.Namespace, store: Store) -> None:
        self.given = given
        self.store = store
        self.hosts = store.hosts(_LEASE)
        self.shards = store.shards(_LEASE)
        self.now = _START
        self.chance = random.Random(7)
        self.workers = [self._registered() for _ in range(given.workers)]
        self.free = dict.fromkeys(self.workers, given.lanes)
        self.ends: list[tuple[float, int, Job, list[str], list[SourceState]]] = []
        self.late: list[float] = []
        self.by_worker: Counter[int] = Counter()
        self.asked: dict[str, float] = {}
        self.broken = self.jobs = 0
        self.began = time.monotonic()

    def _registered(self) -> int:
        return int(
            self.store._db.run_at_once(
                text("SELECT worker_id FROM procrastinate_register_worker_v1()")
            )[0][0]
        )

    def set_clock(self, now: float) -> None:
        self.now = now
        self.store._db.run_at_once(text("UPDATE simulated SET at = :at"), {"at": now})

    def live(self) -> None:
        for worker in self.workers:
            self.shards.write_heartbeat(worker, f"w{worker}")
        self.shards.recover()

    def begin(self) -> None:
        """Free lanes of workers take jobs, in turn."""
        waiting = True
        while waiting and any(self.free.values()):
            waiting = False
            for worker in self.chance.sample(self.workers, len(self.workers)):
                if self.free[worker]:
                    waiting = self._take(worker) or waiting

    def _take(self, worker: int) -> bool:
        row = self.store._db.run_at_once(_FETCH, {"queue": QUEUE, "worker": worker})[0]
        if row.id is None:
            return False
        job = Job(id=row.id, worker=worker, attempts=row.attempts, shard=row.args["shard"])
        taken = self.hosts.lease_hosts(self.shards.due_hosts(job.shard, MOST_HOSTS), f"w{worker}")
        states = (
            [state for state, _ in self.shards.list_due_sources(job.shard, taken, EACH)]
            if taken
            else []
        )
        over: dict[str, float] = {}
        for state in states:
            host = state.url.split("/")[2]
            starts = max(self.now, over.get(host, 0.0))
            self.broken += self.asked.get(host, 0.0) > starts + 1e-6
            self.asked[host] = over[host] = starts + _VISIT + _PAUSE
            self.late.append(starts - (state.schedule.next_due or datetime.now(UTC)).timestamp())
        self.free[worker] -= 1
        self.jobs += 1
        ends = max(over.values(), default=self.now + _PAUSE) - _PAUSE
        heapq.heappush(self.ends, (ends, job.id, job, list(taken), states))
        return True

    def finish(self) -> None:
        """Jobs whose visits are over end."""
        while self.ends and self.ends[0][0] <= self.now:
            _, _, job, names, states = heapq.heappop(self.ends)
            ended = [
                (Outcome(key=state.key, at=self._moment(0), status="unchanged"), self._later(state))
                for state in states
            ]
            end = partial(
                self.shards.end, job=job, names=names, owner=f"w{job.worker}", pause=_PAUSE
            )
            self.store.open_fenced_visits(self.shards.make_fence(job), ()).end_visits(ended, end)
            self.free[job.worker] += 1
            self.by_worker[job.worker] += len(states)

    def _later(self, state: SourceState) -> SourceState:
        due = self._moment(self.given.interval * self.chance.uniform(0.8, 1.2))
        return SourceState(key=state.key, url=state.url, schedule=Schedule(next_due=due))

    def _moment(self, later: float) -> datetime:
        return datetime.fromtimestamp(self.now + later, UTC)


def make(connection: Connection, given: argparse.Namespace) -> None:
    """The sources: most hosts have one or a few, and some as many as can be visited in half of an
    interval."""
    cursor = connection.connection.cursor()
    with cursor.copy("COPY sources (key, url, next_due, disabled, host, plan) FROM STDIN") as rows:
        for number, host, due in drawn(given):
            state = make_state(number, host, due)
            plan = codec.pack_state(state).plan
            rows.write_row((state.key, state.url, due, False, f"h{host}.example", plan))
    with cursor.copy("COPY source_states (key, data) FROM STDIN") as rows:
        for number, host, due in drawn(given):
            state = make_state(number, host, due)
            rows.write_row((state.key, codec.pack_state(state).data))
    with cursor.copy("COPY followed (key, place, enabled, data) FROM STDIN") as rows:
        for number in range(given.sources):
            rows.write_row((f"s{number}", number, True, "{}"))
    connection.exec_driver_sql("ANALYZE sources, followed")


def make_state(number: int, host: int, due: int) -> SourceState:
    """Return the state of a source before its first visit. `due`: microseconds since 1970."""
    return SourceState(
        key=f"s{number}",
        url=f"https://h{host}.example/{number}",
        schedule=Schedule(next_due=datetime.fromtimestamp(due / 1e6, UTC)),
    )


def drawn(given: argparse.Namespace) -> Iterator[tuple[int, int, int]]:
    """Each source's number, host and when it is due first."""
    chance = random.Random(3)
    of_host = Counter[int]()
    most = int(given.interval / (_VISIT + _PAUSE) / 2)
    for number in range(given.sources):
        host = number if number < given.hosts else int(given.hosts * chance.random() ** 6)
        while of_host[host] >= most:
            host = int(given.hosts * chance.random())
        of_host[host] += 1
        yield number, host, int((_START + chance.uniform(0, given.interval)) * 1e6)


def run(given: argparse.Namespace) -> None:
    with postgres.run_server() as server:
        url = server.schema()
        name = url.rpartition("%3D")[2]
        url = url.replace(f"%3D{name}", f"%3D{name},pg_catalog")  # ours before the catalogue's
        with open_store(url, articles_exist=False) as store:
            with store._db.write() as connection:
                connection.exec_driver_sql(_CLOCK)
                make(connection, given)
            store._db.run_at_once(text("UPDATE simulated SET at = :at"), {"at": _START})
            shards = store.shards(_LEASE)
            shards.install()
            shards.fill()
            day = Day(given, store)
            simulate(day)
            report(day)


def simulate(day: Day) -> None:
    end = _START + day.given.hours * 3600
    beat = 0.0
    while day.now < end and time.monotonic() - day.began < day.given.seconds:
        if day.now - beat >= _LEASE / 6:
            day.live()
            beat = day.now
        day.finish()
        day.begin()
        day.set_clock(day.now + day.given.step)


def report(day: Day) -> None:
    visits = len(day.late)
    took = time.monotonic() - day.began
    shares = quantiles([late / day.given.interval for late in day.late], n=1000)
    over = sum(late > day.given.interval * 0.05 for late in day.late)
    at = int((day.now - day.given.interval * 0.05) * 1e6)
    left = day.store._db.scalar(
        text("SELECT count(*) FROM sources WHERE next_due < :at"), {"at": at}
    )
    hours = (day.now - _START) / 3600
    print(
        f"{visits} visits of {day.given.sources} sources in {hours:.2f} h of that day,"
        f" {visits / day.jobs:.1f} a job"
    )
    print(
        f"late, as a share of an interval: median {shares[499]:.4f}, 0.99 {shares[989]:.4f}, 0.999"
        f" {shares[998]:.4f},"
    )
    print(
        f"most {max(day.late) / day.given.interval:.4f}; over 0.05: {over}; due by more than that"
        f" at the end: {left}"
    )
    print(
        f"two at a host at a time, or within its pause: {day.broken}; by worker:"
        f" {sorted(day.by_worker.values())}"
    )
    cpu = 1000 * time.process_time() / visits
    print(
        f"{took:.0f} s, {visits / took:.0f} visits/s; CPU without the server's {cpu:.2f} ms a visit"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sources", type=int, default=100_000)
    options.add_argument("--hosts", type=int, default=30_000)
    options.add_argument("--workers", type=int, default=3)
    options.add_argument("--lanes", type=int, default=16)
    options.add_argument("--hours", type=float, default=24)
    options.add_argument(
        "--interval", type=float, default=3600, help="seconds between two visits of a source"
    )
    options.add_argument("--seconds", type=float, default=600, help="of real time, at most")
    options.add_argument(
        "--step", type=float, default=1, help="seconds of the day between two looks of workers"
    )
    print(machine())
    run(options.parse_args())


if __name__ == "__main__":
    main()
