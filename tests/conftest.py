"""Fixtures that every test may use."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import command_line, engines
from tests import postgres as postgres_server
from tests.samples import OWN, SHARED, Samples

# A time limit on each example measures how busy the machine is: one that is stopped for a moment
# failed a sound rule.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Spares the garbage collector the modules and tests, which stay until the end: a seventh of
    the tests' CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def one_compiler() -> Iterator[None]:
    """SQL is compiled once a process, not once a database: that was a fifth of the tests' CPU."""
    with pytest.MonkeyPatch.context() as patch:
        engines.share_engines(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_command_line() -> Iterator[None]:
    """The command line is made once a process, not once a call."""
    with pytest.MonkeyPatch.context() as patch:
        command_line.share_commands(patch)
        yield


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Real pages, feeds and hostile inputs beside the checkout; what needs them skips where they
    are absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with the corpus is not beside this checkout")
    return SHARED


@pytest.fixture
def kept_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in this process share worker processes."""
    from syndicator.app import clients
    from syndicator.runs import pushes
    from syndicator.upkeep.tags import learning
    from tests.workers import get_kept_worker

    for module in (clients, learning, pushes):
        monkeypatch.setattr(module, "Worker", get_kept_worker)


@pytest.fixture(scope="session")
def samples() -> Samples:
    """Odd and hostile inputs: our own, and those of ../shared too where it is beside the
    checkout."""
    return Samples(OWN, SHARED if SHARED.is_dir() else None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Server]:
    """A PostgreSQL server of this test process."""
    with postgres_server.run_server() as started:
        yield started
