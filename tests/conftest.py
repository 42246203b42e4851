"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A time limit on each example measures how busy the machine is: one that is stopped for a moment failed a sound rule.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real pages, feeds and hostile inputs beside the checkout; what needs them skips where they are absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with the corpus is not beside this checkout")
    return SHARED


@pytest.fixture
def kept_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in this process share worker processes."""
    from syndicator.services import build, enrich, redescribe, refresh
    from tests.workers import kept

    for module in (build, enrich, redescribe, refresh):
        monkeypatch.setattr(module, "Worker", kept)
