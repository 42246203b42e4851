"""All due sources, side by side: hosts are independent, a source is visited once at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from syndicator.errors import NetworkDown, first_of
from syndicator.model import OURS, Outcome, Source, SourceState
from syndicator.pipeline.context import RunContext
from syndicator.pipeline.visit import Deadline, visit

Due = tuple[Source, SourceState]


async def visit_all(
    due: Sequence[Due],
    run: RunContext,
    *,
    limit: int | None = None,
    max_seconds: float | None = None,
    stop: asyncio.Event,
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Visits the `due` sources and stores each outcome as it comes. With `max_seconds`, or once `stop` is set, no new
    visit begins and no new page is taken; what is left stays due or pending. Raises NetworkDown, and remembers nothing
    of the failures, when not one source could be reached."""
    room = asyncio.Semaphore(run.settings.fetch.concurrency)
    unreached: list[tuple[Outcome, SourceState]] = []
    outcomes: list[Outcome] = []

    async def one(source: Source, state: SourceState) -> None:
        async with room:
            if stop.is_set():
                return
            outcome, after = await visit(run.visit(source, state), limit=limit, stop=stop)
        if outcome.no_network:
            unreached.append((outcome, after))
        elif outcome.reason != OURS:  # which is not held against a source
            run.store.end_visit(outcome, after)
        outcomes.append(outcome)
        done(outcome)

    try:
        async with Deadline(stop, max_seconds), asyncio.TaskGroup() as group:
            for source, state in due:
                group.create_task(one(source, state))
    except BaseExceptionGroup as failed:
        raise first_of(failed) from failed
    if outcomes and len(unreached) == len(outcomes):
        raise NetworkDown(_no_network(unreached))
    for outcome, after in unreached:
        run.store.end_visit(outcome, after)
    return outcomes


def _no_network(unreached: Sequence[tuple[Outcome, SourceState]]) -> str:
    first = unreached[0][0]
    return (
        f"no network: none of {len(unreached)} sources could be reached ({first.key}: {first.reason} {first.detail}); "
        "nothing was counted against them. `syndicator demo` shows the whole trip without a network"
    )
