"""Do the jobs of `up` (visit, build, alert and more), and serve the published files."""

import asyncio
import math
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
    suppress,
)
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from syndicator.app.clients import SharedClient
from syndicator.app.clock import utc_now
from syndicator.app.container import App, open_app
from syndicator.app.lock import hold_run_lock
from syndicator.app.read_configuration import Configuration, describe_wrong, read_configuration
from syndicator.configuration.settings import Settings
from syndicator.core.errors import ConfigError, DiskError, Fault, LockedError, SyndicatorError
from syndicator.core.model import Outcome, Problem
from syndicator.core.ports.subscriptions import PATH
from syndicator.core.requests import BODY_BYTES
from syndicator.health import metrics
from syndicator.health.after_run import check_health, mail_digests, record_counters
from syndicator.health.alert import Outage
from syndicator.health.check.config_files import list_changes
from syndicator.health.episodes import ensure_feed_token, feed_name, write_schedule
from syndicator.publishing.entry_cache import KeptEntries
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.publishing.server.files import make_app, serve_nothing
from syndicator.publishing.server.health import Health, add_health_paths
from syndicator.publishing.server.server import (
    ASGIApp,
    Callbacks,
    Receive,
    Scope,
    Send,
    add_callback_paths,
)
from syndicator.publishing.server.server import serve as serve_app
from syndicator.runs.answers import Answers as Answers
from syndicator.runs.build import BUILD_SECONDS, build_due
from syndicator.runs.build_timing import Settling
from syndicator.runs.pushes import Registry, serve_hubs
from syndicator.runs.refresh import RunReport, Wanted, Watch, prune_pages, remake, visit_due
from syndicator.runs.refresh import Totals as Totals
from syndicator.sending import digests, webhooks
from syndicator.upkeep.reconcile import Walks

LOOPBACK: Final = "127.0.0.1"
_RunBeside = Callable[[App, Callable[[], None]], AbstractAsyncContextManager[None]]
LLM_SECONDS = 60.0  # of a run: visits due meanwhile wait at most this long, and for one answer
_PAUSE_PER_SECOND = 4  # seconds without a build for each second of a build
# Seconds between the end of the jobs under way and a job that waited for it, in which a command
# gets the lock.
_PAUSE_FOR_COMMANDS = 0.5
_MINUTE: Final = 60.0  # sources are due to the minute; a job that failed is tried again after it
_DAY: Final = 86_400.0

VISITS: Final = "visits"
HUBS: Final = "hubs"
BUILD: Final = "build"
DIGESTS: Final = "digests"
HEALTH: Final = "health"
WEBHOOKS: Final = "webhooks"
RETENTION: Final = "retention"


@dataclass(frozen=True, slots=True)
class Opened:
    """The opened instance that running jobs share. `stack`: closes it."""

    app: App
    client: SharedClient
    stack: AsyncExitStack


@dataclass(frozen=True, slots=True)
class Job:
    """A job of `up`. `work`: does it. It is done every `seconds`, or earlier if it is brought
    forward."""

    seconds: float
    work: Callable[["Jobs", Opened], Awaitable[None]]


def _do_nothing(*arguments: object) -> None:
    pass


