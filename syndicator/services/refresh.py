"""A run: visit due sources and build stale feeds. `refresh` makes one, `up` one a minute."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from syndicator.core.errors import NetworkDown
from syndicator.core.model import Outcome, Problem, SourceState
from syndicator.core.ports import Fetcher
from syndicator.processes.worker import Worker
from syndicator.publishing.selection.staleness import BuildReport
from syndicator.services import reconcile, thumbnails
from syndicator.services.build import BUILD_SECONDS, build_due, build_meanwhile, together
from syndicator.services.container import App, make_fetcher, task_group
from syndicator.services.container import Watch as Watch
from syndicator.services.descriptions.enrich_report import EnrichReport
from syndicator.services.health.follow import follow
from syndicator.services.mending.reread import newly_outdated
from syndicator.services.naming import need_sources
from syndicator.services.reconcile import Walks
from syndicator.services.recovery import start
from syndicator.services.settling import Settling

if TYPE_CHECKING:
    from syndicator.services.pushes import Intake, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    outcomes: tuple[Outcome, ...]
    built: BuildReport
    problems: tuple[Problem, ...]  # article files that could not be read
    llm: EnrichReport  # the answers of the language model after the first build
    untold: tuple[Problem, ...] = ()  # reports that failed: alerts, the file of metrics
    outdated: int = 0  # articles that an older version read; only in the first run after an upgrade

    @property
    def failed(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.status in ("failed", "disabled"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The sources that a run visits, and the limits of the run."""

    keys: Collection[str] = ()  # keys of sources to visit, due or not
    all: bool = False  # visit every enabled source
    failed: bool = False  # visit every enabled source whose last visit failed
    relearn: bool = False  # learn the lists of the pages of `keys` again
    limit: int | None = None  # pages of each source
    max_seconds: float | None = None
    llm_seconds: float = 300.0  # for the language model, within max_seconds: a choice
    build_seconds: float = BUILD_SECONDS  # between two builds during visits
    configuration: str = ""  # the fault of the configuration, if an earlier one is used

    @property
    def asked(self) -> bool:
        """True if a person chose the sources."""
        return bool(self.keys or self.all or self.failed)


@dataclass(slots=True)
class Totals:
    """Counts since `up` or a worker started, for its last line."""

    runs: int = 0
    jobs: int = 0  # hosts that a worker took
    visits: int = 0
    failed: int = 0
    articles: int = 0
    files: int = 0

    def visited(self, outcome: Outcome) -> None:
        self.visits += 1
        self.failed += outcome.status in ("failed", "disabled")
        self.articles += len(outcome.added)

    def ran(self, report: RunReport) -> None:
        self.runs += 1
        self.files += len(report.built.written)


def remake(app: App) -> None:
    """Rebuild a lost database, and learn lost tags anew."""
    from syndicator.services.article_files.intake import reindex
    from syndicator.services.descriptions.redescribe import learn

    if reindex(app).unlearnt:
        learn(app)


async def run(
    app: App,
    wanted: Wanted,
    settling: Settling | None = None,
    walks: Walks | None = None,
    hubs: "Registry | None" = None,
    *,
    stop: asyncio.Event,
    watch: Watch = Watch(),
) -> RunReport:
    """Visit, building meanwhile; then ask the language model and build again. The caller holds the lock. `settling` may
    defer builds, `walks` may skip walks. Raises NetworkDown, UsageError, StoreError, OSError."""
    began = asyncio.get_running_loop().time()
    reconcile.edited_sources(app)
    problems = walks.files(app) if walks else reconcile.files(app)
    due = _due(app, wanted)
    watch.started(len(due))
    if settling:
        settling.begin(app)
        watch = _noting(watch, settling, {state.key for state in due if state.first_visit is None})
    outcomes: list[Outcome] = []
    built, down = BuildReport(), None
    client = _client(app, wanted=bool(due) or thumbnails.wanted(app))
    async with client as fetcher, _taking(app, hubs, fetcher, stop, watch, settling) as intake:
        async with thumbnails.taking(app, fetcher, stop) as pictures:
            if due and fetcher:
                outcomes, built, down = await _visit_and_build(app, due, wanted, stop, watch, fetcher, settling, hubs)
            if settling and stop.is_set():
                settling.hurry()  # there may be no later run
            built = together(built, await build_due(app, settling, watch.turn))
            if pictures and not down:
                await pictures.finish(_left(wanted, began, thumbnails.SECONDS))
        if pictures and pictures.changed:
            built = together(built, await build_due(app, settling, watch.turn))
        if down:
            seconds = asyncio.get_running_loop().time() - began
            await follow(app, outcomes, built, seconds=seconds, down=True, configuration=wanted.configuration)
            raise down
        enriched = await ask_model(app, stop, _left(wanted, began, wanted.llm_seconds), watch.filed)
        if enriched.changed:
            built = together(built, await build_due(app, settling, watch.turn))
        outcomes, built = await _with_pushes(intake, outcomes, built)
    start.mark(app)
    problems = (*problems, *start.compare(app))
    if settling:
        settling.end(app)
    if walks:
        walks.end(app)
    app.snapshots.prune(app.clock() - timedelta(days=app.settings.store.pages_days), daily=True)
    seconds = asyncio.get_running_loop().time() - began
    untold = await follow(app, outcomes, built, seconds=seconds, configuration=wanted.configuration)
    report = RunReport(outcomes=tuple(outcomes), built=built, problems=problems, llm=enriched, untold=untold)
    return replace(report, outdated=newly_outdated(app))


