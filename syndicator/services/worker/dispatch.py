"""Handing hosts out: every worker offers to do it, one does at a time."""

from __future__ import annotations

import time

from syndicator.services.worker.session import Session, pause

_EVERY = 1.0  # second between two looks for hosts that are due: a choice
_MOST = 2000  # hosts handed out at a look
_FILL_SECONDS = 600.0  # between two looks at all sources for when their hosts are due: what a crash left is found


async def dispatch(session: Session) -> None:
    """Puts hosts that are due into the queue, while the session lasts. What is in the queue already stays as it is, so
    that a queue that was lost is filled again within a second. Raises StoreError."""
    filled = -_FILL_SECONDS
    while not session.ending:
        began = time.monotonic()
        with session.app.store.fleet.alone("dispatch") as ours:
            if ours:
                if began - filled >= _FILL_SECONDS:
                    session.hosts.fill()
                    filled = began
                await session.queue.offer(session.hosts.due(_MOST))
        await pause(session.stop, _EVERY)
