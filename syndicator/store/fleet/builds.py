"""Plan builds and upkeep as jobs in the database that one worker has at a time.

The transaction that ends a visit with changes also plans a build. A build plans the next build when
it ends. Each method is one transaction."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import Connection, text

from syndicator.store import codec
from syndicator.store.database import Database
from syndicator.store.fleet import jobs
from syndicator.store.fleet.hosts import NOW
from syndicator.store.fleet.jobs import BUILD, BUILDS, UPKEEP, Job

Then: TypeAlias = Callable[[Connection], object]  # called at the end of a transaction

# These jobs have priority 1, before visits, which wait for free lanes anyway. Each task has a lock
# of its own: Procrastinate keeps the order of jobs that have the same lock, so that a job would
# wait for one that is planned for later.
_ROW: Final = f"'{BUILDS}', task, 1, task, task, CAST('{{}}' AS jsonb)"
_PLAN = text(f"""
{jobs.NEW} SELECT {_ROW}, to_timestamp(:at / 1e6) FROM (VALUES (CAST(:task AS text))) AS new (task)
{jobs.SOONER}""")
_PLAN_MISSING = text(f"""
{jobs.NEW} SELECT {_ROW}, to_timestamp({NOW} / 1e6)
FROM (VALUES ('{BUILD}'), ('{UPKEEP}')) AS missing (task)
WHERE NOT {jobs.IS_RUNNING.format(lock="missing.task")} ON CONFLICT DO NOTHING""")


def plan(connection: Connection, task: str, at: datetime) -> None:
    """Plan the next job of `task` (`jobs.BUILD` or `jobs.UPKEEP`) for `at`, unless it is planned
    for an earlier time."""
    connection.execute(_PLAN, {"task": task, "at": codec.to_micros(at)})


def add_plan(then: Then, task: str, at: datetime) -> Then:
    """Return a function that calls `then` and, in the same transaction, plans the next job of
    `task` for the time `at`. Both functions get the connection of the transaction."""

    def call_and_plan(connection: Connection) -> None:
        then(connection)
        plan(connection, task, at)

    return call_and_plan


class Builds:
    """The jobs in the database that one worker has at a time: builds and upkeep."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def plan(self, task: str, at: datetime) -> None:
        """Plan the next job of `task` (`jobs.BUILD` or `jobs.UPKEEP`) for `at`, unless it is
        planned for an earlier time. A transaction of its own."""
        with self._db.write() as connection:
            plan(connection, task, at)

    def fill(self) -> None:
        """Plan a build and upkeep for now, each unless it is planned or running."""
        with self._db.write() as connection:
            connection.execute(_PLAN_MISSING)

    def recover(self, silence: float) -> None:
        """Delete the builds and upkeep jobs of workers that sent no heartbeat for `silence`
        seconds, and plan the same work again for now."""
        with self._db.write() as connection:
            deleted_jobs = jobs.delete_silent_jobs(connection, BUILDS, silence)
            if deleted_jobs:
                connection.execute(_PLAN_MISSING)

    def end(self, job: Job, planned: Mapping[str, datetime]) -> None:
        """Delete a job that is done, and plan further jobs. `planned`: task (`jobs.BUILD` or
        `jobs.UPKEEP`) -> time of its next job. Raises JobLost if another worker has `job` by now;
        then nothing is written."""
        with self._db.write() as connection:
            jobs.fence(connection, job)  # raises JobLost
            jobs.end(connection, job)
            for task, at in sorted(planned.items()):
                plan(connection, task, at)
