"""Decide when `up` builds: new articles wait shortly for others, urgent changes do not."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from syndicator.app.container import App
from syndicator.configuration.settings import parse_duration
from syndicator.core.axes import ALL, SOURCE
from syndicator.core.model import FeedKey
from syndicator.core.ports import Built
from syndicator.publishing.selection.pace import (
    MANY,
    Waiting,
    compute_wait_factor,
    find_next_build_time,
    may_build_again,
)
from syndicator.publishing.selection.published import is_axis_on
from syndicator.sending import digests
from syndicator.stories import hourly_updates

# After this time a build includes all feeds that changed, and checks for changes without a mark,
# such as a replaced web root. A choice.
_WHOLE_SECONDS = 3600.0
_NO_CROWD = 1.0  # the feed of all articles waits no longer if there are many other feeds


class Settling:
    """Decides when `up` builds, and which feeds. New articles wait for the time `publish.settle`;
    long feeds and old pages wait longer. Edits, withdrawals and the first articles of a source do
    not wait. `clock`: returns seconds, and is never set back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting = Waiting()
        self._newest_mark = 0  # the newest mark that visits made
        self._inputs_of_whole: Any = None  # configuration of the last build of everything
        self.build_lock = asyncio.Lock()  # held by the one build under way
        self._whole_built_at = 0.0
        self._whole = True  # the next build includes everything stale
        self._has_left_feeds = False  # the last build left something to the next one
        self._built: dict[FeedKey, Built] = {}

    def begin(self, app: App) -> None:
        """Note that jobs of this process begin to change articles. If feeds became stale since the
        last jobs ended, another process changed something: let the next build start at once and
        include everything."""
        if app.archive.store.index.newest_mark() > self._newest_mark:
            self._whole = True
            self.hurry()

    def end(self, app: App) -> None:
        """Note that the jobs have ended. Feeds that are stale now became so by these jobs."""
        self._newest_mark = app.archive.store.index.newest_mark()

    def count_article(self) -> None:
        """Count an article that visits filed."""
        self._waiting = replace(self._waiting, articles=self._waiting.articles + 1)

    def has_many(self) -> bool:
        """True if so many new articles wait for a build that it must not wait for more."""
        return self._waiting.articles >= MANY

    def hurry(self) -> None:
        """Let the next build start without waiting for more articles."""
        self._waiting = replace(self._waiting, urgent=True)

    def is_due(self, app: App) -> bool:
        """True if a build is due now. If changes wait for a build, this also notes when they began
        to wait."""
        now = self._clock()
        settings = app.configuration.settings
        if self._is_whole(app):
            return True
        if digests.is_due(app.archive, settings) or hourly_updates.is_due(app.archive, settings):
            return True
        has_changes = bool(app.archive.store.index.newest_mark())
        if not has_changes and not self._has_left_feeds:
            self._waiting = Waiting()
            return False
        if self._waiting.since is None:
            self._waiting = replace(self._waiting, since=now)
        if has_unbuilt_source(app):
            self.hurry()
        build_at = find_next_build_time(self._waiting, parse_duration(settings.publish.settle))
        return build_at is not None and now >= build_at

    @contextmanager
    def building(self, app: App) -> Iterator[Callable[[FeedKey], bool] | None]:
        """Make one build inside the `with` block. Yield a function that says for each feed if it is
        built now; None if all feeds are built. If the block raises an exception, the build stays
        due."""
        waiting = self._waiting
        may_articles_wait = bool(parse_duration(app.configuration.settings.publish.settle))
        is_whole = self._is_whole(app) or not may_articles_wait
        accepts: Callable[[FeedKey], bool] | None = None
        if not is_whole and not waiting.urgent:
            accepts = make_pause_filter(app, self._built, self._clock())
        # changes that come during the build wait for the next one
        self._waiting = Waiting()
        try:
            yield accepts
        except BaseException:
            self._waiting = waiting
            raise
        if is_whole:
            self._inputs_of_whole = _list_inputs(app)
            self._whole_built_at = self._clock()
            self._whole = False

    def record_build(self, counts: Mapping[FeedKey, tuple[int, int]], waiting: int) -> None:
        """Record a build. `counts`: the number of entries and the number of articles of each feed
        that was built. `waiting`: number of feeds that are still stale."""
        now = self._clock()
        self._has_left_feeds = waiting > 0
        if waiting and self._waiting.since is None:
            self._waiting = replace(self._waiting, since=now)
        for key, (entries, articles) in counts.items():
            self._built[key] = Built(at=now, entries=entries, articles=articles)

    def _is_whole(self, app: App) -> bool:
        """True if the next build includes all stale feeds. It does if settings, sources, queries or
        the taxonomy changed, if the last such build was an hour ago, and if `begin` noticed changes
        of another process."""
        if self._inputs_of_whole != _list_inputs(app):
            return True
        if self._clock() - self._whole_built_at >= _WHOLE_SECONDS:
            return True
        return self._whole and self._waiting.urgent


def has_unbuilt_source(app: App) -> bool:
    """True if a source has articles but its feed was never built. Its first articles are published
    without waiting for more. False if sources have no feeds."""
    if not is_axis_on(SOURCE, app.configuration.settings.publish):
        return False
    return app.archive.store.index.has_unbuilt(SOURCE)


def find_build_time(app: App, *, is_urgent: bool) -> datetime:
    """Return the time at which a change that is made now will be built. `is_urgent`: True if the
    change does not wait for more articles."""
    now = app.archive.clock()
    settle = parse_duration(app.configuration.settings.publish.settle)
    waiting = Waiting(since=0.0, urgent=is_urgent or has_unbuilt_source(app))
    seconds_from_now = find_next_build_time(waiting, settle) or 0.0  # as `since` is 0
    return now + timedelta(seconds=seconds_from_now)


def make_pause_filter(
    app: App, built: Mapping[FeedKey, Built], now: float
) -> Callable[[FeedKey], bool]:
    """Return a function that says for a stale feed if it may be built again, because its last build
    is long enough ago. `built`: the last build of each feed; `now`: seconds by the same clock as
    the times in `built`."""
    settle = parse_duration(app.configuration.settings.publish.settle)
    factor_of_many_feeds = compute_wait_factor(built.values())
    count_articles = app.archive.store.index.count

    def has_paused(key: FeedKey) -> bool:
        """True if the last build of the feed is long enough ago."""
        factor = _NO_CROWD if key == ALL else factor_of_many_feeds
        return may_build_again(built.get(key), settle, now, lambda: count_articles(key), factor)

    return has_paused


def _list_inputs(app: App) -> Any:
    """Return everything that published files are made of, except articles. Two results are equal if
    nothing of it changed between the calls."""
    configuration = app.configuration
    return (
        configuration.settings,
        configuration.queries,
        configuration.sources,
        configuration.taxonomy,
    )
