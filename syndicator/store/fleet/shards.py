"""Distribute hosts over workers, as one Procrastinate job for each shard of hosts.
By the database's clock. Each method is one transaction.

A shard has one job, waiting or running, whose last transaction plans the next. The job of a silent
worker is replaced, and its later writes fail."""

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

# a power of two. Choice: a million sources with an hour between visits are some 65 visits a job
SHARDS = 128
QUEUE = jobs.VISITS  # also the name of the task
# microseconds for which due sources are collected, to be visited together: a choice
_REST = 30_000_000
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
_NEXT = text(f"""
{_NEW} to_timestamp(due / 1e6) FROM (
  SELECT CAST(:shard AS int) AS shard, least(
    (SELECT {_MAY} {_FOLLOWED} LEFT JOIN hosts h ON h.name = s.host
     WHERE {_SHARD} = :shard AND {_WANTED} AND {_IS_DUE}),
    (SELECT s.next_due + :rest {_FOLLOWED} WHERE {_SHARD} = :shard AND {_WANTED} AND s.next_due > (SELECT {NOW})
     ORDER BY s.next_due LIMIT 1)) AS due) first
WHERE due IS NOT NULL ON CONFLICT DO NOTHING""")  # noqa: E501
_FILL = text(f"""
{_NEW} to_timestamp(due / 1e6) FROM ({_FIRST} GROUP BY 1) first
WHERE NOT {jobs.IS_RUNNING.format(lock=_NAME)} {jobs.SOONER}""")
_DUE_HOSTS = text(f"""
SELECT s.host, count(*) {_FOLLOWED} WHERE {_SHARD} = :shard AND {_WANTED}
AND {_IS_DUE} GROUP BY s.host ORDER BY min(coalesce(s.next_due, 0)) LIMIT :most""")
_DUE = text(f"""
SELECT data, plan, waits FROM (
  SELECT d.data, s.plan, s.next_due, s.key,
    row_number() OVER (PARTITION BY s.host ORDER BY s.next_due NULLS FIRST, s.key) AS n,
    EXISTS (SELECT 1 FROM entries e WHERE e.source = s.key AND e.status = 'pending') AS waits
  {_FOLLOWED} JOIN source_states d ON d.key = s.key
  WHERE {_SHARD} = :shard AND s.host = ANY(:names) AND {_WANTED} AND {_IS_DUE}) due
WHERE n <= :each ORDER BY next_due NULLS FIRST, key""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A heartbeat. `now`: the database's clock, microseconds; `asks_until`: monotonic time of the
    last request."""

    now: int
    asks_until: float


class Shards:
    """The jobs. `lease`: seconds without a heartbeat after which a worker loses its jobs."""

    def __init__(
        self,
        database: Database,
        hosts: Hosts,
        lease: float,
        steady: Callable[[], float] = time.monotonic,
    ):
        self._db = database
        self._hosts = hosts
        self._lease = lease
        self._steady = steady

    @property
    def address(self) -> str:
        """The database URL in the form that psycopg takes."""
        return self._db.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def now(self) -> int:
        """Return the database's clock, in microseconds since 1970."""
        return int(self._db.scalar(text(f"SELECT {NOW}")))

    def install(self) -> None:
        """Create or upgrade the queue's tables and the index of shards."""
        jobs.install(self._db, _INDEX)

    def fill(self) -> None:
        """Create missing jobs, and move jobs forward if sources are due sooner. Reads all
        sources."""
        with self._db.write() as connection:
            connection.execute(_FILL)

    def recover(self) -> None:
        """Replace the jobs of silent workers."""
        with self._db.write() as connection:
            taken = jobs.take_back(connection, QUEUE, self._lease)
            for shard in sorted(row.shard for row in taken):
                connection.execute(_NEXT, {"shard": shard, "rest": _REST})

    def beat(self, worker: int, owner: str) -> Beat:
        """Write a heartbeat. Raises StoreAway if the queue has removed this worker."""
        began = self._steady()
        now = jobs.beat(self._db, worker)
        self._hosts.keep(owner)
        return Beat(now=now, asks_until=began + ASKS * self._lease)

    def due_hosts(self, shard: int, most: int) -> list[str]:
        """Return hosts of the shard with due sources, the longest overdue first."""
        return [
            host for host, _ in self._db.run_at_once(_DUE_HOSTS, {"shard": shard, "most": most})
        ]

    def due(self, shard: int, names: Collection[str], each: int) -> list[tuple[SourceState, bool]]:
        """Return the due sources of the hosts `names`, at most `each` of a host, as (state, has
        pending entries)."""
        rows = self._db.run_at_once(_DUE, {"shard": shard, "names": sorted(names), "each": each})
        return [(codec.unpack_state(row.data, row.plan), row.waits) for row in rows]

    def fence(self, job: Job) -> Callable[[Connection], None]:
        """Return a check for writing transactions: it, or the commit, raises JobLost if another
        worker has the job."""
        return lambda connection: jobs.fence(connection, job)

    def end(
        self, connection: Connection, job: Job, names: Sequence[str], owner: str, pause: float
    ) -> None:
        """End the job and its leases of hosts and plan the next job, in the caller's fenced
        transaction."""
        self._hosts.release(connection, names, owner, pause)
        jobs.end(connection, job)
        connection.execute(_NEXT, {"shard": job.shard, "rest": _REST})
