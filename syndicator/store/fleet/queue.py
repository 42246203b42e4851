"""`ports.Queue` on PgQueuer, whose `pgq` commands work on it. Without LISTEN, session state or prepared statements, so
that poolers work; a second's delay does not matter."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from syndicator.core.errors import StoreError
from syndicator.core.ports.fleet import Depths, Job
from syndicator.core.program import install
from syndicator.store.postgres import StoreAway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_WORK = "host"  # the name of the one kind of job
_BATCH = 1000
_LOG_SECONDS = 300.0  # between two sweeps of what the engine keeps of jobs that ended, which it never deletes: a choice


class HostQueue:
    """The queue on a connection of its own; `open_queue` makes one. `silence`: after so many seconds without a sign of
    life from its worker a job is given to another."""

    def __init__(self, connection: Any, silence: float) -> None:
        from pgqueuer.domain.types import QueueManagerId
        from pgqueuer.ports.repository import EntrypointExecutionParameter
        from pgqueuer.queries import Queries

        self._queries = Queries.from_psycopg_connection(connection)
        self._silence = timedelta(seconds=silence)
        self._kinds: Any = {_WORK: EntrypointExecutionParameter(concurrency_limit=0)}
        self._worker = QueueManagerId(uuid.uuid4())
        self._swept = 0.0

    async def install(self) -> None:
        """Makes the tables where they are missing, or brings them to this version of the engine."""
        async with _named():
            if await self._queries.schema_is_installed() and not (await self._queries.plan_upgrade()).statements:
                return
        # Workers that start together would each make them. The lock is of a session, and not for a pooler that hands
        # connections around: a worker that is started past it does this once.
        async with _named(), self._queries.schema_lock():
            if not await self._queries.schema_is_installed():
                await self._queries.install(create_schema=False)
            else:
                await self._queries.upgrade()

    async def offer(self, hosts: Collection[str]) -> None:
        names = sorted(hosts)
        async with _named():
            for start in range(0, len(names), _BATCH):
                part = names[start : start + _BATCH]
                await self._queries.enqueue(
                    [_WORK] * len(part),
                    [name.encode() for name in part],
                    [0] * len(part),
                    dedupe_key=list(part),
                    on_conflict="skip",
                )
            await self._sweep()

    async def _sweep(self) -> None:
        from time import monotonic

        if monotonic() - self._swept >= _LOG_SECONDS:
            self._swept = monotonic()
            await self._queries.clear_queue_log(_WORK)
            await self._queries.clear_statistics_log(_WORK)

    async def take(self, most: int) -> list[Job]:
        async with _named():
            found = await self._queries.dequeue(
                batch_size=most,
                entrypoints=self._kinds,
                queue_manager_id=self._worker,
                global_concurrency_limit=None,
                heartbeat_timeout=self._silence,
            )
        return [Job(host=(job.payload or b"").decode(), ticket=job) for job in found]

    async def keep(self, jobs: Collection[Job]) -> None:
        async with _named():
            if jobs:
                await self._queries.update_heartbeat([job.ticket.id for job in jobs])

    async def end(self, job: Job, *, dead: bool = False) -> None:
        async with _named():
            await self._queries.log_jobs([(job.ticket, "failed" if dead else "successful", None)])

    async def look(self, *, revive: bool = False) -> Depths:
        async with _named():
            failed = await self._queries.list_failed_jobs(limit=_BATCH)
            if revive and failed:
                await self._queries.log_jobs([(job, "deleted", None) for job in failed])
                failed = []
            counts = {row.status: row.count for row in await self._queries.queue_size() if row.entrypoint == _WORK}
            ages = [age for age in await self._queries.queue_age() if age.entrypoint == _WORK]
        return Depths(
            queued=counts.get("queued", 0),
            picked=counts.get("picked", 0),
            dead=tuple(sorted({(job.payload or b"").decode() for job in failed})),
            oldest=max((age.oldest_age_seconds for age in ages), default=0.0),
        )


@asynccontextmanager
async def open_queue(url: str, silence: float) -> AsyncIterator[HostQueue]:
    """The queue in the database at `url` (as the driver reads it). Raises StoreError, StoreAway."""
    try:
        import pgqueuer.queries  # noqa: F401 - that it is installed
        from psycopg import AsyncConnection
    except ModuleNotFoundError as error:
        raise StoreError(f"workers need the package {error.name!r}: {install('postgres')}") from error
    async with _named():
        connection = await AsyncConnection.connect(url, autocommit=True, prepare_threshold=None, connect_timeout=10)
    try:
        made = HostQueue(connection, silence)
        await made.install()
        yield made
    finally:
        await connection.close()


@asynccontextmanager
async def _named() -> AsyncIterator[None]:
    """Turns what the driver raises into StoreError; StoreAway where the connection is gone."""
    from psycopg import Error, OperationalError

    try:
        yield
    except OperationalError as error:
        raise StoreAway(f"the queue's database cannot be reached ({error})") from error
    except Error as error:
        raise StoreError(f"the queue: {error}") from error
