"""Building and what else a run does after its visits, once for all workers: whoever has the lock does it."""

from __future__ import annotations

import time
from datetime import timedelta

from syndicator.core.errors import LockedError
from syndicator.core.program import logger
from syndicator.services import thumbnails
from syndicator.services.build import build_due, together
from syndicator.services.container import locked
from syndicator.services.health.follow import follow
from syndicator.services.refresh import ask_model
from syndicator.services.worker.session import Session, pause

_EVERY = 2.0  # seconds between two looks for what is to be built; this and the next are choices
_TELL_SECONDS = 60.0  # between two times at which a worker tells how its visits went
_PICTURE_SECONDS = 20.0  # for pictures, of the time that one worker has the lock
_MODEL_SECONDS = 60.0  # for the operator's language model, of the same


async def build(session: Session) -> None:
    """Builds what is stale once it is due, and tells how visits went, while the session lasts and nobody else does.
    Raises StoreError, OSError."""
    told = time.monotonic()
    while not session.ending:
        tells = bool(session.outcomes) and time.monotonic() - told >= _TELL_SECONDS
        if tells or session.settling.is_due(session.app):
            try:
                with locked(session.app.settings):
                    await _all_of_it(session)
                told = time.monotonic()
            except LockedError:
                logger("worker").debug("somebody else builds, or changes articles")
        await pause(session.stop, _EVERY)


async def _all_of_it(session: Session) -> None:
    app, began = session.app, time.monotonic()
    outcomes = [session.outcomes.popleft() for _ in range(len(session.outcomes))]
    built = await build_due(app, session.settling)
    if thumbnails.wanted(app):
        async with thumbnails.taking(app, session.run.fetcher, session.stop) as pictures:
            if pictures:
                await pictures.finish(_PICTURE_SECONDS)
    model = await ask_model(app, session.stop, _MODEL_SECONDS, lambda title: None)
    if model.changed:
        built = together(built, await build_due(app, session.settling))
    app.snapshots.prune(app.clock() - timedelta(days=app.settings.store.pages_days), daily=True)
    for problem in await follow(app, outcomes, built, seconds=time.monotonic() - began):
        logger("worker").info("nobody could be told", what=problem.what, detail=problem.detail)
    session.totals.files += len(built.written)
    logger("worker").info("built", files=len(built.written), held=len(built.held))
