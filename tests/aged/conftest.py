"""The aged instances, copied for each test that changes one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aged.facts import Facts
from tests.aged.instance import Instance, read_expected_facts, restore_database
from tests.aged.journey import Journey, make_journey
from tests.aged.lives import FIRST, ON_SERVER, SECOND, Life
from tests.aged.web import Web, serve_web


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(FIRST, id="first"),
        pytest.param(SECOND, id="second"),
        pytest.param(ON_SERVER, id="postgres", marks=pytest.mark.slow),
    ],
)
def life(request: pytest.FixtureRequest) -> Life:
    param: Life = request.param
    return param


@pytest.fixture
def facts_before(life: Life) -> Facts:
    """What the older version said."""
    return read_expected_facts(life)


@pytest.fixture
def old_instance(life: Life, tmp_path: Path, request: pytest.FixtureRequest) -> Instance:
    return Instance(life, tmp_path / "aged", store=restore_store(life, request))


def restore_store(life: Life, request: pytest.FixtureRequest) -> str:
    """The address of the instance's database, "" for a file. Skips if there is no server."""
    return restore_database(life, request.getfixturevalue("postgres")) if life.on_server else ""


@pytest.fixture
def web(old_instance: Instance) -> Iterator[Web]:
    """The sites a day after the last run, which `old_instance` can reach."""
    with serve_web() as started:
        started.answers = old_instance.life.later_answers()
        old_instance.proxy = started.proxy
        yield started


@pytest.fixture(scope="module")
def journey(
    life: Life, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Journey:
    folder = tmp_path_factory.mktemp("journey")
    with serve_web() as web:
        aged = Instance(life, folder / "aged", web.proxy, restore_store(life, request))
        return make_journey(aged, folder, web, read_expected_facts(life))
