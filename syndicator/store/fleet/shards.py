"""Distribute hosts over workers, as one Procrastinate job for each shard of hosts.
By the database's clock. Each method is one transaction.

A shard has one job, waiting or running, whose last transaction plans the next. The job of a silent
worker is replaced, and its later writes fail.

Procrastinate takes and polls jobs. Ours, on its private tables, with the reasons:
- A job ends in the transaction that saves its visits and plans the next one, which checks job,
  worker and attempt (`_FENCE`): a frozen worker writes nothing after its job was given to another.
  `finish_job` is a transaction of its own and checks no worker.
- The jobs of silent workers are replaced (`_STALLED`): the engine deletes the row of a silent
  worker, and then does not find its jobs (github.com/procrastinate-org/procrastinate/issues/1518).
- The queue is filled from the sources (`_FILL`) by whoever finds it empty: a periodic task may not
  run again after a restart (github.com/procrastinate-org/procrastinate/issues/1495).
- Heartbeats (`_BEAT`) renew the leases of hosts in the same round trip, also while the engine
  drains; since github.com/procrastinate-org/procrastinate/pull/1344 it has heartbeats of its own.
`tests/store/test_upstream.py` fails if the engine changes."""

import asyncio
import importlib.resources
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, text

from syndicator.core.errors import StoreError
from syndicator.core.model import SourceState
from syndicator.core.program import install
from syndicator.store import codec, postgres, schema
from syndicator.store.database import Database, upsert
from syndicator.store.fleet.hosts import ASKS, NOW, Hosts
from syndicator.store.postgres import StoreAway

if TYPE_CHECKING:
    from procrastinate import JobContext

# a power of two. Choice: a million sources with an hour between visits are some 65 visits a job
SHARDS = 128
QUEUE = "shards"  # also the name of the task
_LOOK = 0.5  # seconds between two polls of a queue without due jobs: a choice
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
_ENGINE = "queue's schema"  # the note with the last migration of the engine
_TABLES = text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")
_NEW = f"""
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, scheduled_at)
SELECT '{QUEUE}', '{QUEUE}', {_NAME}, {_NAME}, jsonb_build_object('shard', shard), """
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
WHERE NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE lock = {_NAME} AND status = 'doing')
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO UPDATE SET scheduled_at = excluded.scheduled_at
WHERE procrastinate_jobs.scheduled_at > excluded.scheduled_at""")
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
_OURS = "id = :id AND worker_id = :worker AND attempts = :attempts AND status = 'doing'"
# It raises an error if the job is gone, so that nobody needs to wait for its answer.
_FENCE = text(
    f"SELECT 1 / count(*) FROM (SELECT 1 FROM procrastinate_jobs WHERE {_OURS} FOR SHARE) AS ours"
)
_END = text(f"DELETE FROM procrastinate_jobs WHERE {_OURS}")
_BEAT = text(f"""
WITH beat AS (UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = :worker RETURNING 1)
SELECT (SELECT count(*) FROM beat) AS alive, {NOW} AS now""")  # noqa: E501
_STALLED = text(f"""
DELETE FROM procrastinate_jobs WHERE id IN (
  SELECT j.id FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
  WHERE j.status = 'doing' AND j.queue_name = '{QUEUE}'
  AND coalesce(w.last_heartbeat, '-infinity') < now() - make_interval(secs => :silence) FOR UPDATE OF j SKIP LOCKED)
