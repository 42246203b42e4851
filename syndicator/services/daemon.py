"""The scheduled runs of `up`, and the web server of `up` and `serve` for the published files."""

import asyncio
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ExitStack, nullcontext, suppress
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from syndicator.configuration.settings import Settings
from syndicator.core.errors import ConfigError, DiskError, LockedError, NetworkDown, SyndicatorError
from syndicator.core.ports.subscriptions import PATH
from syndicator.core.requests import BODY_BYTES
from syndicator.publishing.kept import KeptEntries
from syndicator.publishing.server.files import elsewhere, make_app
from syndicator.publishing.server.health import Health, with_health
from syndicator.publishing.server.server import ASGIApp, Callbacks, Receive, Scope, Send, with_callbacks
from syndicator.publishing.server.server import serve as serve_app
from syndicator.services.check.configuration import changes
from syndicator.services.container import App, Configuration, configuration, locked, open_app, utc_now
from syndicator.services.health.alert import Outage
from syndicator.services.health.episodes import feed_name, feed_token
from syndicator.services.pushes import Registry
from syndicator.services.reconcile import Walks
from syndicator.services.refresh import RunReport, Wanted, Watch, remake, run
from syndicator.services.refresh import Totals as Totals
from syndicator.services.settling import Settling
from syndicator.services.showing.answers import Answers as Answers

_Beside = Callable[[App, Callable[[], None]], AbstractAsyncContextManager[None]]
LLM_SECONDS = 60.0  # of a scheduled run: visits due meanwhile wait at most this long, and for one answer


@dataclass(slots=True)
class ScheduledRuns:
    """Runs of `up` with the present or last good configuration. `report` gets each report; `trouble` and `changed` get
    lines; `patience` is entered to open a database, `beside` during a run."""

    config: Path
    _: KW_ONLY
    stop: asyncio.Event
    watch: Watch
    report: Callable[[RunReport], None]
    trouble: Callable[[str], None]
    changed: Callable[[str], None] = lambda line: None
    patience: Callable[[], AbstractContextManager[None]] = nullcontext
    beside: _Beside = lambda app, hurry: nullcontext()
    hubs: Registry | None = None
    clock: Callable[[], datetime] = utc_now
    last_good: Configuration | None = field(default=None, init=False)
    _fault: str = field(default="", init=False)  # of the configuration as it is now
    _outage: Outage = field(default_factory=Outage, init=False)
    _settling: Settling = field(default_factory=Settling, init=False)
    _walks: Walks = field(default_factory=Walks, init=False)
    _entries: KeptEntries = field(default_factory=KeptEntries, init=False)

    async def run_once(self) -> None:
        try:
            read = self.read()
            with locked(read.settings), ExitStack() as opened:
                with self.patience():
                    opening = open_app(self.config, clock=self.clock, read=read, remake=remake, entries=self._entries)
                    app = opened.enter_context(opening)
                wanted = Wanted(llm_seconds=LLM_SECONDS, configuration=self._fault)
                async with self.beside(app, self._settling.hurry):
                    running = run(app, wanted, self._settling, self._walks, self.hubs, stop=self.stop, watch=self.watch)
                    self.report(await running)
            await self._ended(None)
        except LockedError:
            self.trouble("another run is under way; this one is left out")
        except NetworkDown as error:
            self.trouble(str(error))
            await self._ended(None)
        except (SyndicatorError, OSError) as error:  # a full disk, a file just being edited: the next run tries again
            fault = DiskError.of(error) if isinstance(error, OSError) else error
            self.trouble(str(fault))
            await self._ended(fault)

    async def _ended(self, error: SyndicatorError | None) -> None:
        if self.last_good is None:
            return
        if fault := await self._outage.follow(self.last_good.settings, error, self.clock(), os.environ):
            self.trouble(f"nobody could be told: {fault}")

    def read(self) -> Configuration:
        """Return the present or last good configuration. Raises ConfigError without either."""
        try:
            now = configuration(self.config, before=self.last_good, remember=True)
            for line in changes(self.last_good or now, now):
                self.changed(line)
            for fault in set(now.faults) - set(self.last_good.faults if self.last_good else ()):
                self.trouble(f"{fault}; what was valid before counts")
            self.last_good, self._fault = now, ""
        except ConfigError as error:
            if self.last_good is None:
                raise
            self._fault = str(error)
            self.trouble(f"{error}; going on with the configuration read before")
        return self.last_good


class Site:
    """The server's app: published files, health and callback."""

    def __init__(
        self,
        settings: Settings,
        silent_seconds: Callable[[], float] | None = None,
        hubs: Registry | None = None,
        answers: Answers | None = None,
    ) -> None:
        self.settings = settings
        self._silent_seconds, self.hubs, self._answers = silent_seconds, hubs, answers
        self._app = self._made()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def reload(self, settings: Settings) -> None:
        """Serve by `settings` from now on, on the same host and port."""
        self.settings = settings
        self._app = self._made()

    def body_bytes(self, path: str) -> int:
        return self.settings.fetch.wire_bytes if path.startswith(PATH) else BODY_BYTES

    def _made(self) -> ASGIApp:
        settings = self.settings
        public = settings.public_dir
        base, hubs, secret = settings.base_url, settings.publish.hubs, settings.publish.secret_path
        ask = self._answers.questions(settings).answer if self._answers and settings.publish.questions else None
        site = make_app(public, hubs=hubs, base_url=base, secret_path=secret, ask=ask) if public else elsewhere
        answering = with_health(site, _health(settings, self._silent_seconds))
        if self.hubs is None or not settings.site.callback:
            return answering
        callbacks = Callbacks(verify=self.hubs.verify, known=self.hubs.known, push=self.hubs.push)
        return with_callbacks(answering, callbacks)


def _health(settings: Settings, silent_seconds: Callable[[], float] | None) -> Health:
    from syndicator.services.health import metrics

    key = ""
    with suppress(OSError):  # without a token there is no health feed
        key = feed_token(settings.state_dir)

    def alive() -> str:
        silent = silent_seconds() if silent_seconds else 0
        return f"no progress for {silent:.0f} s" if silent else ""

    return Health(
        alive=alive,
        ready=lambda: asyncio.to_thread(metrics.unready, settings, writes=silent_seconds is not None),
        metrics=lambda: asyncio.to_thread(metrics.measured, settings),
        metrics_type=metrics.CONTENT_TYPE,
        feed=lambda: asyncio.to_thread(metrics.health_feed, settings, key),
        feed_name=feed_name(key),
        token=key,
    )


async def serve_console(app: ASGIApp, settings: Settings, **how: Any) -> None:
    """Serve the console. `how`: as for the server. Raises MissingError if the port is taken."""
    await serve_app(app, settings.console.host, settings.console.port, **how)


async def serve(site: Site, *, stop: asyncio.Event, listening: Callable[[str], None]) -> None:
    """Serve `site` until `stop` is set. Raises MissingError if the port is taken."""
    settings = site.settings
    if settings.public_dir is not None:
        settings.public_dir.mkdir(parents=True, exist_ok=True)
    host, port = settings.publish.host, settings.publish.port
    await serve_app(site, host, port, stop=stop, listening=listening, body_bytes=site.body_bytes)