@dataclass(slots=True)
class Jobs:
    """The jobs of `up`. Jobs that run at the same time share one opened instance. It has the
    present configuration, or, if that is faulty, the last one without faults.

    `warn`, `report_change`: get lines for the log. `report_visits`, `report_build`: get reports.
    `report_problems`: gets the alerts and digests that could not be sent. `note_progress`: gets the
    name of a job that goes on. `bring_forward`, `read_next_runs`: methods of the scheduler.
    `allow_long_opening`: a context that is entered while a database is opened. `run_beside`: makes
    a context that is entered while the instance is open; it gets the app and a function that starts
    a build at once."""

    config: Path
    _: KW_ONLY
    stop: asyncio.Event
    warn: Callable[[str], None]
    report_visits: Callable[[RunReport], None] = _do_nothing
    report_build: Callable[[BuildReport], None] = _do_nothing
    report_problems: Callable[[Sequence[Problem]], None] = _do_nothing
    report_change: Callable[[str], None] = _do_nothing
    watch: Watch = field(default_factory=Watch)
    note_progress: Callable[[str], None] = _do_nothing
    bring_forward: Callable[[str, float], None] = _do_nothing
    read_next_runs: Callable[[], Mapping[str, datetime]] = dict
    allow_long_opening: Callable[[], AbstractContextManager[None]] = nullcontext
    run_beside: _RunBeside = lambda app, build_at_once: nullcontext()
    hubs: Registry | None = None
    clock: Callable[[], datetime] = utc_now
    steady: Callable[[], float] = time.monotonic
    last_good: Configuration | None = field(default=None, init=False)
    _configuration: Configuration | None = field(default=None, init=False)  # of the last visits
    # why the configuration as it is now cannot be read
    _unreadable_because: str = field(default="", init=False)
    # troubles since the last visits began
    _already_reported: set[str] = field(default_factory=set, init=False)
    _outage: Outage = field(default_factory=Outage, init=False)
    _settling: Settling = field(default_factory=Settling, init=False)
    _walks: Walks = field(default_factory=Walks, init=False)
    _entries: KeptEntries = field(default_factory=KeptEntries, init=False)
    _opened: Opened | None = field(default=None, init=False)
    _running_jobs: int = field(default=0, init=False)  # jobs in the opened instance
    # Held while the instance is opened or closed: a job that starts during either waits for its
    # end.
    _opening_lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    # jobs that start when the instance is closed
    _postponed: set[str] = field(default_factory=set, init=False)
    # when the last build ended, by the steady clock
    _built_at: float = field(default=-math.inf, init=False)
    _build_seconds: float = field(default=0.0, init=False)  # how long it took
    # something happened since the last look at the conditions
    _has_news: bool = field(default=False, init=False)
    _ended_at: dict[str, datetime] = field(default_factory=dict, init=False)  # by job

    async def run(self, name: str) -> None:
        """Do the job `name`, or postpone it if it may not start now. For visits, the configuration
        is read again and the instance is opened anew; other jobs use the instance that is open. If
        the job fails, this is reported, and the job is tried again after a minute."""
        if self._must_wait(name):
            self._postponed.add(name)
            return
        anew = name == VISITS
        if anew:
            # a trouble that lasts is reported again with each job of visits
            self._already_reported.clear()
        try:
            async with self._hold_instance(anew=anew) as opened:
                await JOBS[name].work(self, opened)
                self._note_end(name, opened)
            await self._update_outage(name, None)
        except LockedError:
            self._warn_once("another run is under way; this one is left out")
            self.bring_forward(name, _MINUTE)
        # a full disk, a file just being edited: the next run tries again
        except (SyndicatorError, OSError) as error:
            fault = DiskError.of(error) if isinstance(error, OSError) else error
            self._warn_once(str(fault))
            self.bring_forward(name, _MINUTE)
            await self._update_outage(name, fault)

    def _must_wait(self, name: str) -> bool:
        """True if the job `name` may not start now. Visits wait until all running jobs have ended,
        because they open the instance anew. As long as they wait, new jobs wait, too; otherwise
        there might always be a running job."""
        if not self._running_jobs:
            return False
        return name == VISITS or bool(self._postponed)

    @asynccontextmanager
    async def _hold_instance(self, *, anew: bool) -> AsyncIterator[Opened]:
        """Yield the instance, which running jobs share: the first job locks and opens it, and the
        job that ends last closes it. `anew`: True to read the configuration again if this job opens
        the instance."""
        self._running_jobs += 1
        try:
            async with self._opening_lock:
                if self._opened is None:
                    self._opened = await self._open(anew=anew)
            await asyncio.sleep(0)  # jobs that start at the same time join before this one ends
            yield self._opened
        finally:
            self._running_jobs -= 1
            if not self._running_jobs:
                await self._close()

    async def _open(self, *, anew: bool) -> Opened:
        """Lock and open the instance, with its client and its subscriptions at hubs. Return all
        this; the `stack` of the result closes it. `anew`: True to read the configuration again."""
        if anew or self._configuration is None:
            self._configuration = self.read()
        async with AsyncExitStack() as stack:
            lock = stack.enter_context(hold_run_lock(self._configuration.settings))
            with self.allow_long_opening():
                opening = open_app(
                    self.config,
                    clock=self.clock,
                    read=self._configuration,
                    remake=remake,
                    entries=self._entries,
                    held=lock,
                )
                app = stack.enter_context(opening)
            self._enter_hubs(stack, app)
            self._settling.begin(app)
            stack.callback(self._settling.end, app)
            client = SharedClient(app.archive, app.configuration.settings)
            stack.push_async_callback(client.aclose)
            await stack.enter_async_context(self.run_beside(app, self._build_at_once))
            # nothing failed: `pop_all` keeps all open after this `with` block
            return Opened(app, client, stack.pop_all())

    def _enter_hubs(self, stack: AsyncExitStack, app: App) -> None:
        """Load the WebSub subscriptions. `stack` saves them when the instance is closed."""
        if self.hubs is None:
            return
        self.hubs.begin(
            app.archive.store.subscriptions,
            app.configuration.sources,
            app.configuration.settings.site.callback,
        )
        stack.callback(self.hubs.save, app.archive.store.subscriptions)

    async def _close(self) -> None:
        """Close the instance, if it is open. Half a second later, start the jobs that waited for
        this: meanwhile, a command gets the lock."""
        opened = self._opened
        self._opened = None
        try:
            if opened is not None:
                async with self._opening_lock:
                    await opened.stack.aclose()
        finally:
            for name in self._postponed:
                self.bring_forward(name, _PAUSE_FOR_COMMANDS)
            self._postponed.clear()

    async def visit(self, opened: Opened) -> None:
        """The job of visits: visit the due sources, make thumbnails, ask the language model, and
        report all this. Start a build if one is due."""
        app = opened.app
        began = self.steady()
        report = await visit_due(
            app,
            Wanted(llm_seconds=LLM_SECONDS),
            partial(self._build_if_due, app),
            opened.client,
            settling=self._settling,
            walks=self._walks,
            hubs=self.hubs,
            hurry_build=partial(self._bring_build_forward, BUILD_SECONDS),
            stop=self.stop,
            watch=self._make_watch(VISITS),
        )
        seconds = self.steady() - began
        record_counters(
            app.archive,
            report.outcomes,
            report.built,
            seconds=seconds,
            down=report.down is not None,
        )
        if report.down is not None:
            self.warn(str(report.down))
            return
        self.report_visits(report)
        if report.outcomes:
            self._note_news()
        if self.hubs is not None and self.hubs.list_due(self.clock()):
            self.bring_forward(HUBS, 0)

    async def _build_if_due(self, app: App) -> BuildReport:
        """If a build is due, let the build job start soon. If the process is about to end, build
        here instead. Return the report of a build that was made here, else an empty one."""
        if self.stop.is_set():
            self._settling.hurry()
            return await build_due(app, self._settling, self._make_watch(VISITS).turn)
        if self._settling.is_due(app):
            self._bring_build_forward()
        return BuildReport()  # the job of the build reports what it built

    def _build_at_once(self) -> None:
        """Let the build job start as soon as the pause after the last build is over, without
        waiting for more articles."""
        self._settling.hurry()
        self._bring_build_forward()

    def _bring_build_forward(self, least_pause: float = 0.0) -> None:
        """Let the build job start when the pause after the last build is over. The pause is four
        times as long as that build took, but at least `least_pause` seconds."""
        pause = max(least_pause, _PAUSE_PER_SECOND * self._build_seconds)
        passed = self.steady() - self._built_at
        self.bring_forward(BUILD, max(pause - passed, 0.0))

    async def build(self, opened: Opened) -> None:
        """The build job: build the changed feeds that have waited long enough, and report the
        build. Then let the jobs start that depend on it: webhooks, digests and health."""
        app = opened.app
        app.archive.store.visits.commit()  # a build sees committed rows
        began = self.steady()
        report = await build_due(app, self._settling, self._make_watch(BUILD).turn)
        if not report.builds:
            return
        self._built_at = self.steady()
        self._build_seconds = self._built_at - began
        record_counters(app.archive, (), report)
        self.report_build(report)
        self._note_news()
        self.bring_forward(WEBHOOKS, 0)
        if app.configuration.settings.digest:
            self.bring_forward(DIGESTS, 0)

    async def serve_hubs(self, opened: Opened) -> None:
        """The job of hubs: read the pushes that wait, and ask hubs to begin, extend or end
        subscriptions. Does nothing if the setting `site.callback` is empty."""
        app = opened.app
        hubs = self.hubs
        if hubs is None or not app.configuration.settings.site.callback:
            return
        are_files_known = self._walks.is_unchanged(app.archive.article_store, app.configuration)
        watch = self._make_watch(HUBS)
        outcomes = await serve_hubs(
            app, hubs, opened.client, self._build_at_once, stop=self.stop, watch=watch
        )
        if are_files_known:
            # the only new article files are those of the pushes: the folder need not be read again
            self._walks.end(app.archive.article_store, app.configuration)
        if outcomes:
            record_counters(app.archive, outcomes, BuildReport())
            self._note_news()
        # this job had no time for these pushes, and only a new push would start the next job
        if hubs.waiting:
            self.bring_forward(HUBS, 0)

    async def serve_digests(self, opened: Opened) -> None:
        """The job of digests: if a digest is due, let the build job start soon, which makes it.
        Mail the digests that are made but not mailed yet."""
        if digests.is_due(opened.app.archive, opened.app.configuration.settings):
            self._bring_build_forward()
        self.report_problems(await mail_digests(opened.app.archive, opened.app.configuration))

    async def check_health(self, opened: Opened) -> None:
        """The job of health: check the conditions (faults and remarks) if a check is due, publish
        them, and send alerts that are due."""
        has_news = self._has_news
        self._has_news = False
        failed_reports = await check_health(
            opened.app.archive,
            opened.app.configuration,
            has_news=has_news,
            unreadable_because=self._unreadable_because,
        )
        self.report_problems(failed_reports)

    async def send_webhooks(self, opened: Opened) -> None:
        """The job of webhooks: send the messages that are due, both new ones and those that failed
        and are tried again."""
        self.report_problems(
            await webhooks.send_due_messages(
                opened.app.archive, opened.app.configuration, opened.app.jitter
            )
        )

    async def prune(self, opened: Opened) -> None:
        """The job of retention: delete the stored pages of articles that are too old."""
        prune_pages(opened.app)

    def _make_watch(self, name: str) -> Watch:
        """Return a watch, whose functions a job calls as it goes on. They note that the job `name`
        makes progress, so that it does not count as hanging, and call the watch of the process."""

        def note_filed(title: str) -> None:
            self.note_progress(name)
            self.watch.filed(title)

        def note_visited(outcome: Outcome) -> None:
            self.note_progress(name)
            self.watch.visited(outcome)

        def note_turn() -> None:
            self.note_progress(name)
            self.watch.turn()

        return replace(self.watch, filed=note_filed, visited=note_visited, turn=note_turn)

    def _note_news(self) -> None:
        """Let the health job start now, because something happened that may have changed the
        conditions."""
        self._has_news = True
        self.bring_forward(HEALTH, 0)

    def _note_end(self, name: str, opened: Opened) -> None:
        """Note that the job `name` has ended now. Store for all jobs when they last ended and when
        they start next, which `status` shows."""
        self._ended_at[name] = self.clock()
        ended_at = {job: self._ended_at[job] for job in JOBS if job in self._ended_at}
        write_schedule(opened.app.archive.store, ended_at, self.read_next_runs(), self.clock())

    def _warn_once(self, trouble: str) -> None:
        """Write a warning to the log, but the same one only once until the next job of visits:
        several jobs may meet the same trouble."""
        if trouble not in self._already_reported:
            self._already_reported.add(trouble)
            self.warn(trouble)

    async def _update_outage(self, name: str, error: SyndicatorError | None) -> None:
        """Note how the job `name` ended, and send an alert if it keeps failing, or if no job fails
        any more. `error`: why the job failed, None if it succeeded."""
        if self.last_good is None:  # nobody knows whom to alert
            return
        fault = await self._outage.note_end(
            self.last_good.settings, error, self.clock(), os.environ, job=name
        )
        if fault:
            self.warn(f"nobody could be told: {fault}")

    def read(self) -> Configuration:
        """Read the configuration and return it; report its changes and new faults. If it cannot be
        read, warn and return the last one that could. Raises ConfigError if there was none."""
        last_good = self.last_good
        try:
            present = read_configuration(self.config, before=last_good, remember=True)
        except ConfigError as error:
            if last_good is None:
                raise
            self._unreadable_because = str(error)
            self.warn(f"{error}; going on with the configuration read before")
            return last_good
        known_faults: Sequence[Fault] = ()
        if last_good is not None:
            known_faults = last_good.faults
            for line in list_changes(last_good, present):
                self.report_change(line)
        for fault in set(present.faults).difference(known_faults):
            self.warn(describe_wrong(fault))
        self.last_good = present
        self._unreadable_because = ""
        return present


