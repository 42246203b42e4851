"""Take the pushes of hubs during a run, and send the hubs the due requests."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from syndicator.core.model import OURS, Fetched, Outcome
from syndicator.core.ports import Fetcher
from syndicator.core.ports.subscriptions import Subscription
from syndicator.processes.worker import Worker
from syndicator.publishing.selection.staleness import BuildReport
from syndicator.services.build import build_due, together
from syndicator.services.container import App, Watch, make_context, make_fetcher, task_group
from syndicator.services.pushes.registry import Push, Registry
from syndicator.services.settling import Settling
from syndicator.visiting import websub
from syndicator.visiting.fetch.decompress import DELTA

if TYPE_CHECKING:  # loaded only to read a push
    from syndicator.pipeline.context import RunContext

_LOOK: Final = 0.5  # seconds between two checks
_AT_ONCE: Final = 8  # pushes that are read, and hubs that are asked
_ASKING_SECONDS: Final = 20.0  # the most that a run waits for its hubs; the next run asks the others
_PAUSES: Final = 4  # seconds of pause for each second of a build
_PRELOAD: Final = ("syndicator.pipeline.read_article", "syndicator.visiting.feeds.parser")


@asynccontextmanager
async def taking(
    app: App, registry: Registry, fetcher: Fetcher | None, stop: asyncio.Event, watch: Watch, settling: Settling | None
) -> AsyncIterator[Intake | None]:
    """Take pushes within the block, the rest at `finish`. `fetcher`: the run's. Yields None without `site.callback`."""
    registry.begin(app.store.subscriptions, app.sources, app.settings.site.callback)
    if not app.settings.site.callback:
        registry.save(app.store.subscriptions)
        yield None
        return
    intake = Intake(app, registry, fetcher, stop, watch, settling)
    try:
        yield intake
    finally:
        await intake.aclose()
        registry.save(app.store.subscriptions)


class Intake:
    """Pushes under way. `finish` raises the errors of disk and store."""

    def __init__(
        self,
        app: App,
        registry: Registry,
        fetcher: Fetcher | None,
        stop: asyncio.Event,
        watch: Watch,
        settling: Settling | None,
    ) -> None:
        self.app, self.registry, self.stop, self.watch, self.settling = app, registry, stop, watch, settling
        self.outcomes: list[Outcome] = []
        self.built = BuildReport()
        self._given = fetcher
        self._own: Fetcher | None = None
        self._took = False  # a push came: others may follow
        self._over = asyncio.Event()
        self._next_build = 0.0  # by the loop's clock
        self._stale = False  # pushed articles are to be built
        self._under_way = self._asked = 0  # pushes, and hubs
        self._ended: float | None = None  # when the rest of the run was done
        self._read = asyncio.Event()  # a push or a question ended
        registry.attended = True
        self._task = asyncio.create_task(self._run())

    async def finish(self) -> None:
        """Process the waiting pushes, build, and wait for the answers of hubs. Raises StoreError, OSError."""
        self._over.set()
        await self._task

    async def aclose(self) -> None:
        """Cancel the pushes under way."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):  # `finish` raises them
            await self._task
        if not self._took:
            await self.registry.rest()
        if self._own is not None:
            await self._own.aclose()

    async def _run(self) -> None:
        try:
            async with task_group() as group:
                room = asyncio.Semaphore(_AT_ONCE)
                while not self.stop.is_set():
                    over = self._over.is_set()
                    self._ended = self._ended or (self._clock() if over else None)
                    asking = self._ask_hubs(group)
                    for push in self.registry.taken():
                        self._under_way += 1
                        group.create_task(self._take(push, room))
                    if self._stale and (over or self._clock() >= self._next_build):
                        await self._build()
                    self.registry.save(self.app.store.subscriptions)
                    if over and not (asking or self._under_way or self._stale):
                        break
                    await self._a_moment()
        finally:
            self.registry.attended = False

    async def _a_moment(self) -> None:
        events = (self._read, self.stop, self.registry.arrived) + (() if self._over.is_set() else (self._over,))
        waiting = [asyncio.create_task(event.wait()) for event in events]
        try:
            await asyncio.wait(waiting, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            self._read.clear()

    def _clock(self) -> float:
        return asyncio.get_running_loop().time()

    async def _take(self, push: Push, room: asyncio.Semaphore) -> None:
        try:
            async with room:
                await self._visit(push)
        finally:
            self._under_way -= 1
            self._read.set()

    async def _visit(self, push: Push) -> None:
        from syndicator.pipeline.visit import is_signal, signalled, take_push

        key = push.subscription.source_key
        source, visits = self.app.sources.get(key), self.app.store.visits
        async with self.registry.alone(key):
            state = visits.state(key)
            if source is None or not source.enabled or state is None or state.disabled or self.stop.is_set():
                return
            if is_signal(source, state, push.subscription.hub):
                visits.save_states([signalled(state, self.app.clock())])
                return
            url = push.subscription.topic
            headers = {"content-type": push.content_type}
            body = Fetched(url=url, final_url=url, status=DELTA, headers=headers, body=push.body)
            outcome, after = await take_push(self._context().visit(source, state), body, stop=self.stop)
            if outcome is None:
                visits.save_states([after])
                return
            if outcome.reason != OURS:
                visits.end_visit(outcome, after)
        self.outcomes.append(outcome)
        self._stale |= bool(outcome.added or outcome.changed)
        self.watch.visited(outcome)

    def _context(self) -> RunContext:
        self._took = True
        if self.registry.worker is None:
            self.registry.worker = Worker(preload=_PRELOAD)
        return make_context(self.app, self._fetcher(), self.registry.worker, self.watch.filed, hubs=self.registry)

    def _fetcher(self) -> Fetcher:
        if self._given is not None:
            return self._given
        if self._own is None:
            self._own = make_fetcher(self.app)
        return self._own

    async def _build(self) -> None:
        self._stale = False
        began = self._clock()
        if self.settling:
            self.settling.hurry()
        self.built = together(self.built, await build_due(self.app, self.settling, self.watch.turn))
        self._next_build = self._clock() + _PAUSES * (self._clock() - began)

    def _ask_hubs(self, group: asyncio.TaskGroup) -> bool:
        """Send requests to some due hubs. False if none is due or time is up."""
        due = self.registry.due(self.app.clock())
        if not due or (self._ended is not None and self._clock() - self._ended > _ASKING_SECONDS):
            return self._asked > 0
        for subscription in due[: _AT_ONCE - self._asked]:
            self._asked += 1
            group.create_task(self._ask(self.registry.asking(subscription.token)))
        self.registry.save(self.app.store.subscriptions)  # before a hub gets the request
        return True

    async def _ask(self, asked: Subscription) -> None:
        try:
            result = await self._fetcher().fetch(websub.request(asked))
        finally:
            self._asked -= 1
            self._read.set()
        now = self.app.clock()
        self.registry.after(asked.token, lambda current: websub.answered(current, result, now))
        self.registry.log.debug("asked a hub", hub=asked.hub, source=asked.source_key, mode=asked.asked)
