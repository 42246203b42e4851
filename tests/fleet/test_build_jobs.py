"""A worker's build job: which feeds it builds, its lock, and the time of the next job."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from syndicator.app.container import App
from syndicator.app.lock import hold_run_lock
from syndicator.core.axes import ALL
from syndicator.core.model import Outcome
from syndicator.fleet import worker
from syndicator.fleet.builds import count_visits, do_common_job, plan_after_edits
from syndicator.fleet.lanes import Session
from syndicator.health.episodes import read_counters
from syndicator.publishing.selection.pace import LONG
from syndicator.runs.build import build_feeds
from syndicator.runs.build_timing import find_build_time
from syndicator.runs.refresh import Totals
from syndicator.store.fleet import followed, jobs
from syndicator.store.fleet.jobs import BUILD, FILL, UPKEEP, Job
from tests.instances import NOW, Instance, store_articles
from tests.postgres import Server

LEASE = 35.0
SETTLE = timedelta(minutes=3)


@pytest.fixture
def instance_and_app(postgres: Server, tmp_path: Path) -> Iterator[tuple[Instance, App]]:
    """An instance on a server, with the queue's tables, whose one article is published."""
    settings = f'[store]\nurl = "{postgres.schema()}"\n[publish]\ntag_min = 1\nlimit = {2 * LONG}\n'
    instance = Instance(tmp_path, settings=settings)
    with instance.open_app(create=True) as app:
        app.archive.store.shards(LEASE).install()
        store_articles(app, "First", "Text.")
        asyncio.run(build_feeds(app))
        yield instance, app


def take_job(app: App, task: str) -> Job:
    """A job of `task` that is due, as the engine gives it to a new worker."""
    app.archive.store.builds().plan(task, NOW)
    fetch = "SELECT * FROM procrastinate_fetch_job_v2(ARRAY['build']::varchar[], :worker)"
    with app.archive.store._db.write() as connection:
        register = text("SELECT worker_id FROM procrastinate_register_worker_v1()")
        number = connection.scalar(register) or 0
        result = connection.execute(text(fetch), {"worker": number}).one()
    assert result.task_name == task
    return Job(id=result.id, worker=number, attempts=result.attempts, task=task)


def list_planned_jobs(app: App) -> Mapping[str, timedelta]:
    """In how much time each job is to be done."""
    rows = app.archive.store._db.rows(
        text("SELECT task_name, scheduled_at FROM procrastinate_jobs WHERE status = 'todo'")
    )
    return {task: at.astimezone(UTC) - app.archive.clock() for task, at in rows}


def with_session(app: App, work: Callable[[Session], Any]) -> None:
    async def go() -> None:
        session = Session(
            app=app,
            shards=app.archive.store.shards(LEASE),
            worker=None,  # type: ignore[arg-type]  # it reads pages
            owner="me",
            lease=LEASE,
            room=1,
            stop=asyncio.Event(),
            totals=Totals(),
        )
        result = work(session)
        if result is not None:
            await result

    asyncio.run(go())


def run_build_job(app: App, task: str) -> None:
    job = take_job(app, task)
    with_session(app, lambda session: do_common_job(session, job))


def test_a_build_publishes_and_says_so_in_the_rows_of_feeds(
    instance_and_app: tuple[Instance, App],
) -> None:
    """A build job publishes, records time and number of entries of each feed, and plans the next
    full build in an hour."""
    instance, app = instance_and_app
    store_articles(app, "Second", "Text.")
    run_build_job(app, BUILD)

    assert "Second" in instance.read_published("all.atom")

    built = app.archive.store.index.builds()[ALL]

    assert built.at == NOW.timestamp()
    assert built.entries == 2
    assert built.articles == 2
    assert list_planned_jobs(app) == {BUILD: timedelta(hours=1)}, "nothing is stale"


def test_a_long_feed_rests_whoever_built_it_and_is_built_later(
    instance_and_app: tuple[Instance, App],
) -> None:
    """A long feed that was built recently waits for another SETTLE; short feeds are built."""
    instance, app = instance_and_app
    app.archive.store.index.record_builds({ALL: (2 * LONG, 2 * LONG)}, NOW)
    store_articles(app, "Second", "Text.")
    instance.now += SETTLE
    run_build_job(app, BUILD)

    assert "Second" in instance.read_published("sources/one.atom")
    assert "Second" not in instance.read_published("all.atom")
    assert list_planned_jobs(app) == {BUILD: SETTLE}

    instance.now += SETTLE
    run_build_job(app, BUILD)

    assert "Second" in instance.read_published("all.atom")


