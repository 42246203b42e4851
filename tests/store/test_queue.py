"""The contract of ports.Queue, with the engine on a server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

import pytest

from syndicator.core.errors import StoreError
from syndicator.core.ports.fleet import Depths, Queue
from syndicator.store.engine import open_store
from syndicator.store.fleet.queue import open_queue
from syndicator.store.postgres import StoreAway
from tests.postgres import Server

HOSTS = [f"{number}.example" for number in range(5)]


def with_queues(postgres: Server, work: Callable[[Queue, Queue], Awaitable[None]]) -> None:
    """Does `work` with the queues of two workers."""

    async def go() -> None:
        with open_store(postgres.schema(), articles_exist=False) as store:
            url = store.fleet.address
            async with open_queue(url, 30) as one, open_queue(url, 30) as other:
                await work(one, other)

    asyncio.run(go())


def test_workers_that_start_together_make_the_tables_once(postgres: Server) -> None:
    async def go() -> None:
        with open_store(postgres.schema(), articles_exist=False) as store:

            async def one() -> Depths:
                async with open_queue(store.fleet.address, 30) as queue:
                    return await queue.look()

            assert await asyncio.gather(*(one() for _ in range(5))) == [Depths()] * 5

    asyncio.run(go())


def test_each_host_is_one_job_for_one_worker(postgres: Server) -> None:
    async def work(one: Queue, other: Queue) -> None:
        await one.offer(HOSTS)
        await other.offer(HOSTS)
        first, second = await one.take(3), await other.take(9)
        assert sorted(job.host for job in (*first, *second)) == HOSTS
        assert len(first) == 3
        assert await one.take(9) == []
        await one.offer(HOSTS)  # those under way are in it still
        assert await one.take(9) == []
        for job in (*first, *second):
            await one.end(job)
        await one.offer(HOSTS[:1])
        assert [job.host for job in await one.take(9)] == HOSTS[:1]

    with_queues(postgres, work)


def test_a_job_whose_worker_is_silent_is_given_to_another(postgres: Server) -> None:
    async def work(one: Queue, other: Queue) -> None:
        await one.offer(HOSTS[:2])
        lost, kept = await one.take(2)
        aged = "UPDATE pgqueuer SET heartbeat = heartbeat - interval '1 hour'"
        await one._queries.driver.execute(aged)  # type: ignore[attr-defined]
        await one.keep([kept])
        assert [job.host for job in await other.take(9)] == [lost.host]

    with_queues(postgres, work)


def test_a_dead_job_is_named_until_it_is_revived(postgres: Server) -> None:
    async def work(one: Queue, other: Queue) -> None:
        await one.offer(HOSTS[:2])
        dead, fine = await one.take(2)
        await one.end(dead, dead=True)
        await one.end(fine)
        assert (await other.look()).dead == (dead.host,)
        assert await other.take(9) == []
        assert (await other.look(revive=True)).dead == ()
        await other.offer([dead.host])
        assert [job.host for job in await other.take(9)] == [dead.host]

    with_queues(postgres, work)


def test_the_depth_is_told(postgres: Server) -> None:
    async def work(one: Queue, other: Queue) -> None:
        assert await one.look() == Depths()
        await one.offer(HOSTS)
        await other.take(2)
        found = await one.look()
        assert (found.queued, found.picked) == (3, 2)
        assert found.oldest >= 0

    with_queues(postgres, work)


@pytest.mark.slow
def test_twenty_thousand_jobs_leave_bounded_tables(postgres: Server) -> None:
    async def work(one: Queue, other: Queue) -> None:
        queries = one._queries  # type: ignore[attr-defined]
        for start in range(20):
            await one.offer([f"{start}-{number}.example" for number in range(1000)])
            while jobs := await other.take(500):
                await queries.log_jobs([(job.ticket, "successful", None) for job in jobs])
        one._swept = 0.0  # type: ignore[attr-defined]
        await one.offer([])
        for table in ("pgqueuer", "pgqueuer_log", "pgqueuer_statistics"):
            (row,) = await queries.driver.fetch(f"SELECT count(*) AS n FROM {table}")
            assert row["n"] == 0, table

    with_queues(postgres, work)


def test_a_server_that_is_not_there_or_ends_the_connection_is_away(postgres: Server) -> None:
    async def nobody() -> None:
        async with open_queue("postgresql://nobody@127.0.0.1:9/none", 30):
            pass

    with pytest.raises(StoreAway, match="cannot be reached"):
        asyncio.run(nobody())

    async def work(one: Queue, other: Queue) -> None:
        with postgres.connect() as boss:
            boss.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        with pytest.raises(StoreAway):
            await one.take(1)

    with_queues(postgres, work)


def test_an_engine_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> None:
        async with open_queue("postgresql://nobody@127.0.0.1:9/none", 30):
            pass

    monkeypatch.setitem(sys.modules, "pgqueuer.queries", None)
    with pytest.raises(StoreError, match=r"pip install 'syndicator\[postgres\]'"):
        asyncio.run(go())
