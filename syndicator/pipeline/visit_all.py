"""All due sources, side by side: hosts are independent, a source is visited once at a time. What they write shares
commits: a commit for each write is half of what a visit costs that finds nothing new."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext

from syndicator.core.errors import NetworkDown, first_of
from syndicator.core.model import OURS, Outcome, Source, SourceState
from syndicator.pipeline.context import RunContext
from syndicator.pipeline.visit import Deadline, visit

Due = tuple[Source, SourceState]

# How much of what visits did may be forgotten when the process is killed: choices. Articles are files by then.
COMMIT_SECONDS = 0.2
COMMIT_VISITS = 100


async def visit_all(
    due: Sequence[Due],
    run: RunContext,
    *,
    limit: int | None = None,
    max_seconds: float | None = None,
    stop: asyncio.Event,
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Visits the `due` sources and stores each outcome as it comes, durable within `COMMIT_SECONDS`. With
    `max_seconds`, or once `stop` is set, no new visit begins and no new page is taken; what is left stays due or
    pending. Raises NetworkDown, and remembers nothing of the failures, when not one source could be reached."""
    room = asyncio.Semaphore(run.settings.fetch.concurrency)
    unreached: list[tuple[Outcome, SourceState]] = []
    outcomes: list[Outcome] = []

    async def one(source: Source, state: SourceState) -> None:
        async with room:
            if stop.is_set():
                return
            async with run.hubs.alone(source.key) if run.hubs else nullcontext():
                outcome, after = await visit(run.visit(source, state), limit=limit, stop=stop)
        if outcome.no_network:
            unreached.append((outcome, after))
        elif outcome.reason != OURS:  # which is not held against a source
            run.store.end_visit(outcome, after)
        outcomes.append(outcome)
        if len(outcomes) % COMMIT_VISITS == 0:
            run.store.commit()
        done(outcome)

    try:
        async with Deadline(stop, max_seconds), sharing_commits(run), asyncio.TaskGroup() as group:
            for source, state in due:
                group.create_task(one(source, state))
    except BaseExceptionGroup as failed:
        raise first_of(failed) from failed
    if outcomes and len(unreached) == len(outcomes):
        raise NetworkDown(_no_network(unreached))
    with run.store.shared():
        for outcome, after in unreached:
            run.store.end_visit(outcome, after)
    return outcomes


@asynccontextmanager
async def sharing_commits(run: RunContext) -> AsyncIterator[None]:
    """Inside, what visits write is committed together, and so is that their articles' files are there, just before: a
    row is never there before its file."""

    async def committing() -> None:
        while True:
            await asyncio.sleep(COMMIT_SECONDS)
            run.store.commit()

    with run.article_store.together() as settle, run.store.shared(settle):
        async with asyncio.TaskGroup() as group:
            ticking = group.create_task(committing())
            try:
                yield
            finally:
                ticking.cancel()


def _no_network(unreached: Sequence[tuple[Outcome, SourceState]]) -> str:
    first = unreached[0][0]
    return (
        f"no network: none of {len(unreached)} sources could be reached ({first.key}: {first.reason} {first.detail}); "
        "nothing was counted against them. `syndicator demo` shows the whole trip without a network"
    )