def test_the_first_articles_of_a_source_wait_for_no_long_feed(
    instance_and_app: tuple[Instance, App],
) -> None:
    """A new source is published at once, although the feed of everything is long and would wait."""
    instance, app = instance_and_app
    app.archive.store.index.record_builds({ALL: (2 * LONG, 2 * LONG)}, NOW)
    store_articles(app, "Second", "Text.", source="two")

    assert find_build_time(app, is_urgent=False) == NOW

    run_build_job(app, BUILD)

    assert "Second" in instance.read_published("all.atom")


def test_what_was_changed_waits_for_more_unless_it_is_urgent(
    instance_and_app: tuple[Instance, App],
) -> None:
    """A change is built after SETTLE, an urgent one at once."""
    _, app = instance_and_app
    store_articles(app, "Second", "Text.")

    assert find_build_time(app, is_urgent=False) == NOW + SETTLE
    assert find_build_time(app, is_urgent=True) == NOW


def test_beside_a_command_nothing_is_built_and_soon_tried_again(
    instance_and_app: tuple[Instance, App],
) -> None:
    """While a command holds the lock, a build job publishes nothing and is planned again in two
    seconds."""
    instance, app = instance_and_app
    store_articles(app, "Second", "Text.")
    with hold_run_lock(app.configuration.settings):
        run_build_job(app, BUILD)

    assert "Second" not in instance.read_published("all.atom")
    assert list_planned_jobs(app) == {BUILD: timedelta(seconds=2)}


def test_an_upkeep_plans_the_next_and_builds_that_no_visit_planned(
    instance_and_app: tuple[Instance, App],
) -> None:
    """The upkeep job plans itself again in a minute, and a build for articles that no visit has
    announced."""
    _, app = instance_and_app
    run_build_job(app, UPKEEP)

    assert list_planned_jobs(app) == {UPKEEP: timedelta(minutes=1)}

    store_articles(app, "Second", "Text.")
    run_build_job(app, UPKEEP)

    assert list_planned_jobs(app) == {UPKEEP: timedelta(minutes=1), BUILD: SETTLE}


def test_a_job_to_fill_the_queue_plans_what_is_missing_and_ends(
    instance_and_app: tuple[Instance, App],
) -> None:
    """The job that fills the queue plans the build and the upkeep, and does not plan itself
    again."""
    _, app = instance_and_app
    run_build_job(app, FILL)
    assert list_planned_jobs(app).keys() == {BUILD, UPKEEP}


def test_other_settings_are_built_at_once(instance_and_app: tuple[Instance, App]) -> None:
    """A changed taxonomy plans a build now; an unchanged configuration plans none."""
    instance, app = instance_and_app
    plan_after_edits(app)

    assert list_planned_jobs(app) == {}

    instance.write_taxonomy(instance.taxonomy + '\n[[tag]]\nname = "robots"\n')
    with instance.open_app() as edited:
        plan_after_edits(edited)
        assert list_planned_jobs(edited) == {BUILD: timedelta(0)}


def test_a_frozen_builder_is_replaced_within_forty_seconds() -> None:
    """The time until a frozen builder's lock is lost, plus the time until others look, is at most
    40 seconds."""
    lost_after = max(followed._LOST_AFTER, worker._BUILDER_SILENCE)
    assert lost_after + worker._BUILDER_CHECK_SECONDS + jobs._LOOK <= 40


def test_the_visits_of_each_worker_count_once(instance_and_app: tuple[Instance, App]) -> None:
    """Each worker adds its three visits to the common total once, however often it counts."""
    _, app = instance_and_app

    def count(session: Session) -> None:
        visited_at = datetime(2026, 3, 10, tzinfo=UTC)
        session.outcomes.extend([Outcome(key="one", at=visited_at, status="unchanged")] * 3)
        count_visits(session)
        count_visits(session)

    before = sum_visits(app)
    with_session(app, count)
    with_session(app, count)
    assert sum_visits(app) - before == 6


def sum_visits(app: App) -> float:
    return sum(read_counters(app.archive.store).get("visits", {}).values())
