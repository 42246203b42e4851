"""Shards of hosts as jobs in the tables of Procrastinate, by the database's clock. Each method is one transaction.

One job of a shard waits or is under way. Its last transaction deletes it and plans the next one, so that no crash falls
between the two. The job of a worker without a sign of life is deleted, and another one is made: what the worker still
writes finds its job gone."""

from __future__ import annotations

import importlib.resources
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from syndicator.core.errors import StoreError
from syndicator.core.model import SourceState
from syndicator.store import codec, postgres
from syndicator.store.database import Database
from syndicator.store.fleet.hosts import ASKS, NOW, Hosts
from syndicator.store.postgres import StoreAway

SHARDS = 128  # a power of two. Choice: a million sources with an hour between visits are some 65 visits a job
QUEUE = "shards"  # also the name of the task
_REST = 30_000_000  # microseconds for which sources that fall due are gathered, to be visited together: a choice
_NAME = "'shard ' || shard"
_SHARD = f"(hashtext(s.host) & {SHARDS - 1})"
_FOLLOWED = "FROM sources s JOIN followed f ON f.key = s.key"
_WANTED = "NOT s.disabled AND f.enabled AND s.host <> ''"
_INDEX = f"CREATE INDEX IF NOT EXISTS sources_shard ON sources ((hashtext(host) & {SHARDS - 1}), next_due)"
_INSTALLED = text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL AND to_regclass('sources_shard') IS NOT NULL")
_TABLES = text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")
_NEW = f"""
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, scheduled_at)
SELECT '{QUEUE}', '{QUEUE}', {_NAME}, {_NAME}, jsonb_build_object('shard', shard), """
# The clock is asked in a query of its own, without which no index would be used.
_IS_DUE = f"(s.next_due IS NULL OR s.next_due <= (SELECT {NOW}))"
_MAY = f"min(greatest({NOW}, s.next_due, h.free_at, h.held_until, h.away_until))"
_FIRST = f"""
SELECT {_SHARD} AS shard, {_MAY} AS due {_FOLLOWED} LEFT JOIN hosts h ON h.name = s.host WHERE {_WANTED}"""
# What falls due soon waits for `rest`, to be visited together.
_NEXT = text(f"""
{_NEW} to_timestamp(due / 1e6) FROM (
  SELECT CAST(:shard AS int) AS shard, least(
    (SELECT {_MAY} {_FOLLOWED} LEFT JOIN hosts h ON h.name = s.host
     WHERE {_SHARD} = :shard AND {_WANTED} AND {_IS_DUE}),
    (SELECT s.next_due + :rest {_FOLLOWED} WHERE {_SHARD} = :shard AND {_WANTED} AND s.next_due > (SELECT {NOW})
     ORDER BY s.next_due LIMIT 1)) AS due) first
WHERE due IS NOT NULL ON CONFLICT DO NOTHING""")
_FILL = text(f"""
{_NEW} to_timestamp(due / 1e6) FROM ({_FIRST} GROUP BY 1) first
WHERE NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE lock = {_NAME} AND status IN ('todo', 'doing'))
ON CONFLICT DO NOTHING""")
_SOONER = text(f"""
UPDATE procrastinate_jobs SET scheduled_at = to_timestamp(due / 1e6) FROM ({_FIRST} GROUP BY 1) first
WHERE queueing_lock = {_NAME} AND status = 'todo' AND scheduled_at > to_timestamp(due / 1e6)""")
_DUE_HOSTS = text(f"""
SELECT s.host, count(*) {_FOLLOWED} WHERE {_SHARD} = :shard AND {_WANTED}
AND {_IS_DUE} GROUP BY s.host ORDER BY min(coalesce(s.next_due, 0)) LIMIT :most""")
_DUE = text(f"""
SELECT data, waits FROM (
  SELECT s.data, s.next_due, s.key, row_number() OVER (PARTITION BY s.host ORDER BY s.next_due NULLS FIRST, s.key) AS n,
    EXISTS (SELECT 1 FROM entries e WHERE e.source = s.key AND e.status = 'pending') AS waits
  {_FOLLOWED} WHERE s.host = ANY(:names) AND {_WANTED} AND {_IS_DUE}) due
WHERE n <= :each ORDER BY next_due NULLS FIRST, key""")
_OURS = "id = :id AND worker_id = :worker AND attempts = :attempts AND status = 'doing'"
_FENCE = text(f"SELECT 1 FROM procrastinate_jobs WHERE {_OURS} FOR SHARE")
_END = text(f"DELETE FROM procrastinate_jobs WHERE {_OURS}")
_BEAT = text(f"""
WITH beat AS (UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = :worker RETURNING 1)
SELECT (SELECT count(*) FROM beat) AS alive, {NOW} AS now""")
_STALLED = text(f"""
DELETE FROM procrastinate_jobs WHERE id IN (
  SELECT j.id FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
  WHERE j.status = 'doing' AND j.queue_name = '{QUEUE}'
  AND coalesce(w.last_heartbeat, '-infinity') < now() - make_interval(secs => :silence) FOR UPDATE OF j SKIP LOCKED)
RETURNING (args->>'shard')::int AS shard""")
_ANY = text("SELECT EXISTS (SELECT 1 FROM procrastinate_jobs)")
_DEPTHS = text(f"""
SELECT count(*) FILTER (WHERE status = 'todo' AND scheduled_at <= now()) AS queued,
 count(*) FILTER (WHERE status = 'doing') AS picked,
 coalesce(extract(epoch FROM max(now() - scheduled_at) FILTER (WHERE status = 'todo')), 0) AS oldest
FROM procrastinate_jobs WHERE queue_name = '{QUEUE}'""")


