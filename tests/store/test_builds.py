"""Builds and upkeep as jobs of the queue in PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from syndicator.core.axes import ALL, SOURCE
from syndicator.core.model import FeedKey
from syndicator.core.ports import Built
from syndicator.store.engine import Store, open_store
from syndicator.store.fleet.builds import Builds
from syndicator.store.fleet.jobs import BUILD, FILL, UPKEEP, Engine, Job
from syndicator.store.postgres import JobLost
from tests.postgres import Server

SILENCE = 30.0
SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
LATER = SOON + timedelta(hours=1)
PAST = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def store(postgres: Server) -> Iterator[Store]:
    with open_store(postgres.schema(), articles_exist=False) as opened:
        opened.shards(60).install()
        yield opened


@pytest.fixture
def builds(store: Store) -> Builds:
    return store.builds()


def list_job_times(store: Store) -> dict[tuple[str, str], datetime]:
    """The time of each job by task and status."""
    result = text("SELECT task_name, status::text, scheduled_at FROM procrastinate_jobs")
    return {(task, status): at.astimezone(UTC) for task, status, at in store._db.rows(result)}


def take_job(store: Store) -> Job | None:
    """The next job, as the engine gives it to a new worker."""
    with store._db.write() as connection:
        worker = connection.scalar(text("SELECT worker_id FROM procrastinate_register_worker_v1()"))
        result = connection.execute(
            text("SELECT * FROM procrastinate_fetch_job_v2(ARRAY['build']::varchar[], :worker)"),
            {"worker": worker},
        ).one()
    if not result.id:
        return None
    return Job(id=result.id, worker=worker or 0, attempts=result.attempts, task=result.task_name)


def fall_silent(store: Store, job: Job, seconds: float) -> None:
    silence = text(
        "UPDATE procrastinate_workers SET last_heartbeat = now() - make_interval(secs => :seconds)"
        " WHERE id = :worker"
    )
    with store._db.write() as connection:
        connection.execute(silence, {"seconds": seconds, "worker": job.worker})


def test_a_build_is_planned_once_for_the_earliest_time(store: Store, builds: Builds) -> None:
    """Planning a build that is already planned adds no second job; of both times the earlier one
    counts."""
    builds.plan(BUILD, LATER)
    builds.plan(BUILD, SOON)
    builds.plan(BUILD, LATER)

    assert list_job_times(store) == {(BUILD, "todo"): SOON}
    assert take_job(store) is None  # SOON is in an hour: it is not due


def test_one_worker_at_a_time_builds(store: Store, builds: Builds) -> None:
    """While one worker builds, a second build may be planned but not started, since both would
    write the same files."""
    builds.plan(BUILD, PAST)  # due at once
    first_job = take_job(store)

    assert first_job

    builds.plan(BUILD, PAST)

    assert take_job(store) is None

    builds.end(first_job, {})  # and plans nothing itself

    assert take_job(store)


def test_an_upkeep_that_is_planned_for_later_holds_up_no_build(
    store: Store, builds: Builds
) -> None:
    """A build that is due is given to a worker even though an upkeep was planned before it, for a
    later time."""
    builds.plan(UPKEEP, LATER)
    builds.plan(BUILD, PAST)
    job = take_job(store)

    assert job
    assert job.task == BUILD


def test_the_end_of_a_build_plans_the_next(store: Store, builds: Builds) -> None:
    """The worker that ends a build plans the next jobs; if a build was planned meanwhile for an
    earlier time, that time stays."""
    builds.plan(BUILD, PAST)
    job = take_job(store)

    assert job

    builds.plan(BUILD, SOON)  # by another worker, which has filed an article meanwhile
    builds.end(job, {BUILD: LATER, UPKEEP: LATER})

    assert list_job_times(store) == {(BUILD, "todo"): SOON, (UPKEEP, "todo"): LATER}


def test_a_silent_builder_is_replaced_and_its_end_plans_nothing(
    store: Store, builds: Builds
) -> None:
    """The job of a builder without a heartbeat for SILENCE seconds is given to another; when the
    silent one ends it after all, nothing is planned."""
    builds.fill()  # plans a build and an upkeep
    lost_job = take_job(store)

    assert lost_job

    # not silent yet: the job stays with its worker
    builds.recover(SILENCE)

    assert (lost_job.task, "doing") in list_job_times(store)

    fall_silent(store, lost_job, SILENCE + 1)
    builds.recover(SILENCE)

    assert (lost_job.task, "doing") not in list_job_times(store)

    with pytest.raises(JobLost):
        builds.end(lost_job, {BUILD: PAST})
    assert list_job_times(store)[BUILD, "todo"] > PAST  # the time that was planned before


def test_missing_jobs_are_planned_and_running_ones_are_not_missing(
    store: Store, builds: Builds
) -> None:
    """`fill` plans a build and an upkeep if there are none, and adds no job while they are
    running."""
    builds.fill()

    assert list_job_times(store).keys() == {(BUILD, "todo"), (UPKEEP, "todo")}

    # two workers take them
    first_job = take_job(store)
    other_job = take_job(store)

    assert first_job
    assert other_job
    assert {first_job.task, other_job.task} == {BUILD, UPKEEP}

    builds.fill()

    assert list_job_times(store).keys() == {(BUILD, "doing"), (UPKEEP, "doing")}


def test_the_engine_has_the_queue_filled_from_its_start(store: Store, builds: Builds) -> None:
    """The engine starts with a FILL job, which plans all missing jobs; a worker gets it first. Here
    the worker ends this job without planning anything, and the engine stops."""
    done: list[str] = []

    async def run_engine() -> None:
        async def end_job(job: Job) -> None:
            builds.end(job, {})
            done.append(job.task)
            engine.stop()

        engine = Engine(store.shards(60).address, end_job, lanes=1, lease=60, grace=9)
        async with asyncio.timeout(30):
            await engine.run()

    asyncio.run(run_engine())

    assert done == [FILL]
    assert list_job_times(store) == {}  # the job was ended


def test_the_row_of_a_feed_says_when_it_was_built(store: Store) -> None:
    """For each built feed, the time of its last build and its size then (entries, articles) are
    stored."""
    index = store.index
    index.mark_stale([ALL, FeedKey(SOURCE, "a")])  # makes rows of both feeds

    assert index.builds() == {}

    # ALL is built twice, with 50 of 70 articles, then with 51 of 71
    index.record_builds({ALL: (50, 70)}, PAST)
    index.record_builds({ALL: (51, 71)}, SOON)

    assert index.builds() == {ALL: Built(at=SOON.timestamp(), entries=51, articles=71)}
