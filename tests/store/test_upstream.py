"""Our SQL fits the tables of this version of the queue library.
It lacks what `store/fleet/jobs.py` does itself. If a test fails, that reason may be gone."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
import importlib.resources
import inspect
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import text

from syndicator.store.engine import Store, open_store
from syndicator.store.fleet.jobs import BUILD, BUILDS
from tests.postgres import Server

procrastinate = pytest.importorskip("procrastinate")
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector  # noqa: E402
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation  # noqa: E402
from procrastinate.jobs import Job, Status  # noqa: E402
from procrastinate.manager import JobManager  # noqa: E402

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
VERSION = "3.10.0"
PINNED = f"procrastinate>={VERSION},<3.10.1"  # both bounds, as of each dependency
# sha256 of the files that `syndicator/store/fleet/jobs.py` relies on
FILES = {
    "worker.py": "bbec969d1d2c51d61e3cfd0a3c564fc03b78d72bcc6a5458d1d8ab03f68ed97a",
    "manager.py": "b32b71dc11fdd8198f0ee83247e6af95ede617e8afcdeeabc0ecc52631e3f70a",
    "sql/schema.sql": "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009",
    "sql/queries.sql": "e6b932bcefe689ed2941f5c885b5ebc7f07913203f8363e9f03762cd59314ed3",
}
MODULES_WITH_ITS_TABLES = {"jobs.py", "workers.py"}


def test_the_version_is_pinned_and_installed() -> None:
    """The project requires exactly the version of Procrastinate that our SQL was written for, in
    the extra and the dependency group "postgres", and that one is installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extra = project["project"]["optional-dependencies"]["postgres"]
    group = project["dependency-groups"]["postgres"]
    for requirements in (extra, group):
        assert PINNED in requirements

    assert importlib.metadata.version("procrastinate") == VERSION


@pytest.mark.parametrize("name", FILES)
def test_upstream_has_not_changed_what_we_rely_on(name: str) -> None:
    """The files of Procrastinate that our SQL depends on have the expected SHA-256 sums; an update
    must be checked by hand."""
    file = importlib.resources.files("procrastinate").joinpath(name)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == FILES[name], (
        "read what changed, run tests/fleet and tests/store/test_shards.py, then write the new sum"
    )


def test_few_modules_know_the_tables_of_the_engine() -> None:
    """Only a few modules use the tables of Procrastinate directly, so that another version is easy
    to adopt."""
    paths = (ROOT / "syndicator").rglob("*.py")
    modules = {path.name for path in paths if "procrastinate_" in path.read_text()}

    assert modules == MODULES_WITH_ITS_TABLES


@pytest.fixture
def store(postgres: Server) -> Iterator[Store]:
    """A database with a build that a worker has."""
    with open_store(postgres.schema(), articles_exist=False) as opened:
        opened.shards(60).install()
        opened.builds().plan(BUILD, datetime(2026, 3, 1, tzinfo=UTC))
        with opened._db.write() as connection:
            worker = text("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
            connection.execute(
                text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker"),
                {"worker": connection.scalar(worker)},
            )
        yield opened


def ask_job_manager(store: Store, question: Callable[[JobManager], Awaitable[T]]) -> T:
    """The answer of the engine's public manager of jobs."""

    async def go() -> T:
        app = App(connector=PsycopgConnector(conninfo=store.shards(60).address))
        async with app.open_async():
            return await question(app.job_manager)

    return asyncio.run(go())


async def find_stalled(manager: JobManager) -> list[Job]:
    return list(await manager.get_stalled_jobs(queue=BUILDS))


async def find_running(manager: JobManager) -> Job:
    (job,) = await manager.list_jobs_async(status=Status.DOING.value)
    return job


def test_to_defer_a_planned_job_on_our_connection_fails(store: Store) -> None:
    """In Procrastinate, planning a job that is already planned fails (its #1415); therefore
    our SQL plans it for the earlier time."""
    with (
        App(connector=SyncPsycopgConnector(conninfo=store.shards(60).address)).open() as app,
        store._db.engine.connect() as connection,
    ):
        driver = connection.connection.driver_connection
        task = app.configure_task(BUILD, queueing_lock=BUILD, connection=driver)
        task.defer()  # plans the job

        with pytest.raises(AlreadyEnqueued):
            task.defer()

        connection.rollback()


def test_a_retry_fails_if_the_next_job_is_planned(store: Store) -> None:
    """In Procrastinate, a retry fails if the next job is planned (its #1446), as happens when
    a visit plans the next build while one runs."""
    # the database has a running build; a second one is planned
    store.builds().plan(BUILD, datetime(2026, 3, 1, tzinfo=UTC))

    async def retry_running_job(manager: JobManager) -> None:
        await manager.retry_job(await find_running(manager))

    with pytest.raises(UniqueViolation):
        ask_job_manager(store, retry_running_job)


def test_whoever_finishes_a_job_need_not_have_it(store: Store) -> None:
    """In Procrastinate, any worker can finish a job, and not in our transaction; therefore our SQL
    ends jobs itself."""

    async def finish_as_other_worker(manager: JobManager) -> None:
        job = await find_running(manager)
        job_of_other_worker = job.evolve(
            worker_id=(job.worker_id or 0) + 1, attempts=job.attempts + 1
        )
        await manager.finish_job(job_of_other_worker, Status.SUCCEEDED, delete_job=True)

    ask_job_manager(store, finish_as_other_worker)

    # the job is finished, by a function that takes no connection
    assert store._db.rows(text("SELECT FROM procrastinate_jobs")) == []
    assert "connection" not in inspect.signature(JobManager.finish_job).parameters


def test_the_jobs_of_a_removed_worker_are_found(store: Store) -> None:
    """Procrastinate finds the jobs of a removed worker as stalled, since they lose its number
    (other than its #1518 says). The database has a running build of one worker."""
    assert ask_job_manager(store, find_stalled) == []

    with store._db.write() as connection:
        connection.execute(text("DELETE FROM procrastinate_workers"))

    assert [job.task_name for job in ask_job_manager(store, find_stalled)] == [BUILD]