class JobLost(StoreError):
    """The job was given to another worker: what was done meanwhile is not written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work on a shard, as the engine gave it to `worker`."""

    id: int
    worker: int
    attempts: int
    shard: int

    @property
    def names(self) -> dict[str, int]:
        """What the engine's row is checked by."""
        return {"id": self.id, "worker": self.worker, "attempts": self.attempts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A confirmed sign of life. `now`: the database's clock, microseconds since 1970; `asks_until`: by the monotonic
    clock, when no request may begin any more without another sign."""

    now: int
    asks_until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Depths:
    """Jobs that are due, that are under way, and for how many seconds the first one has been due."""

    queued: int
    picked: int
    oldest: float


class Shards:
    """The jobs. `lease`: seconds without a sign of life after which a worker's jobs are given away."""

    def __init__(self, database: Database, hosts: Hosts, lease: float, steady: Callable[[], float] = time.monotonic):
        self._db, self._hosts, self._lease, self._steady = database, hosts, lease, steady

    @property
    def address(self) -> str:
        """The database as its driver's own functions take it."""
        return self._db.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def now(self) -> int:
        """The database's clock, in microseconds since 1970."""
        return int(self._db.scalar(text(f"SELECT {NOW}")))

    def install(self) -> None:
        """Makes the engine's tables, and the index of the shards, where they are missing."""
        if self._db.scalar(_INSTALLED):
            return
        with self._db.write() as connection:
            postgres.unlimited(connection)
            postgres.alone(connection, "migrations")
            if not connection.execute(_TABLES).scalar():
                made = importlib.resources.files("procrastinate").joinpath("sql/schema.sql").read_text()
                cursor = connection.connection.cursor()
                cursor.execute(made)
                cursor.close()
            connection.exec_driver_sql(_INDEX)

    def fill(self) -> None:
        """Makes the jobs that are missing, and those due sooner whose sources are. Reads all sources."""
        with self._db.write() as connection:
            connection.execute(_SOONER)
            connection.execute(_FILL)

    def recover(self) -> bool:
        """Gives away the jobs of workers that are silent. False if there is no job at all."""
        with self._db.write() as connection:
            for shard in sorted(connection.execute(_STALLED, {"silence": self._lease}).scalars().all()):
                connection.execute(_NEXT, {"shard": shard, "rest": _REST})
            return bool(connection.execute(_ANY).scalar())

    def beat(self, worker: int, owner: str) -> Beat:
        """Says that we live. Raises StoreAway if the engine does not know us any more."""
        began = self._steady()
        found = self._db.once(_BEAT, {"worker": worker})[0]
        if not found.alive:
            raise StoreAway("the queue does not know this worker any more, which was silent for too long")
        self._hosts.keep(owner)
        return Beat(now=found.now, asks_until=began + ASKS * self._lease)

    def due_hosts(self, shard: int, most: int) -> list[str]:
        """Hosts of the shard that have sources that are due, the longest overdue first."""
        return [host for host, _ in self._db.once(_DUE_HOSTS, {"shard": shard, "most": most})]

    def due(self, names: Collection[str], each: int) -> list[tuple[SourceState, bool]]:
        """The sources of these hosts that are due, at most `each` of a host, and if entries of theirs wait."""
        found = self._db.once(_DUE, {"names": sorted(names), "each": each})
        return [(codec.unpack(SourceState, row.data), row.waits) for row in found]

    def fence(self, job: Job) -> Callable[[Connection], None]:
        """Condition for writes of results: the job is still ours. Raises JobLost."""

        def hold(connection: Connection) -> None:
            if connection.execute(_FENCE, job.names).first() is None:
                raise JobLost(f"shard {job.shard}: another worker works on it by now")

        return hold

    def end(self, connection: Connection, job: Job, names: Sequence[str], owner: str, pause: float) -> None:
        """Ends the job, behind its fence, and the leave for its hosts, and plans the next one."""
        self._hosts.release(connection, names, owner, pause)
        connection.execute(_END, job.names)
        connection.execute(_NEXT, {"shard": job.shard, "rest": _REST})

    def depths(self) -> Depths:
        """What there is to do."""
        row: Any = self._db.once(_DEPTHS)[0]
        return Depths(queued=row.queued, picked=row.picked, oldest=max(0.0, float(row.oldest)))
