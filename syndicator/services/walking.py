"""When `up` looks at every article file for edits, and when at their folders alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from syndicator.core.model import Problem
from syndicator.services import reconcile
from syndicator.services.container import App
from syndicator.services.recovery import clock

_SHARE = 500  # of the time at most for looking at every file: 10,000 files take 0.1 s, once a minute. A choice
_MOST_SECONDS = 3600.0  # after which every file is looked at in any case


class Walks:
    """What is known of the article files, from one run of `up` to the next. A look at every file takes long where there
    are many, and finds nothing at most runs. A file that came, went or was replaced, as by most editors, shows in the
    time of its folder; one that was edited in place does not, and has to wait for the next look at every file, which
    comes the later the longer it takes, within an hour. steady: seconds."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._next = 0.0
        self._known: Any = None

    def files(self, app: App) -> tuple[Problem, ...]:
        """As `reconcile.files`, where something may have changed."""
        began = self._steady()
        if self._known == _seen(app) and began < self._next:
            return clock.set_back(app)
        self._known = None  # if this fails
        problems = reconcile.files(app)
        ended = self._steady()
        self._next = ended + min(_MOST_SECONDS, _SHARE * (ended - began))
        return problems

    def end(self, app: App) -> None:
        """To be called when a run has ended: what the files are like now is its own doing."""
        self._known = _seen(app)


def _seen(app: App) -> Any:
    return app.settings, app.sources, dict(app.environ), app.article_store.folder_stamps()
