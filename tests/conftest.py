"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

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
