"""Make a run: visit due sources, build stale feeds, prune kept pages, report the run.

`refresh` makes one run, `up` one a minute."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from syndicator.app.clients import SharedClient, make_worker, task_group
from syndicator.app.container import App
from syndicator.app.container import Watch as Watch
from syndicator.app.contexts import make_context
from syndicator.app.lookup import need_sources
from syndicator.core.errors import Fault, NetworkDown
from syndicator.core.model import Outcome, Problem, SourceState
from syndicator.core.ports import Fetcher
from syndicator.health.after_run import report_run
from syndicator.pictures import thumbnails
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.runs.build import BUILD_SECONDS, build_feeds, build_meanwhile, merge_reports
from syndicator.runs.build_timing import Settling
from syndicator.upkeep import reconcile, recovery
from syndicator.upkeep.model.report import AskReport
from syndicator.upkeep.passes.choose import count_newly_outdated
from syndicator.upkeep.reconcile import Walks
from syndicator.upkeep.reindex import reindex

if TYPE_CHECKING:
    from syndicator.runs.pushes import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """The report of a run: its visits, the files that it built, and the faults that it met."""

    outcomes: tuple[Outcome, ...]
    built: BuildReport
    problems: tuple[Problem, ...]  # article files that could not be read
    # the answers of the language model after the first build
    llm: AskReport = field(default_factory=AskReport)
    failed_reports: tuple[Problem, ...] = ()  # alerts, the file of metrics
    outdated: int = 0  # articles that an older version read; only in the first run after an upgrade
    down: NetworkDown | None = None  # no source could be reached
    followed: int = 0  # sources that are not paused
    remarks: tuple[Fault, ...] = ()  # what the configuration says for nothing
    faults: tuple[Fault, ...] = ()  # of the configuration: what was valid before counted

    @property
    def failed(self) -> tuple[Outcome, ...]:
        return tuple(
            outcome for outcome in self.outcomes if outcome.status in ("failed", "disabled")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The sources that a run visits, and the limits of the run. Without `keys`, `all` and `failed`,
    the sources that are due are visited."""

    keys: Collection[str] = ()  # keys of sources to visit, due or not
    all: bool = False  # visit every enabled source
    failed: bool = False  # visit every enabled source whose last visit failed
    relearn: bool = False  # find out again what stands at the addresses of `keys`
    limit: int | None = None  # pages of each source
    max_seconds: float | None = None
    llm_seconds: float = 300.0  # for the language model, within max_seconds: a choice
    build_seconds: float = BUILD_SECONDS  # between two builds during visits

    @property
    def asked(self) -> bool:
        """True if a person chose the sources: they are visited even if they are not due."""
        return bool(self.keys or self.all or self.failed)


@dataclass(slots=True)
class Totals:
    """Counts since the start of `up` or of a worker. They are logged at its end."""

    runs: int = 0
    jobs: int = 0  # hosts that a worker took
    visits: int = 0
    failed: int = 0
    articles: int = 0
    files: int = 0

    def count_visit(self, outcome: Outcome) -> None:
        """Count a visit."""
        self.visits += 1
        self.failed += outcome.status in ("failed", "disabled")
        self.articles += len(outcome.added)

    def add_build(self, report: BuildReport) -> None:
        self.files += len(report.written)

    def add_run(self, report: RunReport) -> None:
        self.runs += 1
        self.add_build(report.built)


def remake(app: App) -> None:
    """Rebuild a lost database from the article files. If the models that choose tags are lost, too,
    learn them again from the articles."""
    # imported here, because it is rarely needed
    from syndicator.upkeep.tags.learning import learn

    if reindex(app.archive, app.configuration).unlearnt:
        learn(app.archive, app.configuration)


async def run(
    app: App, request: Wanted, *, stop: asyncio.Event, watch: Watch = Watch()
) -> RunReport:
    """Make one run: visit the sources of `request`, build the stale feeds, delete old kept pages,
    and send alerts that are due. Return the report of the run. The caller must hold the lock of the
    instance. `stop`: set to end the run early. `watch`: its functions are called as the run goes
    on. Raises UsageError for an unknown source, NetworkDown (after the run was recorded),
    StoreError or OSError."""
    read_clock = asyncio.get_running_loop().time
    began = read_clock()
    async with aclosing(SharedClient(app.archive, app.configuration.settings)) as client:
        build = partial(build_feeds, app, turn=watch.turn)
        report = await visit_due(app, request, build, client, stop=stop, watch=watch)
    down = report.down
    if down is None:
        prune_pages(app)
    # a run without a network is recorded, too, before NetworkDown is raised
    seconds = read_clock() - began
    failed_reports = await report_run(
        app.archive,
        app.configuration,
        app.jitter,
        report.outcomes,
        report.built,
        seconds=seconds,
        down=down is not None,
    )
    if down is not None:
        raise down
    return replace(report, failed_reports=failed_reports)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visits:
    """The outcomes of a run's visits, and the report of builds during them. `down`: set if no
    source could be reached."""

    outcomes: Sequence[Outcome] = ()
    built: BuildReport = field(default_factory=BuildReport)
    down: NetworkDown | None = None


