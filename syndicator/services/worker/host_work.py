"""Work on one host: every source of it that is due, once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from syndicator.core.errors import first_of
from syndicator.core.model import OURS, Source, SourceState
from syndicator.core.program import logger
from syndicator.pipeline.context import RunContext
from syndicator.pipeline.visit import visit
from syndicator.services.worker.session import Session
from syndicator.store.fleet.hosts import LeaseLost

SIDE_BY_SIDE = 4  # sources of a host under way: while one waits for pages of other hosts, the next is asked. A choice
_AT_A_TIME = 200  # sources of a host that are looked up at a time


async def work_on(session: Session, host: str) -> bool:
    """Visits what is due of `host`, unless somebody else does, and says when it is due again. False where the work has
    ended its workers too often: the host is held then. Raises StoreError."""
    log = logger("worker", host=host)
    hosts, owner = session.hosts, session.owner
    if not hosts.start(host, owner):
        return not hosts.is_poison(host)
    log.debug("work begins")
    store = session.app.store.fenced(hosts.fence(host, owner))
    run = replace(session.run, store=store)
    try:
        due = [
            (session.app.sources[state.key], state)
            for state in session.app.store.fleet.due_of(host, session.app.clock(), _AT_A_TIME)
            if state.key in session.app.sources
        ]
        await _visit_all(session, run, due)
    except LeaseLost as lost:
        log.info("work was lost", detail=str(lost))
        return True
    hosts.end(host, owner)
    log.debug("work has ended", visits=len(due))
    return True


async def _visit_all(session: Session, run: RunContext, due: Sequence[tuple[Source, SourceState]]) -> None:
    room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(source: Source, state: SourceState) -> None:
        async with room:
            if session.ending:
                return
            outcome, after = await visit(run.visit(source, state), stop=session.stop)
        session.reach.told(outcome)
        if outcome.reason == OURS or (outcome.no_network and not session.reach.lately):
            return  # held against nobody
        run.store.end_visit(outcome, after)
        session.outcomes.append(outcome)
        totals = session.totals
        totals.visits += 1
        totals.failed += outcome.status in ("failed", "disabled")
        totals.articles += len(outcome.added)
        if outcome.added and state.first_visit is None:
            session.settling.hurry()

    try:
        async with asyncio.TaskGroup() as group:
            for source, state in due:
                group.create_task(one(source, state))
    except BaseExceptionGroup as failed:
        raise first_of(failed) from failed
