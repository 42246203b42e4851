"""When `up` builds: what is filed waits a little for more of its kind, and what may not wait does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from syndicator.axes import SOURCE
from syndicator.publishing.selection.settling import Waiting, is_due
from syndicator.publishing.selection.staleness import is_on
from syndicator.services.container import App
from syndicator.settings import seconds

_LOOK_SECONDS = 3600.0  # after which a build looks for what no mark tells of, such as a replaced web root: a choice


class Settling:
    """What waits, from one run of `up` to the next. What visits file waits for `publish.settle`; everything else that
    makes feeds stale (edited and withdrawn articles, edited settings) is built at once, as are the first articles of a
    source. The first run of a process builds whatever a crash may have left. clock: seconds, steady."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting = Waiting()
        self._mark = 0  # the newest one that visits made
        self._made_with: Any = None
        self.alone = asyncio.Lock()  # held by the one build under way
        self._looked = 0.0

    def begin(self, app: App) -> None:
        """To be called before visits: what is stale now is not by them."""
        if app.store.index.newest_mark() > self._mark:
            self.hurry()

    def end(self, app: App) -> None:
        """To be called when a run has ended: what is stale by then is by visits."""
        self._mark = app.store.index.newest_mark()

    def filed(self) -> None:
        """An article more waits."""
        self._waiting = replace(self._waiting, articles=self._waiting.articles + 1)

    def hurry(self) -> None:
        """What waits is not to wait."""
        self._waiting = replace(self._waiting, urgent=True)

    def is_due(self, app: App) -> bool:
        """True when it is time to build. Reads the marks of stale feeds alone."""
        now = self._clock()
        if self._made_with != _made_with(app) or now - self._looked >= _LOOK_SECONDS:
            return True
        if not app.store.index.newest_mark():
            self._waiting = Waiting()
            return False
        if self._waiting.since is None:
            self._waiting = replace(self._waiting, since=now)
        if is_on(SOURCE, app.settings.publish) and app.store.index.has_unbuilt(SOURCE):
            self.hurry()
        return is_due(self._waiting, seconds(app.settings.publish.settle), now)

    @contextmanager
    def building(self, app: App) -> Iterator[None]:
        """To be held while all that waits is built. Where that fails, it waits on, and is due as it was."""
        before, self._waiting = self._waiting, Waiting()
        try:
            yield
        except BaseException:
            self._waiting = before
            raise
        self._made_with, self._looked = _made_with(app), self._clock()


def _made_with(app: App) -> Any:
    """What the operator wrote that decides on feeds."""
    return app.settings, app.queries, app.sources, app.taxonomy
