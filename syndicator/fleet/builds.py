"""Do the jobs that one worker at a time does for all workers: builds, upkeep, filling the queue.

Upkeep makes thumbnails, asks the language model and reports; it comes every minute."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from datetime import datetime, timedelta
from typing import Final

from syndicator.app.clients import make_fetcher
from syndicator.app.container import App
from syndicator.app.lock import hold_run_lock
from syndicator.configuration.settings import parse_duration
from syndicator.core.errors import LockedError
from syndicator.core.model import FeedKey
from syndicator.core.program import logger
from syndicator.fleet.lanes import Session
from syndicator.health.after_run import record_counters, report_run
from syndicator.pictures import thumbnails
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.publishing.selection.pace import HOUR
from syndicator.runs.build import LONGEST, build_feeds, has_new_inputs
from syndicator.runs.build_timing import find_build_time, has_unbuilt_source, make_pause_filter
from syndicator.runs.refresh import ask_model, prune_pages
from syndicator.sending import digests
from syndicator.store.fleet.jobs import BUILD, FILL, UPKEEP, Job
from syndicator.store.postgres import JobLost
from syndicator.stories import hourly_updates

# Choices, in seconds: until the next try if a command has the lock; between two upkeeps; for
# pictures and for the language model while a worker has the lock.
_RETRY_SECONDS: Final = 2.0
_UPKEEP_SECONDS: Final = 60.0
_PICTURES_SECONDS: Final = 20.0
_MODEL_SECONDS: Final = 60.0


async def do_common_job(session: Session, job: Job) -> None:
    """Do a job that one worker does for all workers (a build, upkeep, or the filling of the queue),
    and plan the next one. If a command holds the lock of runs, plan the job again in two seconds.
    Raises StoreError or OSError."""
    store = session.app.archive.store
    planned: Mapping[str, datetime] = {}  # task -> time of its next job
    try:
        if job.task == FILL:
            _fill_queue(session)
        else:
            work = _build_rested_feeds if job.task == BUILD else _keep_up
            with _hold_run_lock(session):
                planned = await work(session)
    except LockedError as error:
        logger("worker").debug("a job waits for the lock", job=job.task, detail=str(error))
        planned = {job.task: _add_to_now(session.app, _RETRY_SECONDS)}
    try:
        store.builds().end(job, planned)
    except JobLost as lost:
        logger("worker").info("work was lost", detail=str(lost))


def _fill_queue(session: Session) -> None:
    """Create the jobs that are missing in the queue, as after a crash. Also delete the rows of
    hosts that have no sources any more."""
    store = session.app.archive.store
    session.shards.fill()
    store.builds().fill()
    store.hosts(session.lease).prune()


def plan_after_edits(app: App) -> None:
    """Plan a build for now if anything but articles changed since the last build, such as settings
    or sources."""
    if has_new_inputs(app):
        app.archive.store.builds().plan(BUILD, app.archive.clock())


def count_visits(session: Session) -> None:
    """Add the visits of this worker that were not counted yet to the counters of all workers."""
    outcomes = session.take_outcomes()
    if outcomes:
        record_counters(session.app.archive, outcomes, BuildReport())


@contextmanager
def _hold_run_lock(session: Session) -> Iterator[None]:
    """Hold the lock of runs during the block: only one process may have it. Raises LockedError if
    another process has it. If the lock is lost during the block, writes raise StoreAway."""
    store = session.app.archive.store
    with hold_run_lock(session.app.configuration.settings, purpose="a build") as check_lock:
        store.set_guard(check_lock)  # called before each write
        try:
            yield
        finally:
            store.set_guard()


async def _build_rested_feeds(session: Session) -> Mapping[str, datetime]:
    """Build the stale feeds whose last build is long enough ago. Return the time of the next build,
    as task -> time."""
    app = session.app
    began = time.monotonic()
    built = await build_feeds(app, accepts=_choose_feeds(app), seconds=LONGEST)
    app.archive.store.index.record_builds(built.shown, app.archive.clock())
    await _report_job(session, built, began)
    session.totals.add_build(built)
    logger("worker").info("built", files=len(built.written), held=len(built.held))

    has_stale_feeds = bool(app.archive.store.index.newest_mark())
    if built.left or has_stale_feeds:
        settle_seconds = parse_duration(app.configuration.settings.publish.settle)
        return {BUILD: _add_to_now(app, settle_seconds)}
    # a build also looks for changes that make no feed stale, such as a replaced web root
    return {BUILD: _add_to_now(app, HOUR)}


def _choose_feeds(app: App) -> Callable[[FeedKey], bool] | None:
    """Return a function that tells whether a stale feed must be built now. Return None to build all
    stale feeds, because a change must not wait."""
    may_articles_wait = bool(parse_duration(app.configuration.settings.publish.settle))
    if not may_articles_wait or has_unbuilt_source(app):
        return None
    built = app.archive.store.index.builds()
    return make_pause_filter(app, built, app.archive.clock().timestamp())


async def _keep_up(session: Session) -> Mapping[str, datetime]:
    """Do the upkeep: make thumbnails, ask the language model, delete old stored pages, and report.
    Return task -> time of its next job: for the upkeep, and for a build if something has changed
    for which no visit has planned a build."""
    app = session.app
    began = time.monotonic()
    await _take_pictures(session)
    await ask_model(app, session.stop, _MODEL_SECONDS, lambda title: None)
    prune_pages(app)
    await _report_job(session, BuildReport(), began)
    planned = {UPKEEP: _add_to_now(app, _UPKEEP_SECONDS)}
    settings = app.configuration.settings
    has_stale_feeds = bool(app.archive.store.index.newest_mark())
    if digests.is_due(app.archive, settings) or hourly_updates.is_due(app.archive, settings):
        planned[BUILD] = app.archive.clock()
    elif has_stale_feeds:
        planned[BUILD] = find_build_time(app, is_urgent=False)
    return planned


async def _take_pictures(session: Session) -> None:
    """Make thumbnails that are due, for at most 20 seconds."""
    app = session.app
    settings = app.configuration.settings
    if not thumbnails.has_due_pictures(app.archive, app.configuration):
        return
    async with (
        aclosing(make_fetcher(app.archive, settings, session.turns)) as fetcher,
        thumbnails.take_pictures(app.archive, app.configuration, fetcher, session.stop) as pictures,
    ):
        if pictures:
            await pictures.finish(_PICTURES_SECONDS)


async def _report_job(session: Session, built: BuildReport, began: float) -> None:
    """Report a build or an upkeep, together with the visits of this worker since the last report.
    `built`: the result of the build, empty for an upkeep; `began`: the time when the job began, by
    `time.monotonic`."""
    app = session.app
    problems = await report_run(
        app.archive,
        app.configuration,
        app.jitter,
        session.take_outcomes(),
        built,
        seconds=time.monotonic() - began,
    )
    for problem in problems:
        logger("worker").info("a report failed", what=problem.what, detail=problem.detail)


def _add_to_now(app: App, wait: float) -> datetime:
    """Return the time `wait` seconds from now."""
    return app.archive.clock() + timedelta(seconds=wait)
