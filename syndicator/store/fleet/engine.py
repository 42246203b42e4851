"""The engine, Procrastinate: it gives each job to one worker, so many at a time, and ends in order. Without LISTEN,
session state or prepared statements, so that poolers work; a second's delay does not matter."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from syndicator.core.errors import StoreError
from syndicator.core.program import install
from syndicator.store.fleet.shards import QUEUE, Job
from syndicator.store.postgres import CONNECT, StoreAway

if TYPE_CHECKING:
    from procrastinate import JobContext

_LOOK = 0.5  # seconds between two looks into a queue that had no job that is due: a choice
_CONNECTIONS = 2


class Engine:
    """Runs `work` for each job of a shard, `lanes` of them at a time. `lease`: seconds of silence after which jobs are
    given away; `grace`: for jobs under way at the end."""

    def __init__(
        self, address: str, work: Callable[[Job], Awaitable[None]], *, lanes: int, lease: float, grace: float
    ) -> None:
        try:
            from procrastinate import App, PsycopgConnector
            from procrastinate.worker import Worker
        except ModuleNotFoundError as error:
            raise StoreError(f"workers need the package {error.name!r}: {install('postgres')}") from error
        options: Any = {**CONNECT, "autocommit": True}
        pool = PsycopgConnector(conninfo=address, kwargs=options, min_size=1, max_size=_CONNECTIONS)
        app: Any = App(connector=pool)
        # A job ends in the transaction that plans the next one (`Shards.end`); the engine has nothing to add.
        app.job_manager.finish_job = _nothing

        async def go(context: JobContext, shard: int) -> None:
            job = context.job
            await work(Job(id=job.id or 0, worker=job.worker_id or 0, attempts=job.attempts, shard=shard))

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
            update_heartbeat_interval=lease,  # `Shards.beat` says more often, and until the end, that we live
            stalled_worker_timeout=4 * lease,
        )

    @property
    def worker(self) -> int | None:
        """Our number, None before and after `run`."""
        number: int | None = self._worker.worker_id
        return number

    def stop(self) -> None:
        """Takes no job any more; `run` returns when those under way have ended."""
        self._worker.stop()

    async def run(self) -> None:
        """Takes jobs until `stop`, or until the database goes away. Raises StoreError, StoreAway."""
        with _named():
            async with self._app.open_async():
                await self._worker.run()


async def _nothing(**_: object) -> None:
    await asyncio.sleep(0)


@contextmanager
def _named() -> Iterator[None]:
    """Turns what the engine raises into StoreError; StoreAway where the connection is gone."""
    from procrastinate.exceptions import ConnectorException
    from psycopg import Error, OperationalError

    try:
        yield
    except (ConnectorException, Error) as error:
        cause = error if isinstance(error, Error) else error.__cause__
        if isinstance(cause, OperationalError):
            raise StoreAway(f"the queue's database cannot be reached ({cause})") from error
        raise StoreError(f"the queue: {cause}") from error
