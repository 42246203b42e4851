"""A run: visit due sources and build stale feeds. `refresh` makes one, `up` one a minute."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from syndicator.core.errors import NetworkDown
from syndicator.core.model import Outcome, Problem, SourceState
from syndicator.core.ports import Fetcher
from syndicator.processes.worker import Worker
from syndicator.publishing.selection.staleness import BuildReport
from syndicator.services import reconcile, thumbnails
from syndicator.services.build import BUILD_SECONDS, build_feeds, build_meanwhile, together
from syndicator.services.container import App, SharedClient, task_group
from syndicator.services.container import Watch as Watch
from syndicator.services.descriptions.enrich_report import EnrichReport
from syndicator.services.health.follow import follow
from syndicator.services.mending.reread import newly_outdated
from syndicator.services.naming import need_sources
from syndicator.services.reconcile import Walks
from syndicator.services.recovery import start
from syndicator.services.settling import Settling

if TYPE_CHECKING:
    from syndicator.services.pushes import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    outcomes: tuple[Outcome, ...]
    built: BuildReport
    problems: tuple[Problem, ...]  # article files that could not be read
    llm: EnrichReport = field(default_factory=EnrichReport)  # the answers of the language model after the first build
    untold: tuple[Problem, ...] = ()  # reports that failed: alerts, the file of metrics
    outdated: int = 0  # articles that an older version read; only in the first run after an upgrade
    down: NetworkDown | None = None  # no source could be reached

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

    def built(self, report: BuildReport) -> None:
        self.files += len(report.written)

    def ran(self, report: RunReport) -> None:
        self.runs += 1
        self.built(report.built)


def remake(app: App) -> None:
    """Rebuild a lost database, and learn lost tags anew."""
    from syndicator.services.article_files.intake import reindex
    from syndicator.services.descriptions.redescribe import learn

    if reindex(app).unlearnt:
        learn(app)


async def run(app: App, wanted: Wanted, *, stop: asyncio.Event, watch: Watch = Watch()) -> RunReport:
    """Visit, building meanwhile; then ask the language model and build again; then do what is periodic in `up`. The
    caller holds the lock. Raises NetworkDown, UsageError, StoreError, OSError."""
    began = asyncio.get_running_loop().time()
    async with aclosing(SharedClient(app)) as client:
        build = partial(build_feeds, app, turn=watch.turn)
        report = await visit_due(app, wanted, build, client, stop=stop, watch=watch)
    if report.down is None:
        prune_pages(app)
    seconds = asyncio.get_running_loop().time() - began
    down = report.down is not None
    untold = await follow(app, report.outcomes, report.built, seconds=seconds, down=down)
    if report.down is not None:
        raise report.down
    return replace(report, untold=untold)


async def visit_due(
    app: App,
    wanted: Wanted,
    build: Callable[[], Awaitable[BuildReport]],
    client: SharedClient,
    *,
    settling: Settling | None = None,
    walks: Walks | None = None,
    hubs: "Registry | None" = None,
    urgent: Callable[[], None] = lambda: None,
    stop: asyncio.Event,
    watch: Watch = Watch(),
) -> RunReport:
    """Visit the sources that are due; `build` is called when there is something new. With `settling`, `urgent` is
    called during the visits when articles cannot wait; without, feeds are built meanwhile. `walks` may skip walks.
    Raises UsageError, StoreError, OSError."""
    began = asyncio.get_running_loop().time()
    reconcile.edited_sources(app)
    problems = walks.files(app) if walks else reconcile.files(app)
    due = _due(app, wanted)
    watch.started(len(due))
    meanwhile: float | None = wanted.build_seconds
    if settling:
        settling.begin(app)
        watch = _noting(watch, settling, urgent, {state.key for state in due if state.first_visit is None})
        meanwhile = None
    outcomes: list[Outcome] = []
    built, down = BuildReport(), None
    fetcher = client.open() if due or thumbnails.wanted(app) else None
    async with thumbnails.taking(app, fetcher, stop) as pictures:
        if due and fetcher:
            outcomes, built, down = await _visit_and_build(app, due, wanted, stop, watch, fetcher, meanwhile, hubs)
        built = together(built, await build())
        if pictures and not down:
            await pictures.finish(_left(wanted, began, thumbnails.SECONDS))
    if pictures and pictures.changed:
        built = together(built, await build())
    if down:
        return RunReport(outcomes=tuple(outcomes), built=built, problems=problems, down=down)
    enriched = await ask_model(app, stop, _left(wanted, began, wanted.llm_seconds), watch.filed)
    if enriched.changed:
        built = together(built, await build())
    start.mark(app)
    problems = (*problems, *start.compare(app))
    if walks:
        walks.end(app)
    report = RunReport(outcomes=tuple(outcomes), built=built, problems=problems, llm=enriched)
    return replace(report, outdated=newly_outdated(app))


def prune_pages(app: App) -> None:
    """Delete kept pages older than `store.pages_days`."""
    app.snapshots.prune(app.clock() - timedelta(days=app.settings.store.pages_days), daily=True)


def _noting(watch: Watch, settling: Settling, urgent: Callable[[], None], firsts: Collection[str]) -> Watch:
    """Return `watch` that also reports new articles to `settling`. It calls `urgent` for those of the sources `firsts`,
    and if many wait."""

    def filed(title: str) -> None:
        settling.filed()
        if settling.has_many():
            urgent()
        watch.filed(title)

    def visited(outcome: Outcome) -> None:
        if outcome.key in firsts and outcome.added:
            settling.hurry()
            urgent()
        watch.visited(outcome)

    return replace(watch, filed=filed, visited=visited)


async def ask_model(app: App, stop: asyncio.Event, seconds: float, filed: Callable[[str], None]) -> EnrichReport:
    """Ask the language model, if configured, for up to `seconds`."""
    if not app.settings.describe.llm.url:
        return EnrichReport()
    from syndicator.services.descriptions.enrich import enrich

    return await enrich(app, stop=stop, seconds=seconds, filed=filed)


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
    meanwhile: float | None,
    hubs: "Registry | None",
) -> tuple[list[Outcome], BuildReport, NetworkDown | None]:
    # imported here, so that a run with nothing due does not load the modules that fetch and parse
    from syndicator.pipeline.visit import visit_all
    from syndicator.services.container import make_context

    """Visit. Build meanwhile every `meanwhile` seconds, if they are given."""
    down, over, worker = None, asyncio.Event(), make_worker(app)
    building: asyncio.Task[BuildReport] | None = None
    outcomes: list[Outcome] = []
    async with task_group() as group:
        if meanwhile is not None:
            building = group.create_task(build_meanwhile(app, over, meanwhile, watch.turn))
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
    built = building.result() if building else BuildReport()
    return outcomes, built, down


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
