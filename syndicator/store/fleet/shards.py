"""Distribute hosts over workers, by a job in the database for each shard of hosts.
All times are those of the database's clock. Each method is one transaction.

A shard is a fixed part of all hosts. It has one job of Procrastinate, planned or running; the last
transaction of the job plans the next one. The job of a worker that sends no heartbeats is given to
another worker, and what the first worker writes later fails."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from syndicator.core.model import SourceState
from syndicator.store import codec
from syndicator.store.database import Database
from syndicator.store.fleet import jobs
from syndicator.store.fleet.hosts import ASKS, NOW, Hosts
from syndicator.store.fleet.jobs import Job

# A power of two, for `_SHARD`. A choice: of a million sources with an hour between visits, a job
# visits some 65.
SHARDS = 128
QUEUE = jobs.VISITS  # also the name of the task
# microseconds for which due sources are collected, to be visited together: a choice
_COLLECT_FOR = 30_000_000
_NAME = "'shard ' || shard"
_SHARD = f"(hashtext(s.host) & {SHARDS - 1})"
_FOLLOWED = "FROM sources s JOIN followed f ON f.key = s.key"
_WANTED = "NOT s.disabled AND f.enabled AND s.host <> ''"
# A visit updates each index of `sources`, and workers need only this one.
_INDEX = f"""
CREATE INDEX IF NOT EXISTS sources_shard ON sources ((hashtext(host) & {SHARDS - 1}), next_due);
DROP INDEX IF EXISTS sources_due, sources_host"""
_NEW = f"""{jobs.NEW}
SELECT '{QUEUE}', '{QUEUE}', 0, {_NAME}, {_NAME}, jsonb_build_object('shard', shard), """
# The clock is read in a subquery, because no index would be used otherwise.
_IS_DUE = f"(s.next_due IS NULL OR s.next_due <= (SELECT {NOW}))"
_MAY = f"min(greatest({NOW}, s.next_due, h.free_at, h.held_until, h.away_until))"
_FIRST = f"""
SELECT {_SHARD} AS shard, {_MAY} AS due {_FOLLOWED} LEFT JOIN hosts h ON h.name = s.host WHERE {_WANTED}"""  # noqa: E501
# Sources that become due soon wait for `rest`, to be visited together.
_PLAN_NEXT = text(f"""
{_NEW} to_timestamp(due / 1e6) FROM (
  SELECT CAST(:shard AS int) AS shard, least(
    (SELECT {_MAY} {_FOLLOWED} LEFT JOIN hosts h ON h.name = s.host
     WHERE {_SHARD} = :shard AND {_WANTED} AND {_IS_DUE}),
    (SELECT s.next_due + :rest {_FOLLOWED} WHERE {_SHARD} = :shard AND {_WANTED} AND s.next_due > (SELECT {NOW})
     ORDER BY s.next_due LIMIT 1)) AS due) first
WHERE due IS NOT NULL ON CONFLICT DO NOTHING""")  # noqa: E501
_PLAN_ALL = text(f"""
{_NEW} to_timestamp(due / 1e6) FROM ({_FIRST} GROUP BY 1) first
WHERE NOT {jobs.IS_RUNNING.format(lock=_NAME)} {jobs.SOONER}""")
_SELECT_DUE_HOSTS = text(f"""
SELECT s.host, count(*) {_FOLLOWED} WHERE {_SHARD} = :shard AND {_WANTED}
AND {_IS_DUE} GROUP BY s.host ORDER BY min(coalesce(s.next_due, 0)) LIMIT :most""")
_SELECT_DUE = text(f"""
SELECT data, plan, waits FROM (
  SELECT d.data, s.plan, s.next_due, s.key,
    row_number() OVER (PARTITION BY s.host ORDER BY s.next_due NULLS FIRST, s.key) AS n,
    EXISTS (SELECT 1 FROM entries e WHERE e.source = s.key AND e.status = 'pending') AS waits
  {_FOLLOWED} JOIN source_states d ON d.key = s.key
  WHERE {_SHARD} = :shard AND s.host = ANY(:names) AND {_WANTED} AND {_IS_DUE}) due
