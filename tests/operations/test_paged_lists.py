"""Lists in pages, for commands and programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from syndicator.cli import app, load_commands
from syndicator.core.errors import UsageError
from syndicator.health.observing import open_read_only
from syndicator.operations.operation import schema_of
from syndicator.operations.paged_lists import QUERIES
from tests.instances import Instance, store_articles

load_commands()


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = Instance(tmp_path)
    with made.open_app() as app:
        for number in range(5):
            store_articles(app, f"Number {number}", "Of chips.", source="two")
    made.build()
    return made


def run_command(instance: Instance, *words: str) -> Result:
    return CliRunner().invoke(
        app, [*words, "--config", str(instance.config)], catch_exceptions=False
    )


def test_pages_follow_each_other_and_end(instance: Instance) -> None:
    """Three pages of two have each of the five articles once; unknown cursors and filters are
    errors."""
    with open_read_only(instance.config) as opened:
        query = QUERIES["articles"]
        titles = []
        after = ""
        for _ in range(3):
            page = query.read(opened, {}, after=after, limit=2)
            titles += [item["title"] for item in page.items]
            after = page.next

        assert after == ""
        assert len(titles) == 5
        assert len(set(titles)) == 5
        assert query.read(opened, {"words": ("number", "3")}).items[0]["title"] == "Number 3"
        with pytest.raises(UsageError, match="has no 'nothing' any more"):
            query.read(opened, {}, after="nothing")
        with pytest.raises(UsageError, match="'new' is none of unsure, all"):
            query.read(opened, {"filter": "new"})


def test_what_is_new_meanwhile_moves_no_page(instance: Instance) -> None:
    """A change made between two pages of a list neither repeats nor skips an item on the second
    page."""
    run_command(instance, "change", "add-tag", "Robots")
    run_command(instance, "change", "add-tag", "Drones")
    with open_read_only(instance.config) as opened:
        first = QUERIES["changes"].read(opened, {}, limit=1)
        run_command(instance, "change", "add-tag", "Ferries")
        second = QUERIES["changes"].read(opened, {}, after=first.next, limit=1)

    assert [change["args"]["name"] for change in (*first.items, *second.items)] == [
        "Drones",
        "Robots",
    ]


def test_the_command_line_lists_them(instance: Instance) -> None:
    """`status --list changes` shows changes and their undo; a misspelled list gets a proposal."""
    run_command(instance, "change", "add-tag", "Robots")
    run_command(instance, "change", "undo", "1")
    lines = run_command(instance, "status", "--list", "changes").output.splitlines()
    head, second, first = lines[-3:]

    assert head.split() == ["id", "at", "who", "act", "said"]
    assert first.startswith("1 ")
    assert "taken back: Robots" in second

    (undo, change) = json.loads(
        run_command(instance, "status", "--list", "changes", "--json").stdout
    )["items"]

    assert change["taken_back"] is True
    assert undo["taken_back"] is False
    assert undo["undoes"] == 1
    with pytest.raises(UsageError, match="did you mean 'changes'"):
        run_command(instance, "status", "--list", "chnages")


@pytest.mark.parametrize("name", QUERIES)
def test_each_is_json_with_an_id(instance: Instance, name: str) -> None:
    """Each list as JSON has items with an id and all its columns, and describes its filters."""
    page = json.loads(run_command(instance, "status", "--list", name, "--json").stdout)

    assert page["next"] == ""
    assert all(item["id"] for item in page["items"])
    assert (
        set(QUERIES[name].columns) <= {key for item in page["items"] for key in item}
        or not page["items"]
    )
    assert all(
        "description" in field_schema
        for field_schema in schema_of(QUERIES[name])["properties"].values()
    )


def test_the_command_line_filters_them(instance: Instance) -> None:
    """`--where` filters a list; an unknown value or filter name is an error with a proposal."""
    words = ["status", "--list", "articles", "--json", "--where"]
    (article,) = json.loads(run_command(instance, *words, "words=number,3").stdout)["items"]

    assert article["title"] == "Number 3"
    with pytest.raises(UsageError, match="no article has the source 'three'"):
        run_command(instance, *words, "source=three")
    with pytest.raises(UsageError, match="articles: unknown key 'sorce'; did you mean 'source'"):
        run_command(instance, *words, "sorce=two")
