"""The aged instances, copied for each test that changes one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aged.facts import Facts
from tests.aged.instance import Instance, expected
from tests.aged.journey import Journey, travel
from tests.aged.lives import LIVES, Life
from tests.aged.web import Web, serving


@pytest.fixture(scope="module", params=LIVES, ids=lambda life: life.name)
def life(request: pytest.FixtureRequest) -> Life:
    found: Life = request.param
    return found


@pytest.fixture
def before(life: Life) -> Facts:
    """What the older version said."""
    return expected(life)


@pytest.fixture
def aged(life: Life, tmp_path: Path) -> Instance:
    return Instance(life, tmp_path / "aged")


@pytest.fixture
def web(aged: Instance) -> Iterator[Web]:
    """The sites a day after the last run, which `aged` can reach."""
    with serving() as started:
        started.answers = aged.life.later()
        aged.proxy = started.proxy
        yield started


@pytest.fixture(scope="module")
def journey(life: Life, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    with serving() as started:
        return travel(life, tmp_path_factory.mktemp("journey"), started, expected(life))