RETURNING (args->>'shard')::int AS shard""")  # noqa: E501
_ANY = text("SELECT EXISTS (SELECT 1 FROM procrastinate_jobs)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job of a shard that the queue gave to `worker`."""

    id: int
    worker: int
    attempts: int
    shard: int


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
        self._db, self._hosts, self._lease, self._steady = database, hosts, lease, steady

    @property
    def address(self) -> str:
        """The database URL in the form that psycopg takes."""
        return self._db.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def now(self) -> int:
        """Return the database's clock, in microseconds since 1970."""
        return int(self._db.scalar(text(f"SELECT {NOW}")))

    def install(self) -> None:
        """Create or upgrade the queue's tables and the index of shards. A note stores the last
        applied migration."""
        scripts = importlib.resources.files("procrastinate").joinpath("sql")
        changes = sorted(
            path.name
            for path in scripts.joinpath("migrations").iterdir()
            if path.name.endswith(".sql")
        )
        noted = select(schema.notes.c.value).where(schema.notes.c.key == _ENGINE)
        if self._db.scalar(noted) == changes[-1]:
            return
        with self._db.write() as connection:
            postgres.unlimited(connection)
            postgres.alone(connection, "migrations")
            last = connection.execute(noted).scalar()
            there = connection.execute(_TABLES).scalar()
            missing = [f"migrations/{name}" for name in changes if name > (last or changes[-1])]
            # it accepts several statements at once
            driver: Any = connection.connection.driver_connection
            for name in missing if there else ["schema.sql"]:
                driver.execute(scripts.joinpath(name).read_text())
            connection.exec_driver_sql(_INDEX)
            upsert(connection, schema.notes, [{"key": _ENGINE, "value": changes[-1], "at": 0}])

    def fill(self) -> None:
        """Create missing jobs, and move jobs forward if sources are due sooner. Reads all
        sources."""
        with self._db.write() as connection:
            connection.execute(_FILL)

    def recover(self) -> bool:
        """Replace the jobs of silent workers. Return False if there are no jobs at all."""
        with self._db.write() as connection:
            for shard in sorted(
                connection.execute(_STALLED, {"silence": self._lease}).scalars().all()
            ):
                connection.execute(_NEXT, {"shard": shard, "rest": _REST})
            return bool(connection.execute(_ANY).scalar())

    def beat(self, worker: int, owner: str) -> Beat:
        """Write a heartbeat. Raises StoreAway if the queue has removed this worker."""
        began = self._steady()
        beat = self._db.once(_BEAT, {"worker": worker})[0]
        if not beat.alive:
            raise StoreAway(
                "the queue has removed this worker, which sent no heartbeat for too long"
            )
        self._hosts.keep(owner)
        return Beat(now=beat.now, asks_until=began + ASKS * self._lease)

    def due_hosts(self, shard: int, most: int) -> list[str]:
        """Return hosts of the shard with due sources, the longest overdue first."""
        return [host for host, _ in self._db.once(_DUE_HOSTS, {"shard": shard, "most": most})]

    def due(self, shard: int, names: Collection[str], each: int) -> list[tuple[SourceState, bool]]:
        """Return the due sources of the hosts `names`, at most `each` of a host, as (state, has
        pending entries)."""
        rows = self._db.once(_DUE, {"shard": shard, "names": sorted(names), "each": each})
        return [(codec.unpack_state(row.data, row.plan), row.waits) for row in rows]

    def fence(self, job: Job) -> Callable[[Connection], None]:
        """Return a check for writing transactions: it, or the commit, raises JobLost if another
        worker has the job."""
        return lambda connection: connection.execute(_FENCE, asdict(job)).close()

    def end(
        self, connection: Connection, job: Job, names: Sequence[str], owner: str, pause: float
    ) -> None:
        """End the job and its leases of hosts and plan the next job, in the caller's fenced
        transaction."""
        self._hosts.release(connection, names, owner, pause)
        connection.execute(_END, asdict(job))
        connection.execute(_NEXT, {"shard": job.shard, "rest": _REST})


class Engine:
    """Procrastinate: calls `work` for each job, `lanes` at a time. `lease`: seconds without
    heartbeat after which jobs are replaced; `grace`: seconds for running jobs at the end. Works
    behind poolers."""

    def __init__(
        self,
        address: str,
        work: Callable[[Job], Awaitable[None]],
        *,
        lanes: int,
        lease: float,
        grace: float,
    ) -> None:
        try:
            from procrastinate import App, PsycopgConnector
            from procrastinate.worker import Worker
        except ModuleNotFoundError as error:
            raise StoreError(
                f"workers need the package {error.name!r}: {install('postgres')}"
            ) from error
        options: Any = {**postgres.CONNECT, "autocommit": True}
        app: Any = App(
            connector=PsycopgConnector(
                conninfo=address, kwargs=options, pool_factory=_pool, min_size=1, max_size=2
            )
        )
        # A job ends in the transaction that plans the next one (`Shards.end`), and lost connections
        # end the session.
        app.job_manager.finish_job = _nothing

        async def go(context: "JobContext", shard: int) -> None:
            job = context.job
            await work(
                Job(id=job.id or 0, worker=job.worker_id or 0, attempts=job.attempts, shard=shard)
            )

        app.task(name=QUEUE, pass_context=True)(go)
        self._app = app
        self._worker: Any = Worker(
            app,
            queues=[QUEUE],
            concurrency=lanes,
            fetch_job_polling_interval=_LOOK,
            abort_job_polling_interval=60.0,
            shutdown_graceful_timeout=grace,
            listen_notify=False,
            install_signal_handlers=False,
            # `Shards.beat` does this more often, and until the end
            update_heartbeat_interval=lease,
            stalled_worker_timeout=4 * lease,
        )

    @property
    def worker(self) -> int | None:
        """Our number in the queue; None unless `run` is running."""
        number: int | None = self._worker.worker_id
        return number

    def stop(self) -> None:
        """Take no more jobs; `run` returns when the running ones have ended."""
        self._worker.stop()

    async def run(self) -> None:
        """Run jobs until `stop` or until the database is lost. Raises StoreError, StoreAway."""
        from procrastinate.exceptions import ConnectorException
        from psycopg import Error, OperationalError

        try:
            async with self._app.open_async():
                await self._worker.run()
        except (ConnectorException, Error) as error:
            cause = error if isinstance(error, Error) else error.__cause__
            if isinstance(cause, OperationalError):
                raise StoreAway(f"the queue's database cannot be reached ({cause})") from error
            raise StoreError(f"the queue: {cause}") from error


def _pool(**options: Any) -> Any:
    from psycopg_pool import AsyncConnectionPool

    return AsyncConnectionPool(**options | {"check": None})


async def _nothing(**_: object) -> None:
    await asyncio.sleep(0)