def _taking(
    app: App,
    hubs: "Registry | None",
    fetcher: Fetcher | None,
    stop: asyncio.Event,
    watch: Watch,
    settling: Settling | None,
) -> "AbstractAsyncContextManager[Intake | None]":
    """Take pushes of hubs within the block. Imports the module only if there are hubs."""
    if hubs is None:
        return nullcontext()
    from syndicator.services.pushes import taking

    return taking(app, hubs, fetcher, stop, watch, settling)


async def _with_pushes(
    intake: "Intake | None", outcomes: list[Outcome], built: BuildReport
) -> tuple[list[Outcome], BuildReport]:
    if intake is None:
        return outcomes, built
    await intake.finish()
    return [*outcomes, *intake.outcomes], together(built, intake.built)


def _noting(watch: Watch, settling: Settling, firsts: Collection[str]) -> Watch:
    """Return `watch` that also reports new articles to `settling`, and at once those of the sources `firsts`."""

    def filed(title: str) -> None:
        settling.filed()
        watch.filed(title)

    def visited(outcome: Outcome) -> None:
        if outcome.key in firsts and outcome.added:
            settling.hurry()
        watch.visited(outcome)

    return replace(watch, filed=filed, visited=visited)


async def ask_model(app: App, stop: asyncio.Event, seconds: float, filed: Callable[[str], None]) -> EnrichReport:
    """Ask the language model, if configured, for up to `seconds`."""
    if not app.settings.describe.llm.url:
        return EnrichReport()
    from syndicator.services.descriptions.enrich import enrich

    return await enrich(app, stop=stop, seconds=seconds, filed=filed)


def _client(app: App, *, wanted: bool) -> AbstractAsyncContextManager[Fetcher | None]:
    return aclosing(make_fetcher(app)) if wanted else nullcontext()


def _left(wanted: Wanted, began: float, most: float) -> float:
    if wanted.max_seconds is None:
        return most
    return min(most, began + wanted.max_seconds - asyncio.get_running_loop().time())


async def _visit_and_build(
    app: App,
    due: list[SourceState],
    wanted: Wanted,
    stop: asyncio.Event,
    watch: Watch,
    fetcher: Fetcher,
    settling: Settling | None,
    hubs: "Registry | None",
) -> tuple[list[Outcome], BuildReport, NetworkDown | None]:
    # imported here, so that a run with nothing due does not load the modules that fetch and parse
    from syndicator.pipeline.visit import visit_all
    from syndicator.services.container import make_context

    down, over, worker = None, asyncio.Event(), make_worker(app)
    outcomes: list[Outcome] = []
    async with task_group() as group:
        building = group.create_task(build_meanwhile(app, over, wanted.build_seconds, watch.turn, settling))
        try:
            outcomes = await visit_all(
                [(app.sources[state.key], state) for state in due],
                make_context(app, fetcher, worker, watch.filed, asked=wanted.asked, hubs=hubs),
                limit=wanted.limit,
                max_seconds=wanted.max_seconds,
                stop=stop,
                done=watch.visited,
            )
        except NetworkDown as error:
            down = error
        finally:
            over.set()
            await worker.aclose()
    return outcomes, building.result(), down


def make_worker(app: App) -> Worker:
    preload = ("syndicator.visiting.feeds.parser",)  # not the reader of pages: a run without pages saves 0.3 s
    return Worker(count=app.settings.fetch.workers, preload=preload)


def _due(app: App, wanted: Wanted) -> list[SourceState]:
    visits = app.store.visits
    need_sources(app, wanted.keys)
    if wanted.keys:
        named = (state for key in dict.fromkeys(wanted.keys) if (state := visits.state(key)))
        return [_asked_now(replace(state.asked_whole(), listing=None) if wanted.relearn else state) for state in named]
    if wanted.asked:
        states = visits.states()
        enabled = [states[key] for key, source in app.sources.items() if source.enabled]
        return [_asked_now(state) for state in enabled if wanted.all or state.reason or state.disabled]
    due = app.store.visits.due(app.clock())
    return [state for state in due if state.key in app.sources and app.sources[state.key].enabled]


def _asked_now(state: SourceState) -> SourceState:
    return replace(state, next_due=state.feed_due or state.next_due, feed_due=None)
