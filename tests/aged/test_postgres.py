"""Move the database of an upgraded instance to PostgreSQL, in each documented way."""

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
    old_instance: Instance, facts_before: Facts, web: Web, postgres: Server
) -> None:
    """Moving the database of an old instance from SQLite to PostgreSQL changes nothing that is
    published; the next run adds only new stories."""
    old_instance.run_command("build")  # the first start of this version
    moved = postgres.schema()
    old_instance.run_command("db", "move", moved)
    (old_instance.folder / DATABASE).unlink()
    old_instance.store = moved
    old_instance.run_command("build", "--all")

    assert_nothing_found(
        list_differences({**facts_before, "status": {}}, old_instance.read_facts())
    )

    old_instance.run_command("refresh")

    assert_nothing_found(
        list_unexpected_changes(facts_before, old_instance.read_facts(), old_instance.life.added)
    )


def test_an_empty_server_learns_everything_from_the_files(
    old_instance: Instance, facts_before: Facts, postgres: Server
) -> None:
    """A reindex into an empty PostgreSQL database publishes the same as before, except archives
    that are cut anew (`recut`) and held feeds (HELD)."""
    old_instance.run_command("sources")  # the first start writes down what is only in the database
    (old_instance.folder / DATABASE).unlink()
    old_instance.store = postgres.schema()
    old_instance.run_command("reindex")
    old_instance.run_command("build", "--all")
    differences = list_differences({**facts_before, "status": {}}, old_instance.read_facts())

    assert_nothing_found(
        line for line in differences if not matches_pattern(line, (*old_instance.life.recut, *HELD))
    )
