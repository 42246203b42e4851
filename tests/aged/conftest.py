"""The aged instance, copied for each test that changes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aged.facts import Facts
from tests.aged.instance import Instance, expected
from tests.aged.journey import Journey, later, travel
from tests.aged.web import Web, serving


@pytest.fixture
def before() -> Facts:
    """What the older version said."""
    return expected()


@pytest.fixture
def aged(tmp_path: Path) -> Instance:
    return Instance(tmp_path / "aged")


@pytest.fixture
def web(aged: Instance) -> Iterator[Web]:
    """The sites a day after the summer, which `aged` can reach."""
    with serving() as started:
        started.answers = later()
        aged.proxy = started.proxy
        yield started


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Journey:
    with serving() as started:
        return travel(tmp_path_factory.mktemp("journey"), started, expected())
