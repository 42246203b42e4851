"""Building, once for all workers: whoever has the lock builds what is due."""

from __future__ import annotations

from syndicator.errors import LockedError
from syndicator.log import logger
from syndicator.services.build import build_due
from syndicator.services.container import locked
from syndicator.services.worker.session import Session, pause

_EVERY = 2.0  # seconds between two looks for what is to be built: a choice


async def build(session: Session) -> None:
    """Builds what is stale once it is due, while the session lasts and nobody else does. Raises StoreError, OSError."""
    app, log = session.app, logger("worker")
    while not session.ending:
        if session.settling.is_due(app):
            try:
                with locked(app.settings):
                    report = await build_due(app, session.settling)
                session.totals.files += len(report.written)
                log.info("built", files=len(report.written), held=len(report.held))
            except LockedError:
                log.debug("somebody else builds, or changes articles")
        await pause(session.stop, _EVERY)
