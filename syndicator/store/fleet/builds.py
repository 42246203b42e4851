"""Plan builds, and what follows them, as jobs that one worker has at a time.

Changes plan the build in the transaction that ends their visits. A build plans the next one when it
ends. Each method is one transaction."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import Connection, text

from syndicator.store import codec
from syndicator.store.database import Database
from syndicator.store.fleet import jobs
from syndicator.store.fleet.hosts import NOW
from syndicator.store.fleet.jobs import BUILD, BUILDS, UPKEEP, Job

Then: TypeAlias = Callable[[Connection], object]  # the rest of a transaction

# They go before visits, which wait for places anyway. Each task has a lock of its own: the engine
# keeps the order of jobs with one lock, and a later job would wait for an earlier one's time.
_ROW: Final = f"'{BUILDS}', task, 1, task, task, CAST('{{}}' AS jsonb)"
_PLAN = text(f"""
{jobs.NEW} SELECT {_ROW}, to_timestamp(:at / 1e6) FROM (VALUES (CAST(:task AS text))) AS new (task)
{jobs.SOONER}""")
_FILL = text(f"""
{jobs.NEW} SELECT {_ROW}, to_timestamp({NOW} / 1e6)
FROM (VALUES ('{BUILD}'), ('{UPKEEP}')) AS missing (task)
WHERE NOT {jobs.IS_RUNNING.format(lock="missing.task")} ON CONFLICT DO NOTHING""")


def plan(connection: Connection, task: str, at: datetime) -> None:
    """Plan the next job of `task` for `at`, unless it is planned for an earlier time."""
    connection.execute(_PLAN, {"task": task, "at": codec.micros(at)})


def plan_too(then: Then, task: str, at: datetime) -> Then:
    """Return a function that calls `then` and plans a job in the same transaction."""

    def do_both(connection: Connection) -> None:
        then(connection)
        plan(connection, task, at)

    return do_both


class Builds:
    """The jobs."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def plan(self, task: str, at: datetime) -> None:
        """Plan the next job of `task` for `at`, unless it is planned for an earlier time."""
        with self._db.write() as connection:
            plan(connection, task, at)

    def fill(self) -> None:
        """Plan missing jobs for now."""
        with self._db.write() as connection:
            connection.execute(_FILL)

    def recover(self, silence: float) -> None:
        """Replace the jobs of workers without a heartbeat for `silence` seconds."""
        with self._db.write() as connection:
            if jobs.take_back(connection, BUILDS, silence):
                connection.execute(_FILL)

    def end(self, job: Job, planned: Mapping[str, datetime]) -> None:
        """End a job, and plan tasks. Raises JobLost if another worker has it."""
        with self._db.write() as connection:
            jobs.fence(connection, job)
            jobs.end(connection, job)
            for task, at in sorted(planned.items()):
                plan(connection, task, at)
