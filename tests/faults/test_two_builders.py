"""Two builders on one PostgreSQL server take turns, and write correct files if both run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from syndicator.app.lock import hold_run_lock
from syndicator.configuration.settings import load
from tests.faults.table import mark_fault
from tests.faults.test_kill import SMALL_BATCHES, store_stories
from tests.faults.whole import drop_temporary_files, read_files
from tests.instances import SHORT, Instance
from tests.postgres import Server

HOLDS = (
    "what is published is byte for byte what one builder publishes, without temporary files; while"
    " the lock holds, one builds at a time"
)
BUSY = 75


@pytest.fixture
def instance(tmp_path: Path, postgres: Server) -> Instance:
    """Articles, none of them published, and the database at the server."""
    instance = Instance(tmp_path, settings=f'{SHORT}[store]\nurl = "{postgres.schema()}"\n')
    store_stories(instance)
    return instance


def start_build(instance: Instance, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", SMALL_BATCHES, "build", *words]
    return subprocess.Popen(
        [*command, "--config", str(instance.config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_until_it_writes(process: subprocess.Popen[bytes], public: Path) -> None:
    while process.poll() is None and not list(public.rglob(".*.tmp")):
        time.sleep(0.002)


def lose_the_lock(postgres: Server) -> None:
    """End the connections that hold a lock, as a server does that restarts."""
    with postgres.connect() as boss:
        boss.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")


@mark_fault("two builders at once", how="`build` while another holds the lock", holds=HOLDS)
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_builders_take_turns(instance: Instance) -> None:
    """The second build waits or leaves, and both publish the same files."""
    public = instance.folder / "feeds/public"
    with hold_run_lock(load(instance.config)):  # as a build does
        waits = start_build(instance, "--wait")

        assert start_build(instance).wait() == BUSY
        assert waits.poll() is None
        assert not public.exists()

    assert waits.wait() == 0

    published = read_files(public)

    assert start_build(instance, "--all").wait() == 0
    assert read_files(public) == published == drop_temporary_files(published)


@mark_fault(
    "a builder loses its lock",
    how="the server ends the connection of the lock while `build` writes; another builds beside",
    holds=HOLDS,
)
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_builders_beside_each_other_tear_nothing(instance: Instance, postgres: Server) -> None:
    """A builder that loses its lock stops within seconds; the files that both wrote in between are
    whole and up to date."""
    public = instance.folder / "feeds/public"
    first_build = start_build(instance)
    wait_until_it_writes(first_build, public)
    lose_the_lock(postgres)
    second = start_build(instance, "--wait")
    first_build.wait()

    assert second.wait() == 0

    published = read_files(public)

    assert published == drop_temporary_files(published)

    with instance.open_app() as app:
        assert not app.archive.store.index.list_outdated_owners()

    assert start_build(instance, "--all").wait() == 0
    assert read_files(public) == published
