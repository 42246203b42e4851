"""Quick jobs of the console during a run of `up`, between its steps; long jobs wait for the end of the run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from syndicator.operations.jobs.queue import Job, Queue
from syndicator.services.container import App

_PAUSE_SECONDS = 0.3  # between two looks at a folder that is empty, or not there


@asynccontextmanager
async def jobs_done_within(app: App, hurry: Callable[[], None]) -> AsyncIterator[None]:
    """Do quick jobs during the block. `hurry` is called if one made feeds stale. Costs one look without a console."""
    doing = asyncio.create_task(_do(app, Queue(app.settings.state_dir), hurry))
    try:
        yield
    finally:
        doing.cancel()
        with suppress(asyncio.CancelledError):
            await doing


async def _do(app: App, queue: Queue, hurry: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(_PAUSE_SECONDS)
        if queue.waiting():
            one_by_one(app, queue, hurry)


def _is_quick(job: Job) -> bool:
    from syndicator.operations.registry import operations

    return (found := operations().get(job.act)) is not None and found.quick


def one_by_one(app: App, queue: Queue, hurry: Callable[[], None]) -> None:
    """Does the quick jobs that wait."""
    from syndicator.operations.jobs.work import acted, ended  # where nobody uses the console, nothing of it is loaded

    while (job := queue.claim(_is_quick)) is not None:
        done = ended(queue, job, lambda job: acted(app, queue, job))
        app.store.visits.commit()
        if done.status == "building":
            hurry()
            queue.save(replace(done, status="done", said=f"{done.said}; its feeds are built by the run under way"))
