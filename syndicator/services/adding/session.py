"""What looking at addresses and reading their pages need."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from syndicator.core.model import Source
from syndicator.core.ports import Fetcher
from syndicator.processes.worker import Worker
from syndicator.services.adding.found import by_address
from syndicator.services.container import App, make_fetcher
from syndicator.services.refresh import make_worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What looking and reading need. `known`: the sources that there are, by address; `allow`: private networks that
    the operator lets these sources reach."""

    app: App
    known: Mapping[str, Source]
    fetcher: Fetcher
    worker: Worker
    allow: tuple[str, ...] = ()


@asynccontextmanager
async def open_session(app: App, allow: Sequence[str] = ()) -> AsyncIterator[Session]:
    """One client and one worker for all that a command looks at."""
    fetcher, worker = make_fetcher(app), make_worker(app)
    try:
        yield Session(app=app, known=by_address(app), fetcher=fetcher, worker=worker, allow=tuple(allow))
    finally:
        await worker.aclose()
        await fetcher.aclose()
