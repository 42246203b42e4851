"""Shards of hosts as jobs of the queue in PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from sqlalchemy import text

from syndicator.core.errors import StoreError
from syndicator.core.model import Outcome, Schedule, Source, SourceState
from syndicator.core.ports import EntryRow
from syndicator.store.codec import to_micros
from syndicator.store.engine import Store, open_store
from syndicator.store.fleet.hosts import ASKS
from syndicator.store.fleet.jobs import FILL, Engine, Job
from syndicator.store.fleet.shards import Shards
from syndicator.store.postgres import JobLost, StoreAway
from tests.postgres import Server
from tests.store.conftest import NOW

LEASE = 60.0
LATER = datetime.now(UTC) + timedelta(days=1)
A = Source(key="a", url="https://a.example/feed")
B = Source(key="b", url="https://b.example/feed")


@pytest.fixture
def store(postgres: Server) -> Iterator[Store]:
    with open_store(postgres.schema(), articles_exist=False) as opened:
        opened.shards(LEASE).install()
        yield opened


@pytest.fixture
def shards(store: Store) -> Shards:
    return store.shards(LEASE)


def follow_only(store: Store, *sources: Source, due: datetime | None = NOW) -> None:
    """Follow these sources and no others; they are due at `due`. Plan the jobs."""
    store.visits.save_states(
        [
            SourceState(key=source.key, url=source.url, schedule=Schedule(next_due=due))
            for source in sources
        ]
    )
    store.fleet.push(sources, to_micros(NOW))
    store.shards(LEASE).fill()


class ListedJob(NamedTuple):
    """A row of the queue. `lock`: the name of its shard."""

    status: str
    lock: str
    is_due: bool


def list_jobs(store: Store) -> list[ListedJob]:
    result = text(
        "SELECT status::text, lock, scheduled_at <= now() FROM procrastinate_jobs ORDER BY lock,"
        " status"
    )
    return [ListedJob(*row) for row in store._db.rows(result)]


def execute_statement(store: Store, statement: str) -> None:
    with store._db.write() as connection:
        connection.execute(text(statement))


def take_job(store: Store, worker: int = 0) -> Job:
    """The next job, as the engine gives it to a worker, a new one for none."""
    with store._db.write() as connection:
        worker = (
            worker
            or connection.scalar(text("SELECT worker_id FROM procrastinate_register_worker_v1()"))
            or 0
        )
        result = connection.execute(
            text("SELECT * FROM procrastinate_fetch_job_v2(ARRAY['shards']::varchar[], :worker)"),
            {"worker": worker},
        ).one()
    assert result.id, "there is no job"
    return Job(id=result.id, worker=worker, attempts=result.attempts, shard=result.args["shard"])


def end_job(
    store: Store, shards: Shards, job: Job, ended: list[tuple[Outcome, SourceState]] | None = None
) -> None:
    store.open_fenced_visits(shards.make_fence(job), ()).end_visits(
        ended or [], lambda c: shards.end(c, job, [], "me", 0)
    )


def test_workers_that_start_together_make_the_tables_once(postgres: Server) -> None:
    """Four workers that install the tables of the job queue at the same time do not fail or wait
    for ever."""
    url = postgres.schema()
    open_store(url, articles_exist=False).close()

    def install(number: int) -> None:
        with open_store(url, articles_exist=False) as store:
            store.shards(LEASE).install()
            store.shards(LEASE).recover()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(install, range(4))) == [None] * 4


def test_each_shard_that_has_sources_has_one_job(store: Store, shards: Shards) -> None:
    """Each shard (group of hosts) with enabled sources has exactly one job, waiting ("todo") or
    running ("doing"), and none without sources."""
    # A and a2 are in one shard, B in a second one, and the disabled source in none
    follow_only(
        store,
        A,
        replace(A, key="a2"),
        B,
        replace(B, key="off", url="https://c.example/", enabled=False),
    )
    before = list_jobs(store)

    assert [(job.status, job.is_due) for job in before] == [("todo", True)] * 2

    shards.fill()

    assert list_jobs(store) == before

    job = take_job(store)
    shards.fill()

    assert sorted(job.status for job in list_jobs(store)) == ["doing", "todo"]

    end_job(store, shards, job)

    assert list_jobs(store) == before

    # no source is followed any more: the end of a job plans no next one
    follow_only(store, due=None)
    end_job(store, shards, take_job(store))

    assert len(list_jobs(store)) == 1  # that of the other shard, which was not taken


def test_the_due_sources_of_a_shard_are_found_host_by_host(store: Store, shards: Shards) -> None:
    """The hosts of a shard with due sources are listed, then the due sources of a host, up to a
    number (2), each with whether it has a pending entry. Sources due later (a0) or disabled are
    left out."""
    more = [replace(A, key=f"a{number}") for number in range(3)]
    follow_only(store, A, *more, replace(A, key="off", enabled=False))
    store.visits.save_states([SourceState(key="a0", url=A.url, schedule=Schedule(next_due=LATER))])
    # a1 has a pending entry
    store.visits.save_entries(
        [
            EntryRow(
                source_key="a1",
                entry_id="1",
                url=A.url,
                digest="",
                first_seen=NOW,
                status="pending",
            )
        ]
    )
    job = take_job(store)

    assert shards.due_hosts(job.shard, 9) == ["a.example"]
    assert shards.due_hosts(job.shard + 1, 9) == []

    # of a, a1 and a2, at most two
    result = shards.list_due_sources(job.shard, ["a.example"], 2)

    assert [(state.key, has_pending) for state, has_pending in result] == [
        ("a", False),
        ("a1", True),
    ]


def test_the_next_job_is_due_with_the_first_source_whose_host_may_be_asked(
    store: Store, shards: Shards
) -> None:
    """When a job ends, the next job of its shard is planned: for now if a source is due, else for
    the time when the host may be asked again or a source is due."""
    follow_only(store, A)
    end_job(store, shards, take_job(store))

    assert list_jobs(store)[0].is_due, "what is due still is done at once"

    # the host is on hold for 50 seconds
    store.hosts(LEASE).hold("a.example", 50)
    end_job(store, shards, take_job(store))

    assert not list_jobs(store)[0].is_due
    assert store._db.scalar(
        text("SELECT scheduled_at > now() + interval '40 s' FROM procrastinate_jobs")
    )

    # no hold, but the source is due tomorrow
    follow_only(store, A, due=LATER)
    execute_statement(store, "UPDATE hosts SET held_until = 0")
    execute_statement(store, "UPDATE procrastinate_jobs SET scheduled_at = now()")
    end_job(store, shards, take_job(store))

    assert not list_jobs(store)[0].is_due

    store.visits.save_states([SourceState(key="a", url=A.url)])
    shards.fill()

    assert list_jobs(store)[0].is_due, "a push has it done sooner"


def test_a_job_whose_worker_is_silent_is_made_anew_and_the_silent_one_writes_nothing(
    store: Store, shards: Shards
) -> None:
    """The job of a silent worker is given to another; the silent one can no longer write."""
    follow_only(store, A, B)
    lost_job = take_job(store)
    kept_job = take_job(store)
    # what a visit of source A ends with: it is due tomorrow
    ended = [
        (
            Outcome(key="a", at=NOW, status="unchanged"),
            SourceState(key="a", url=A.url, schedule=Schedule(next_due=LATER)),
        )
    ]
    # the first worker is silent for an hour
    execute_statement(
        store,
        "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' WHERE id ="
        f" {lost_job.worker}",
    )
    shards.recover()

    # the lost job waits again, and its first worker can no longer end it
    assert sorted(job.status for job in list_jobs(store)) == ["doing", "todo"]
    with pytest.raises(JobLost, match="another worker"):
        end_job(store, shards, lost_job, ended)

    second_job = take_job(store)

    assert second_job.shard == lost_job.shard
    assert second_job.id != lost_job.id
    with pytest.raises(JobLost):
        store.open_fenced_visits(shards.make_fence(lost_job), ()).set_note("x", "1", NOW)
    assert store.visits.states()["a"].schedule.next_due != LATER

    end_job(store, shards, second_job, ended)
    end_job(store, shards, kept_job)

    assert store.visits.states()["a"].schedule.next_due == LATER


@pytest.mark.parametrize("other", [{"worker": 99}, {"attempts": 1}])  # the attempts begin at 0
def test_a_job_is_its_workers_and_of_its_attempt(
    store: Store, shards: Shards, other: dict[str, int]
) -> None:
    """A job can be ended only by the worker that has it, in its present attempt."""
    follow_only(store, A)
    with pytest.raises(JobLost):
        end_job(store, shards, replace(take_job(store), **other))


def test_a_sign_of_life_says_until_when_hosts_may_be_asked(store: Store) -> None:
    """The heartbeat of a worker keeps its job and returns until when it may send requests; a worker
    that was removed is told so."""
    shards = Shards(store._db, store.hosts(LEASE), LEASE, lambda: 100.0)  # its clock
    follow_only(store, A)
    job = take_job(store)
    execute_statement(
        store, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
    )
    beat = shards.write_heartbeat(job.worker, "me")

    # by that clock, a part ASKS of the lease long
    assert beat.asks_until == 100 + ASKS * LEASE
    assert abs(beat.now / 1e6 - datetime.now(UTC).timestamp()) < 5

    shards.recover()

    assert list_jobs(store)[0].status == "doing"  # the job is kept

    execute_statement(store, "DELETE FROM procrastinate_workers")

    with pytest.raises(StoreAway, match="has removed this worker"):
        shards.write_heartbeat(job.worker, "me")


def test_a_queue_that_was_emptied_is_full_again(store: Store, shards: Shards) -> None:
    """If all jobs were deleted from the queue, `fill` plans the same jobs again, one for each
    followed source."""
    follow_only(store, A)
    before = list_jobs(store)
    execute_statement(store, "TRUNCATE procrastinate_jobs CASCADE")
    shards.fill()

    assert list_jobs(store) == before


def test_the_engine_works_off_what_is_due_and_ends(store: Store, shards: Shards) -> None:
    """An engine with two lanes runs the jobs of two shards and is stopped after both; the
    next jobs are planned for when the sources are due, tomorrow."""
    follow_only(store, A, B)
    done: list[int] = []

    async def run_engine() -> None:
        async def do_job(job: Job) -> None:
            if job.task == FILL:  # the first job, which plans the others
                store.builds().end(job, {})
                return
            follow_only(store, A, B, due=LATER)  # they are visited
            end_job(store, shards, job)
            done.append(job.shard)
            if len(done) == 2:
                engine.stop()

        engine = Engine(shards.address, do_job, lanes=2, lease=LEASE, grace=9)
        await engine.run()

    asyncio.run(run_engine())

    assert len(set(done)) == 2
    assert [(job.status, job.is_due) for job in list_jobs(store)] == [("todo", False)] * 2


def test_what_the_engine_meets_in_the_database_is_an_error_of_the_store(
    store: Store, shards: Shards
) -> None:
    """A database error inside the queue library (a table is gone) becomes our StoreError with its
    text."""
    follow_only(store, A)

    async def run_engine() -> None:
        async def rename_table(job: Job) -> None:
            execute_statement(store, "ALTER TABLE procrastinate_workers RENAME TO gone")
            engine.stop()

        engine = Engine(shards.address, rename_table, lanes=1, lease=LEASE, grace=1)
        await engine.run()

    with pytest.raises(StoreError, match="procrastinate_workers"):
        asyncio.run(run_engine())


def test_an_engine_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the queue library Procrastinate, the engine says which package to install."""

    async def work(job: Job) -> None:
        raise AssertionError

    # as if not installed
    monkeypatch.setitem(__import__("sys").modules, "procrastinate", None)

    with pytest.raises(StoreError, match=r"pip install .*whl\)\[postgres\]"):
        Engine("postgresql://nobody@127.0.0.1:9/none", work, lanes=1, lease=1, grace=1)
