"""An instance whose database moves to a server, by each of the ways that an operator has."""

from __future__ import annotations

import pytest

from tests.aged.compare import assert_nothing_found, list_differences, list_unexpected_changes
from tests.aged.facts import Facts
from tests.aged.instance import DATABASE, Instance
from tests.aged.test_aged import HELD, IN_A_FILE, matches_pattern
from tests.aged.web import Web
from tests.postgres import Server

pytestmark = [IN_A_FILE, pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_database_that_moves_to_a_server_changes_nothing(
    aged: Instance, before: Facts, web: Web, postgres: Server
) -> None:
    aged.command("build")  # the first start of this version
    moved = postgres.schema()
    aged.command("db", "move", moved)
    (aged.folder / DATABASE).unlink()
    aged.store = moved
    aged.command("build", "--all")
    assert_nothing_found(list_differences({**before, "status": {}}, aged.facts()))
    aged.command("refresh")
    assert_nothing_found(list_unexpected_changes(before, aged.facts(), aged.life.added))


def test_an_empty_server_learns_everything_from_the_files(
    aged: Instance, before: Facts, postgres: Server
) -> None:
    aged.command("sources")  # the first start writes down what is only in the database
    (aged.folder / DATABASE).unlink()
    aged.store = postgres.schema()
    aged.command("reindex")
    aged.command("build", "--all")
    found = list_differences({**before, "status": {}}, aged.facts())
    assert_nothing_found(
        line for line in found if not matches_pattern(line, (*aged.life.recut, *HELD))
    )