async def visit_due(
    app: App,
    request: Wanted,
    build: Callable[[], Awaitable[BuildReport]],
    client: SharedClient,
    *,
    settling: Settling | None = None,
    walks: Walks | None = None,
    hubs: "Registry | None" = None,
    hurry_build: Callable[[], None] = lambda: None,
    stop: asyncio.Event,
    watch: Watch = Watch(),
) -> RunReport:
    """Visit due sources, make thumbnails and ask the language model. Call `build` after each of
    these steps if published files may have changed. Return the report of all steps.
    `settling`: decides when `up` builds; if it is None, feeds are also built during the visits.
    `hurry_build`: with `settling`, is called for articles that must not wait for others. `walks`:
    skips folders that did not change. Raises UsageError, StoreError or OSError."""
    began = asyncio.get_running_loop().time()
    archive = app.archive
    configuration = app.configuration
    problems = _apply_edits(app, walks)
    due = _list_states_to_visit(app, request)
    watch.started(len(due))
    build_seconds = None if settling else request.build_seconds
    if settling:
        settling.begin(app)
        watch = _watch_for_urgent(watch, settling, hurry_build, due)
    visits = _Visits()
    has_requests = due or thumbnails.has_due_pictures(archive, configuration)
    fetcher = client.open() if has_requests else None
    async with thumbnails.take_pictures(archive, configuration, fetcher, stop) as pictures:
        if due and fetcher:
            visits = await _visit_and_build(
                app, due, request, stop, watch, fetcher, build_seconds, hubs
            )
        built = merge_reports(visits.built, await build())
        if pictures and visits.down is None:
            await pictures.finish(_limit_seconds(request, began, thumbnails.SECONDS))
    if pictures and pictures.changed:
        built = merge_reports(built, await build())
    report = _make_report(app, visits, built, problems)
    if visits.down is not None:
        return report
    model_seconds = _limit_seconds(request, began, request.llm_seconds)
    answers = await ask_model(app, stop, model_seconds, watch.filed)
    if answers.changed:
        built = merge_reports(built, await build())
    # by this time, a restored backup of the articles or of the database is noticed
    recovery.write_newest_time(archive)
    problems = (*problems, *recovery.compare_clocks(archive))
    if walks:
        walks.end(archive.article_store, app.configuration)
    return replace(
        report,
        built=built,
        problems=problems,
        llm=answers,
        outdated=count_newly_outdated(archive, configuration.sources),
    )


def _apply_edits(app: App, walks: Walks | None) -> tuple[Problem, ...]:
    """Update the database after edits of sources and of article files. Return a problem for each
    article file that cannot be read. `walks`: skips folders of articles that did not change, None
    to read them all."""
    reconcile.update_edited_sources(app.archive, app.configuration)
    update_from_files = walks.update_from_files if walks else reconcile.update_from_files
    return update_from_files(app.archive, app.configuration)


def _make_report(
    app: App, visits: "_Visits", built: BuildReport, problems: tuple[Problem, ...]
) -> RunReport:
    """Return the report of a run after its visits, before the language model is asked. `visits`:
    their outcomes. `built`: report of the builds so far. `problems`: article files that could not
    be read."""
    return RunReport(
        outcomes=tuple(visits.outcomes),
        built=built,
        problems=problems,
        down=visits.down,
        followed=sum(source.enabled for source in app.configuration.sources.values()),
        faults=app.configuration.faults,
    )


def prune_pages(app: App) -> None:
    """Delete the stored pages of articles that are older than the setting `store.pages_days`."""
    age = timedelta(days=app.configuration.settings.store.pages_days)
    app.archive.snapshots.prune(app.archive.clock() - age, daily=True)


def _watch_for_urgent(
    watch: Watch, settling: Settling, hurry_build: Callable[[], None], due: Sequence[SourceState]
) -> Watch:
    """Return a watch that does the same as `watch`, and also starts builds early: it counts each
    new article in `settling`, and calls `hurry_build` when many articles wait, and when the first
    visit of a source brought articles. `due`: the states of the sources that are visited."""
    first_visits = {state.key for state in due if state.visits.first_visit is None}

    def count_filed(title: str) -> None:
        """A visit calls this when it has filed a new article."""
        settling.count_article()
        if settling.has_many():
            hurry_build()
        watch.filed(title)

    def hurry_after_first_visit(outcome: Outcome) -> None:
        """A visit calls this when it has ended."""
        if outcome.key in first_visits and outcome.added:
            settling.hurry()
            hurry_build()
        watch.visited(outcome)

    return replace(watch, filed=count_filed, visited=hurry_after_first_visit)


