"""The aged instances, copied for each test that changes one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aged.facts import Facts
from tests.aged.instance import Instance, expected, restored
from tests.aged.journey import Journey, travel
from tests.aged.lives import FIRST, ON_SERVER, SECOND, Life
from tests.aged.web import Web, serving


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(FIRST, id="first"),
        pytest.param(SECOND, id="second"),
        pytest.param(ON_SERVER, id="postgres", marks=pytest.mark.slow),
    ],
)
def life(request: pytest.FixtureRequest) -> Life:
    found: Life = request.param
    return found


@pytest.fixture
def before(life: Life) -> Facts:
    """What the older version said."""
    return expected(life)


@pytest.fixture
def aged(life: Life, tmp_path: Path, request: pytest.FixtureRequest) -> Instance:
    return Instance(life, tmp_path / "aged", store=store(life, request))


def store(life: Life, request: pytest.FixtureRequest) -> str:
    """The address of the instance's database, "" for a file. Skips if there is no server."""
    return restored(life, request.getfixturevalue("postgres")) if life.on_server else ""


@pytest.fixture
def web(aged: Instance) -> Iterator[Web]:
    """The sites a day after the last run, which `aged` can reach."""
    with serving() as started:
        started.answers = aged.life.later()
        aged.proxy = started.proxy
        yield started


@pytest.fixture(scope="module")
def journey(
    life: Life, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Journey:
    folder = tmp_path_factory.mktemp("journey")
    with serving() as started:
        aged = Instance(life, folder / "aged", started.proxy, store(life, request))
        return travel(aged, folder, started, expected(life))
