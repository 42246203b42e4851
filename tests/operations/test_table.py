"""The table of operations and lists by the ways to them has no gap."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from syndicator.cli import app, load_commands
from syndicator.console.api.openapi import document
from syndicator.operations import registry
from syndicator.operations.operation import fields_of
from syndicator.operations.queries import QUERIES
from tests.console.conftest import Browser, Served, browser, followed, served, world

__all__ = ["browser", "followed", "served", "world"]
load_commands()
PATHS = document()["paths"]


@pytest.mark.parametrize("name", QUERIES)
def test_each_list_has_a_command_a_page_and_an_address(name: str, served: Served, browser: Browser) -> None:
    query = QUERIES[name]
    words = ["status", "--list", name, "--config", str(served.instance.config)]
    for more in ([], ["--json"]):
        assert CliRunner().invoke(app, [*words, *more]).exit_code == 0
    answer = browser.get(f"/queries/{name}")
    assert answer.status == 200 and query.help in answer.body
    assert all(f'name="{one.name}"' in answer.body for one in fields_of(query))
    assert "get" in PATHS[f"/{name}"]
    assert f'href="/queries/{name}"' in browser.get("/operations").body


def test_a_list_is_filtered_and_goes_on(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicator.console.routes.operations.SHOWN", 3)
    first = browser.get("/queries/articles?source=launchbeat").body
    assert first.count('href="/articles/') == 3 and "holt" not in first
    more = first.partition('href="?')[2].partition('"')[0].replace("&amp;", "&")
    second = browser.get(f"/queries/articles?{more}").body
    assert more.startswith("source=launchbeat&cursor=") and 'href="/articles/' in second and second != first
    assert "is none of unsure" in browser.get("/queries/articles?filter=new").body
    assert browser.get("/queries/articles?cursor=gone").status == 422 and browser.get("/queries/x").status == 404


@pytest.mark.parametrize("name", registry.operations())
def test_each_operation_has_a_command_a_form_and_an_address(name: str, served: Served, browser: Browser) -> None:
    operation = registry.need(name)
    words = operation.command.partition(" --")[0].split() or ["change", name]
    shown = CliRunner().invoke(app, [*words, "--help"])
    assert shown.exit_code == 0 and "--json" in shown.output
    assert operation.is_question != ("--dry-run" in shown.output)
    assert f'action="/operations/{name}"' in browser.get(f"/operations/{name}").body
    assert "post" in PATHS[f"/operations/{name}"]