async def ask_model(
    app: App, stop: asyncio.Event, seconds: float, filed: Callable[[str], None]
) -> AskReport:
    """Ask the language model about articles that it has not described yet, for at most `seconds`.
    Return the report, an empty one if no model is configured. `filed`: is called with the title of
    each article that was changed."""
    if not app.configuration.settings.describe.llm.url:
        return AskReport()
    from syndicator.upkeep.model.ask import ask_about_articles

    return await ask_about_articles(
        app.archive, app.configuration, stop=stop, seconds=seconds, filed=filed
    )


def _limit_seconds(request: Wanted, began: float, limit: float) -> float:
    """Return how many seconds a part of a run may take: `limit`, or fewer if the run must end
    earlier. `request`: has the limit of the whole run. `began`: when the run began, by the clock of
    the event loop."""
    if request.max_seconds is None:
        return limit
    end_of_run = began + request.max_seconds
    seconds_left = end_of_run - asyncio.get_running_loop().time()
    return min(limit, seconds_left)


async def _visit_and_build(
    app: App,
    due: list[SourceState],
    request: Wanted,
    stop: asyncio.Event,
    watch: Watch,
    fetcher: Fetcher,
    build_seconds: float | None,
    hubs: "Registry | None",
) -> _Visits:
    """Visit the sources of `due`, and build feeds at the same time. Return the outcomes of the
    visits and the report of the builds. If no source can be reached, the result says so, and no
    NetworkDown is raised. `due`: the states of the sources. `build_seconds`: pause between two
    builds, None to build nothing. `hubs`: the WebSub subscriptions."""
    # imported here, so that a run with nothing due does not load the modules that fetch and parse
    from syndicator.filing.visit import visit_all

    down: NetworkDown | None = None
    outcomes: Sequence[Outcome] = ()
    visits_over = asyncio.Event()  # the builds end when it is set
    worker = make_worker(app.configuration.settings)
    context = make_context(
        app.archive,
        app.configuration,
        app.jitter,
        fetcher,
        worker,
        watch.filed,
        asked=request.asked,
        hubs=hubs,
        pages=watch.pages,
    )
    building: asyncio.Task[BuildReport] | None = None
    async with task_group() as group:
        if build_seconds is not None:
            building = group.create_task(
                build_meanwhile(app, visits_over, build_seconds, watch.turn)
            )
        try:
            outcomes = await visit_all(
                [(app.configuration.sources[state.key], state) for state in due],
                context,
                limit=request.limit,
                max_seconds=request.max_seconds,
                stop=stop,
                done=watch.visited,
            )
        except NetworkDown as error:
            down = error
        finally:
            visits_over.set()
            await worker.aclose()
    if building is None:
        return _Visits(outcomes=outcomes, down=down)
    return _Visits(outcomes=outcomes, built=building.result(), down=down)


def _list_states_to_visit(app: App, request: Wanted) -> list[SourceState]:
    """Return the states of the sources that this run visits: those that a person chose by key, all,
    or those whose last visit failed, as `request` says; else those that are due. Raises UsageError
    if a chosen source does not exist."""
    visits = app.archive.store.visits
    sources = app.configuration.sources
    need_sources(sources, request.keys, app.configuration.folder)
    due: list[SourceState] = []
    if request.keys:
        for key in dict.fromkeys(request.keys):  # a key may be named twice
            stored_state = visits.state(key)
            if stored_state is None:
                continue
            # `forgets`: the state without what was learnt about the address
            state = stored_state.forget_discovery() if request.relearn else stored_state
            due.append(_make_due(state))
        return due
    if request.asked:
        states = visits.states()
        for key, source in sources.items():
            if not source.enabled:
                continue
            backoff = states[key].backoff
            last_visit_failed = backoff.reason or backoff.disabled
            if request.all or last_visit_failed:
                due.append(_make_due(states[key]))
        return due
    for state in visits.list_due_states(app.archive.clock()):
        configured = sources.get(state.key)
        if configured is not None and configured.enabled:
            due.append(state)
    return due


def _make_due(state: SourceState) -> SourceState:
    """Return the state of a source, changed so that its next visit fetches the feed even if only
    waiting entries were to be read. A person asked for this visit."""
    next_due = state.schedule.feed_due or state.schedule.next_due
    schedule = replace(state.schedule, next_due=next_due, feed_due=None)
    return replace(state, schedule=schedule)
