"""Run jobs of workers by the queue Procrastinate, and change its private tables where we must.

Public interface: tasks, the worker, a periodic task that fills the queue, the schema and its
migrations. Ours, because nothing public does it in 3.10.0 (#N is an issue or pull request of
github.com/procrastinate-org/procrastinate):
- A job ends in the transaction that saves its results and plans the next one, which checks job,
  worker and attempt (`_FENCE`): a frozen worker writes nothing after its job was given to another.
  `finish_job` checks no worker and takes no connection; other calls do since #1508 and #1560.
- A job that is planned already is done at the earlier time (`SOONER`). `defer` on our connection
  fails instead, and the transaction with it (#1415).
- A job of a silent worker is deleted and planned again in one transaction (`_DELETE_SILENT`).
  `get_stalled_jobs` and `retry_job` are two: a job that another worker took in between would be
  given twice. `retry_job`, and so each retry, also fails if the next job is planned (#1446).
- Heartbeats (`_WRITE_HEARTBEAT`) go on until the running jobs have ended, and fail for a worker
  that was removed. The engine's own heartbeats end when it is stopped (#1585).
- Who is alive and works is read from the tables (`workers.py`): the engine lists no workers.
`tests/store/test_upstream.py` fails if the engine changes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, select, text

from syndicator.core.errors import StoreError
from syndicator.core.program import describe_installation as install_extra
from syndicator.store import postgres, schema
from syndicator.store.database import Database, upsert
from syndicator.store.fleet.hosts import NOW
from syndicator.store.postgres import StoreAway

if TYPE_CHECKING:
    from procrastinate import JobContext
    from procrastinate.jobs import Job as QueuedJob

VISITS = "shards"  # queue and task of visits
# The queue of work that one worker does for all, and its tasks.
BUILDS = "build"
BUILD = "build"
UPKEEP = "upkeep"
FILL = "fill"
_QUEUES = {VISITS: VISITS, BUILD: BUILDS, UPKEEP: BUILDS, FILL: BUILDS}  # by task
# When one worker fills the queue (cron): seldom, since it reads all sources; also when a worker
# starts, unless another has filled it since (#1495). The clocks of workers decide: if they differ,
# it is filled more often.
_FILL_TIMES = "*/5 * * * *"
_LOOK = 0.5  # seconds between two polls of a queue without due jobs: a choice
_ENGINE = "queue's schema"  # key of the note with the name of the engine's last migration
_HAS_TABLES = text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")
NEW = """
INSERT INTO procrastinate_jobs
  (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)"""
# A job that is planned already is done at the earlier of the two times.
SOONER = """
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO UPDATE SET scheduled_at = excluded.scheduled_at
WHERE procrastinate_jobs.scheduled_at > excluded.scheduled_at"""
IS_RUNNING = "EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status = 'doing' AND lock = {lock})"
_IS_JOB = "id = :id AND worker_id = :worker AND attempts = :attempts AND status = 'doing'"
# It divides by zero if the job is gone: the error ends the transaction, so that nobody needs to
# wait for the answer.
_FENCE = text(
    f"SELECT 1 / count(*) FROM (SELECT 1 FROM procrastinate_jobs WHERE {_IS_JOB} FOR SHARE) AS ours"
)
_DELETE_JOB = text(f"DELETE FROM procrastinate_jobs WHERE {_IS_JOB}")
_WRITE_HEARTBEAT = text(f"""
WITH beat AS (UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = :worker RETURNING 1)
SELECT (SELECT count(*) FROM beat) AS alive, {NOW} AS now""")  # noqa: E501
_DELETE_SILENT = text("""
DELETE FROM procrastinate_jobs WHERE id IN (
  SELECT j.id FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
  WHERE j.status = 'doing' AND j.queue_name = :queue
  AND coalesce(w.last_heartbeat, '-infinity') < now() - make_interval(secs => :silence) FOR UPDATE OF j SKIP LOCKED)
RETURNING task_name AS task, (args->>'shard')::int AS shard""")  # noqa: E501


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job that the queue gave to a worker. `worker`: its number in the queue; `attempts`: how
    often the job was started; `shard`: number of the shard of hosts to visit, -1 for other
    tasks."""

    id: int
    worker: int
    attempts: int
    task: str = VISITS
    shard: int = -1


def install(database: Database, index: str) -> None:
    """Create the tables of the job queue Procrastinate, or run those of its migrations that are
    missing. Then run the SQL statement `index`, and note the name of the newest migration in the
    database. If the note has that name already, do nothing."""
    from procrastinate.schema import SchemaManager

    folder = Path(SchemaManager.get_migrations_path())
    migrations = sorted(path.name for path in folder.glob("*.sql"))
    newest = migrations[-1]
    select_note = select(schema.notes.c.value).where(schema.notes.c.key == _ENGINE)
    if database.scalar(select_note) == newest:
        return
    with database.write() as connection:
        postgres.lift_timeouts(connection)
        postgres.lock_until_commit(connection, "migrations")
        # read the note again: another program may have run the migrations before we had the lock
        noted_migration = connection.execute(select_note).scalar()
        has_tables = connection.execute(_HAS_TABLES).scalar()
        if has_tables:
            last_run = noted_migration or newest  # tables without a note are taken for up to date
            missing = [name for name in migrations if name > last_run]
            scripts = [folder.joinpath(name).read_text() for name in missing]
        else:
            scripts = [SchemaManager.get_schema()]
        # the driver runs scripts of several statements, SQLAlchemy does not
        driver: Any = connection.connection.driver_connection
        for script in scripts:
            driver.execute(script)
        connection.exec_driver_sql(index)
        upsert(connection, schema.notes, [{"key": _ENGINE, "value": newest, "at": 0}])


