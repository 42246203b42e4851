"""What a visit works with, out of what a command works with."""

from __future__ import annotations

from collections.abc import Callable

from syndicator.app.wiring import App
from syndicator.ports import Fetcher
from syndicator.refresh.tools import Tools
from syndicator.worker import Worker


def make_tools(app: App, fetcher: Fetcher, worker: Worker, filed: Callable[[str], None]) -> Tools:
    """`filed` hears the title of each article that is filed."""
    return Tools(
        settings=app.settings,
        fetcher=fetcher,
        store=app.store.visits,
        shelf=app.shelf,
        pages=app.pages,
        worker=worker,
        taxonomy=app.taxonomy,
        clock=app.clock,
        jitter=app.jitter,
        environ=app.environ,
        progress=filed,
    )
