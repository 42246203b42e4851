"""The places that tests of `app` work in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.places import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture(autouse=True)
def _kept_workers(kept_workers: None) -> None:
    """All of these run in this process."""
