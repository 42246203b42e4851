"""List the workers that run on a database: machine, time of the last heartbeat, current jobs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import text

from syndicator.store.database import Database

_HAS_TABLES = text(
    "SELECT to_regclass('workers') IS NOT NULL AND to_regclass('procrastinate_workers') IS NOT NULL"
)
# workers that the queue has removed
_DELETE_REMOVED = text(
    "DELETE FROM workers WHERE number NOT IN (SELECT id FROM procrastinate_workers)"
)
_INSERT_WORKER = text(
    "INSERT INTO workers (number, machine, process, version)"
    " VALUES (:number, :machine, :process, :version) ON CONFLICT (number) DO NOTHING"
)
# An older version registers no worker, but has a heartbeat.
_SELECT_WORKERS = text("""
SELECT coalesce(w.machine, '?') AS machine, coalesce(w.process, 0) AS process,
  coalesce(w.version, '?') AS version,
  extract(epoch FROM clock_timestamp() - beat.last_heartbeat)::float AS silent_seconds,
  count(j.id) FILTER (WHERE j.queue_name = 'shards')::int AS shards,
  count(j.id) FILTER (WHERE j.queue_name = 'build') > 0 AS builds
FROM procrastinate_workers beat LEFT JOIN workers w ON w.number = beat.id
LEFT JOIN procrastinate_jobs j ON j.worker_id = beat.id AND j.status = 'doing'
GROUP BY beat.id, beat.last_heartbeat, w.machine, w.process, w.version
ORDER BY machine, process, beat.id""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A worker that starts. `number`: its number in the queue; `process`: the id of its process on
    `machine`; `version`: of Syndicator."""

    number: int
    machine: str
    process: int
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerState:
    """A worker as it is now. `silent_seconds`: seconds since its last heartbeat; `is_live`: these
    are fewer than the lease; `shards`: number of its jobs that visit hosts; `builds`: it builds
    feeds now."""

    machine: str
    process: int
    version: str
    silent_seconds: float
    is_live: bool
    shards: int
    builds: bool

    @property
    def name(self) -> str:
        return f"{self.machine}/{self.process}"


class Workers:
    """The table of workers."""

    def __init__(self, database: Database, lease: float) -> None:
        """`lease`: seconds without a heartbeat after which a worker loses its jobs."""
        self._db = database
        self._lease = lease

    def register(self, registration: Registration) -> None:
        """Add a worker, and delete the workers that the queue has removed."""
        with self._db.write() as connection:
            connection.execute(_DELETE_REMOVED)
            connection.execute(_INSERT_WORKER, asdict(registration))

    def list(self) -> Sequence[WorkerState]:
        """Return the workers that run and those that have crashed. Return () if no worker ever used
        this database. Raises StoreError."""
        if not self._db.scalar(_HAS_TABLES):
            return ()
        return [
            WorkerState(is_live=row.silent_seconds < self._lease, **row._mapping)
            for row in self._db.rows(_SELECT_WORKERS)
        ]