# What `up` does, in the order in which a start does it. A job is done at its interval, and earlier
# if another calls for it; what is due is in the database, so that a restart, a clock that is set or
# a second process repeats nothing.
JOBS: Final = {
    VISITS: Job(_MINUTE, Jobs.visit),
    BUILD: Job(_MINUTE, Jobs.build),
    HUBS: Job(_MINUTE, Jobs.serve_hubs),
    DIGESTS: Job(_MINUTE, Jobs.serve_digests),
    HEALTH: Job(_MINUTE, Jobs.check_health),
    WEBHOOKS: Job(_MINUTE, Jobs.send_webhooks),
    RETENTION: Job(_DAY, Jobs.prune),
}


class Site:
    """The ASGI app of the server: published files, questions, health, and the callback for hubs.
    `silent_seconds`: returns for how many seconds the jobs of this process have made no progress;
    None if it has no jobs."""

    def __init__(
        self,
        settings: Settings,
        silent_seconds: Callable[[], float] | None = None,
        hubs: Registry | None = None,
        answers: Answers | None = None,
    ) -> None:
        self.settings = settings
        self._silent_seconds = silent_seconds
        self.hubs = hubs
        self._answers = answers
        self._app = self._make_app()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI defines it."""
        await self._app(scope, receive, send)

    def reload(self, settings: Settings) -> None:
        """Serve with these settings from now on. Host and port stay as they were at the start."""
        self.settings = settings
        self._app = self._make_app()

    def body_bytes(self, path: str) -> int:
        """Return how many bytes the body of a request to `path` may have. A push of a hub may be as
        large as a fetched feed."""
        is_push = path.startswith(PATH)
        return self.settings.fetch.wire_bytes if is_push else BODY_BYTES

    def _make_app(self) -> ASGIApp:
        """Return the ASGI app for the present settings: published files, health, and the callback
        for hubs if there is one."""
        settings = self.settings
        health = _make_health_check(settings, self._silent_seconds)
        site = add_health_paths(self._make_files_app(), health)
        if self.hubs is None or not settings.site.callback:
            return site
        callbacks = Callbacks(
            verify=self.hubs.verify, check_token=self.hubs.check_token, push=self.hubs.push
        )
        return add_callback_paths(site, callbacks)

    def _make_files_app(self) -> ASGIApp:
        """Return the ASGI app that serves the published files. If the setting `publish.questions`
        is on, it also answers questions, which are requests for the feed of a search."""
        settings = self.settings
        if not settings.public_dir:  # the files are in an object store
            return serve_nothing
        ask = None
        if self._answers and settings.publish.questions:
            ask = self._answers.questions(settings).answer
        return make_app(
            settings.public_dir,
            hubs=settings.publish.hubs,
            base_url=settings.base_url,
            secret_path=settings.publish.secret_path,
            ask=ask,
        )


def _make_health_check(settings: Settings, silent_seconds: Callable[[], float] | None) -> Health:
    """Return the functions by which the server answers requests for health, metrics and the health
    feed. `silent_seconds`: returns for how many seconds jobs have made no progress, 0 if that is
    not too long; None if no jobs run in this process."""
    token = ""
    with suppress(OSError):  # without a token there is no health feed
        token = ensure_feed_token(settings.state_dir)
    has_jobs = silent_seconds is not None

    def describe_silence() -> str:
        """Return a text if jobs hang, "" if all is well."""
        if silent_seconds is None:
            return ""
        silence = silent_seconds()
        return f"no progress for {silence:.0f} s" if silence else ""

    # `ready`, `metrics` and `feed` read the database, so they run in a thread
    return Health(
        alive=describe_silence,
        ready=lambda: asyncio.to_thread(metrics.describe_missing_part, settings, writes=has_jobs),
        metrics=lambda: asyncio.to_thread(metrics.measure_instance, settings),
        metrics_type=metrics.CONTENT_TYPE,
        feed=lambda: asyncio.to_thread(metrics.make_health_feed, settings, token),
        feed_name=feed_name(token),
        token=token,
    )


async def serve_console(app: ASGIApp, settings: Settings, **how: Any) -> None:
    """Serve the console on the host and port of its settings. `how`: further parameters of the
    server, such as `stop`, an event that ends it. Raises MissingError if the port is taken."""
    await serve_app(app, settings.console.host, settings.console.port, **how)


async def serve_programs(app: ASGIApp, port: int, **how: Any) -> None:
    """Serve the API for programs, to this machine only. `how`: further parameters of the server,
    such as `stop`, an event that ends it. Raises MissingError if the port is taken."""
    await serve_app(app, LOOPBACK, port, **how)


async def serve(site: Site, *, stop: asyncio.Event, listening: Callable[[str], None]) -> None:
    """Serve the published files until `stop` is set. `listening`: is called with the address of the
    server when it listens. Raises MissingError if the port is taken."""
    settings = site.settings
    if settings.public_dir is not None:
        settings.public_dir.mkdir(parents=True, exist_ok=True)
    host = settings.publish.host
    port = settings.publish.port
    await serve_app(site, host, port, stop=stop, listening=listening, body_bytes=site.body_bytes)