def fence(connection: Connection, job: Job) -> None:
    """Check that `job` still belongs to its worker. Otherwise this function raises JobLost, or the
    commit of the transaction does."""
    connection.execute(_FENCE, asdict(job)).close()


def end(connection: Connection, job: Job) -> None:
    """Delete a job that is done, in the caller's transaction."""
    connection.execute(_DELETE_JOB, asdict(job))


def delete_silent_jobs(
    connection: Connection, queue: str, silence: float
) -> Sequence[Row[tuple[str, int]]]:
    """Delete the running jobs of `queue` whose workers sent no heartbeat for `silence` seconds.
    Return a row (task, shard) for each deleted job; a shard is a numbered group of hosts."""
    return connection.execute(_DELETE_SILENT, {"queue": queue, "silence": silence}).all()


def write_heartbeat(database: Database, worker: int) -> int:
    """Write a heartbeat of the worker with the number `worker`. Return the time of the database's
    clock, in microseconds since 1970. Raises StoreAway if the queue has removed the worker."""
    row = database.run_at_once(_WRITE_HEARTBEAT, {"worker": worker})[0]
    if not row.alive:
        raise StoreAway("the queue has removed this worker, which sent no heartbeat for too long")
    return int(row.now)


def _make_job(row: "QueuedJob", shard: int) -> Job:
    """Return a job of Procrastinate's queue as our `Job`. `shard`: the number of the group of hosts
    that the job visits, or -1 if it visits none."""
    return Job(
        id=row.id or 0,
        worker=row.worker_id or 0,
        attempts=row.attempts,
        task=row.task_name,
        shard=shard,
    )


class Engine:
    """A worker of Procrastinate, which takes jobs from the queue and runs them. It also works
    through a connection pooler."""

    def __init__(
        self,
        address: str,
        work: Callable[[Job], Awaitable[None]],
        *,
        lanes: int,
        lease: float,
        grace: float,
    ) -> None:
        """Set up Procrastinate, without connecting to the database yet.

        `address`: the address of the database, for psycopg; `work`: is called for each job;
        `lanes`: the number of jobs that run at once; `lease`: the seconds without a heartbeat after
        which a worker loses its jobs; `grace`: the seconds that running jobs have to end after
        `stop`. Raises StoreError if Procrastinate is not installed."""
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
                conninfo=address, kwargs=options, pool_factory=_make_pool, min_size=1, max_size=2
            )
        )
        # `end` deletes a job in the transaction that plans the next one, so the engine must not
        # end it
        app.job_manager.finish_job = _do_nothing

        # Procrastinate gives `timestamp` to periodic tasks
        async def run_job(context: "JobContext", shard: int = -1, timestamp: int = 0) -> None:
            """Give a job of the queue to `work`."""
            await work(_make_job(context.job, shard))

        for task in _QUEUES:
            app.task(name=task, pass_context=True)(run_job)
        # let Procrastinate plan the task FILL itself, which plans jobs that are missing
        plan_regularly = app.periodic(
            cron=_FILL_TIMES, queue=BUILDS, lock=FILL, queueing_lock=FILL, priority=1
        )
        plan_regularly(app.tasks[FILL])
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
            # `Shards.write_heartbeat` does this more often, and until the end
            update_heartbeat_interval=lease,
            stalled_worker_timeout=4 * lease,
        )

    @property
    def worker(self) -> int | None:
        """The number of this worker in the queue; None unless `run` is running."""
        number: int | None = self._worker.worker_id
        return number

    def stop(self) -> None:
        """Take no more jobs; `run` returns when the running ones have ended."""
        self._worker.stop()

    async def run(self) -> None:
        """Run jobs until `stop` is called. Raises StoreAway if the database cannot be reached, and
        StoreError for its other errors."""
        from procrastinate.exceptions import ConnectorException
        from psycopg import Error, OperationalError

        try:
            async with self._app.open_async():
                await self._worker.run()
        except (ConnectorException, Error) as error:
            # Procrastinate mostly wraps errors of psycopg into a ConnectorException
            cause = error if isinstance(error, Error) else error.__cause__
            if isinstance(cause, OperationalError):
                raise StoreAway(f"the queue's database cannot be reached ({cause})") from error
            raise StoreError(f"the queue: {cause}") from error


def _make_pool(**options: Any) -> Any:
    """Return psycopg's pool of connections with `options`, but without its test of each connection
    before use, which costs a round trip."""
    from psycopg_pool import AsyncConnectionPool

    return AsyncConnectionPool(**options | {"check": None})


async def _do_nothing(**_: object) -> None:
    await asyncio.sleep(0)