WHERE n <= :each ORDER BY next_due NULLS FIRST, key""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A heartbeat that was written. `now`: time of the database's clock, microseconds since 1970;
    `asks_until`: until when the worker may start requests, as of `time.monotonic`."""

    now: int
    asks_until: float


class Shards:
    """The jobs of shards in the database."""

    def __init__(
        self,
        database: Database,
        hosts: Hosts,
        lease: float,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        """`hosts`: the table of hosts; `lease`: the seconds without a heartbeat after which a
        worker loses its jobs; `monotonic`: a clock in seconds that is never set back."""
        self._db = database
        self._hosts = hosts
        self._lease = lease
        self._monotonic = monotonic

    @property
    def address(self) -> str:
        """The URL of the database with its password, in the form that psycopg takes."""
        return self._db.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def now(self) -> int:
        """Return the time of the database's clock, in microseconds since 1970."""
        return int(self._db.scalar(text(f"SELECT {NOW}")))

    def install(self) -> None:
        """Create or upgrade the tables of the queue and the index by shard of `sources`."""
        jobs.install(self._db, _INDEX)

    def fill(self) -> None:
        """Plan a job for each shard that has none, and plan existing jobs earlier if a source is
        due earlier. Reads all sources."""
        with self._db.write() as connection:
            connection.execute(_PLAN_ALL)

    def recover(self) -> None:
        """Delete the jobs of workers that sent no heartbeat for `lease` seconds, and plan the next
        job of each of their shards (groups of hosts)."""
        with self._db.write() as connection:
            deleted_jobs = jobs.delete_silent_jobs(connection, QUEUE, self._lease)
            shards = sorted(job.shard for job in deleted_jobs)
            for shard in shards:
                connection.execute(_PLAN_NEXT, {"shard": shard, "rest": _COLLECT_FOR})

    def write_heartbeat(self, worker: int, owner: str) -> Beat:
        """Write a heartbeat of a worker and renew its leases of hosts. Return the time of the
        database's clock, and until when the worker may send requests. `worker`: its number in the
        queue; `owner`: its name in the table of hosts. Raises StoreAway if the queue has removed
        the worker."""
        start = self._monotonic()
        now = jobs.write_heartbeat(self._db, worker)
        self._hosts.keep(owner)
        return Beat(now=now, asks_until=start + ASKS * self._lease)

    def due_hosts(self, shard: int, most: int) -> list[str]:
        """Return the hosts of a shard that have due sources, the longest overdue first, at most
        `most`."""
        rows = self._db.run_at_once(_SELECT_DUE_HOSTS, {"shard": shard, "most": most})
        return [host for host, _ in rows]

    def list_due_sources(
        self, shard: int, names: Collection[str], each: int
    ) -> list[tuple[SourceState, bool]]:
        """Return the due sources of the hosts `names`, the longest overdue first. Each is (state of
        the source, True if the source has pending entries). `shard`: the number of the group to
        which all these hosts belong; `each`: the most sources per host."""
        values = {"shard": shard, "names": sorted(names), "each": each}
        due: list[tuple[SourceState, bool]] = []
        for row in self._db.run_at_once(_SELECT_DUE, values):
            state = codec.unpack_state(row.data, row.plan)
            due.append((state, row.waits))
        return due

    def make_fence(self, job: Job) -> Callable[[Connection], None]:
        """Return a function that checks in a transaction that `job` still belongs to its worker.
        Otherwise the function raises JobLost, or the commit does."""
        return lambda connection: jobs.fence(connection, job)

    def end(
        self, connection: Connection, job: Job, names: Sequence[str], owner: str, pause: float
    ) -> None:
        """End a job: release the hosts `names` that the worker `owner` leased for the job, delete
        the job, and plan the next job of its shard (group of hosts). `pause`: the seconds until the
        next request to these hosts. This runs in the caller's transaction, which must first check
        that the worker still has the job (`jobs.fence`)."""
        self._hosts.release(connection, names, owner, pause)
        jobs.end(connection, job)
        connection.execute(_PLAN_NEXT, {"shard": job.shard, "rest": _COLLECT_FOR})
