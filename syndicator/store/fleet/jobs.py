"""Jobs of workers: what is ours on the private tables of Procrastinate, which takes and polls them.

A visit of hosts (`shards.py`) and a build (`builds.py`) are jobs. Ours, with the reasons:
- A job ends in the transaction that saves its results and plans the next one, which checks job,
  worker and attempt (`_FENCE`): a frozen worker writes nothing after its job was given to another.
  `finish_job` is a transaction of its own and checks no worker.
- `defer` takes our connection, but fails, and the transaction with it, if the job is planned
  already; ours is planned for the earlier time then (`SOONER`).
- The jobs of silent workers are replaced (`_SILENT`): the engine deletes the row of a silent
  worker, and then does not find its jobs (github.com/procrastinate-org/procrastinate/issues/1518).
- Missing jobs are planned by whoever finds none: a periodic task may not run again after a restart
  (github.com/procrastinate-org/procrastinate/issues/1495).
- Heartbeats (`_BEAT`) renew the leases of hosts in the same round trip, also while the engine
  drains; since github.com/procrastinate-org/procrastinate/pull/1344 it has heartbeats of its own.
`tests/store/test_upstream.py` fails if the engine changes."""

import asyncio
import importlib.resources
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, select, text

from syndicator.core.errors import StoreError
from syndicator.core.program import install as install_extra
from syndicator.store import postgres, schema
from syndicator.store.database import Database, upsert
from syndicator.store.fleet.hosts import NOW
from syndicator.store.postgres import StoreAway

if TYPE_CHECKING:
    from procrastinate import JobContext

VISITS = "shards"  # queue and task of visits
# The queue of what one worker does for all, and its tasks.
BUILDS = "build"
BUILD = "build"
UPKEEP = "upkeep"
_QUEUES = {VISITS: VISITS, BUILD: BUILDS, UPKEEP: BUILDS}  # by task
_LOOK = 0.5  # seconds between two polls of a queue without due jobs: a choice
_ENGINE = "queue's schema"  # the note with the last migration of the engine
_TABLES = text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")
NEW = """
INSERT INTO procrastinate_jobs
  (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)"""
# A job that waits already is done at the earlier time.
SOONER = """
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO UPDATE SET scheduled_at = excluded.scheduled_at
WHERE procrastinate_jobs.scheduled_at > excluded.scheduled_at"""
IS_RUNNING = "EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status = 'doing' AND lock = {lock})"
_OURS = "id = :id AND worker_id = :worker AND attempts = :attempts AND status = 'doing'"
# It raises an error if the job is gone, so that nobody needs to wait for its answer.
_FENCE = text(
    f"SELECT 1 / count(*) FROM (SELECT 1 FROM procrastinate_jobs WHERE {_OURS} FOR SHARE) AS ours"
)
_END = text(f"DELETE FROM procrastinate_jobs WHERE {_OURS}")
_BEAT = text(f"""
WITH beat AS (UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = :worker RETURNING 1)
SELECT (SELECT count(*) FROM beat) AS alive, {NOW} AS now""")  # noqa: E501
_SILENT = text("""
DELETE FROM procrastinate_jobs WHERE id IN (
  SELECT j.id FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
  WHERE j.status = 'doing' AND j.queue_name = :queue
  AND coalesce(w.last_heartbeat, '-infinity') < now() - make_interval(secs => :silence) FOR UPDATE OF j SKIP LOCKED)
RETURNING task_name AS task, (args->>'shard')::int AS shard""")  # noqa: E501
_ANY = text("SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE queue_name = :queue)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job that the queue gave to `worker`. `shard`: of hosts, -1 for other tasks."""

    id: int
    worker: int
    attempts: int
    task: str = VISITS
    shard: int = -1


def install(database: Database, index: str) -> None:
    """Create or upgrade the queue's tables, and run the statement `index`. A note stores the last
    applied migration."""
    scripts = importlib.resources.files("procrastinate").joinpath("sql")
    changes = sorted(
        path.name for path in scripts.joinpath("migrations").iterdir() if path.name.endswith(".sql")
    )
    noted = select(schema.notes.c.value).where(schema.notes.c.key == _ENGINE)
    if database.scalar(noted) == changes[-1]:
        return
    with database.write() as connection:
        postgres.unlimited(connection)
        postgres.alone(connection, "migrations")
        last = connection.execute(noted).scalar()
        there = connection.execute(_TABLES).scalar()
        missing = [f"migrations/{name}" for name in changes if name > (last or changes[-1])]
        # it accepts several statements at once
        driver: Any = connection.connection.driver_connection
        for name in missing if there else ["schema.sql"]:
            driver.execute(scripts.joinpath(name).read_text())
        connection.exec_driver_sql(index)
        upsert(connection, schema.notes, [{"key": _ENGINE, "value": changes[-1], "at": 0}])


def fence(connection: Connection, job: Job) -> None:
    """Check that the job is still `job.worker`'s: this, or the commit, raises JobLost otherwise."""
    connection.execute(_FENCE, asdict(job)).close()


def end(connection: Connection, job: Job) -> None:
    """Delete a job that is done."""
    connection.execute(_END, asdict(job))


def take_back(connection: Connection, queue: str, silence: float) -> Sequence[Row[tuple[str, int]]]:
    """Delete the running jobs of `queue` whose workers are silent for `silence` seconds; return
    task and shard of each."""
    return connection.execute(_SILENT, {"queue": queue, "silence": silence}).all()


def has_any(connection: Connection, queue: str) -> bool:
    """Return True if the queue has jobs, waiting or running."""
    return bool(connection.execute(_ANY, {"queue": queue}).scalar())


def beat(database: Database, worker: int) -> int:
    """Write a heartbeat. Returns the database's clock, in microseconds. Raises StoreAway if the
    queue has removed this worker."""
    sign = database.once(_BEAT, {"worker": worker})[0]
    if not sign.alive:
        raise StoreAway("the queue has removed this worker, which sent no heartbeat for too long")
    return int(sign.now)


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
                f"workers need the package {error.name!r}: {install_extra('postgres')}"
            ) from error
        options: Any = {**postgres.CONNECT, "autocommit": True}
        app: Any = App(
            connector=PsycopgConnector(
                conninfo=address, kwargs=options, pool_factory=_pool, min_size=1, max_size=2
            )
        )
        # A job ends in the transaction that plans the next one (`end`), and lost connections
        # end the session.
        app.job_manager.finish_job = _nothing

        async def go(context: "JobContext", shard: int = -1) -> None:
            job = context.job
            await work(
                Job(
                    id=job.id or 0,
                    worker=job.worker_id or 0,
                    attempts=job.attempts,
                    task=job.task_name,
                    shard=shard,
                )
            )

        for task in _QUEUES:
            app.task(name=task, pass_context=True)(go)
        self._app = app
        self._worker: Any = Worker(
            app,
            queues=sorted(set(_QUEUES.values())),
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
