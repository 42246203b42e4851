"""Every operation is reachable by command, console and API."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from syndicator.app.container import open_app
from syndicator.cli import app, load_commands
from syndicator.console.api.server import make_openapi_document
from syndicator.core.requests import Wrapper
from syndicator.operations import operation as registry
from syndicator.operations.changes.log import Log
from syndicator.operations.changes.texts import apply, pack_list
from syndicator.operations.operation import arguments_of, fields_of
from syndicator.operations.paged_lists import QUERIES
from tests.console.conftest import Browser, RunningConsole

load_commands()
PATHS = make_openapi_document()["paths"]


@pytest.mark.parametrize("name", QUERIES)
def test_each_list_has_a_command_a_page_and_an_address(
    name: str, running_console: RunningConsole, browser: Browser
) -> None:
    """Each list is available as a command, a console page with its filters and an API path."""
    query = QUERIES[name]
    words = ["status", "--list", name, "--config", str(running_console.instance.config)]
    for options in ([], ["--json"]):
        assert CliRunner().invoke(app, [*words, *options]).exit_code == 0
    answer = browser.get(f"/queries/{name}")

    assert answer.status == 200
    assert query.help in answer.body
    assert all(f'name="{field.name}"' in answer.body for field in fields_of(query))
    assert "get" in PATHS[f"/{name}"]
    assert f'href="/queries/{name}"' in browser.get("/operations").body


def test_a_list_is_filtered_and_goes_on(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list in the console is filtered, its link leads to the next page, and wrong parameters are
    explained."""
    monkeypatch.setattr("syndicator.console.routes.operations.SHOWN", 3)
    first_body = browser.get("/queries/articles?source=launchbeat").body

    assert first_body.count('href="/articles/') == 3
    assert "holt" not in first_body

    next_query = first_body.partition('href="?')[2].partition('"')[0].replace("&amp;", "&")
    second = browser.get(f"/queries/articles?{next_query}").body

    assert next_query.startswith("source=launchbeat&cursor=")
    assert 'href="/articles/' in second
    assert second != first_body
    assert "is none of unsure" in browser.get("/queries/articles?filter=new").body
    assert browser.get("/queries/articles?cursor=gone").status == 422
    assert browser.get("/queries/x").status == 404


@pytest.mark.parametrize("name", registry.operations())
def test_each_operation_has_a_command_a_form_and_an_address(
    name: str, running_console: RunningConsole, browser: Browser
) -> None:
    """Each operation is available as a command, a console form and an API path; those that change
    something have `--dry-run`."""
    operation = registry.need_operation(name)
    words = operation.command.partition(" --")[0].split() or ["change", name]
    help_result = CliRunner().invoke(app, [*words, "--help"])

    assert help_result.exit_code == 0
    assert "--json" in help_result.output
    assert operation.is_question != ("--dry-run" in help_result.output)
    assert f'action="/operations/{name}"' in browser.get(f"/operations/{name}").body
    assert "post" in PATHS[f"/operations/{name}"]


# What cannot be taken back, and why.
LASTING = {
    "retry": "a visit",
    "build": "it follows from what is there",
    "learn": "it follows from the articles",
    "push-sources": "it follows from sources.toml",
    "prune": "it deletes for good",
}
ADDED: dict[str, dict[str, Any]] = {
    "add": {"url": ("https://new.example/feed",)},
    "follow-list": {"url": "https://page.example/"},
}
OF_A_SOURCE: dict[str, dict[str, Any]] = {
    "rest": {},
    "wake": {},
    "adopt-move": {},
    "change-source": {"title": "B"},
    "save-rules": {"title": ("h1",)},
}
OF_AN_ARTICLE: dict[str, dict[str, Any]] = {
    "set-tags": {"tags": ("LLM",)},
    "reject": {"tags": ("LLM",)},
    "confirm": {"tags": ("LLM",)},
    "edit": {"title": "A title"},
    "hide": {},
    "release": {},
    "withdraw": {},
    "restore": {},
}
OF_TAGS: dict[str, dict[str, Any]] = {
    "add-tag": {"name": "Robots"},
    "add-alias": {"name": "Robots", "alias": "androids"},
    "describe-tag": {"name": "Robots", "description": "machines that move"},
    "rename-tag": {"old": "Robots", "new": "Machines"},
    "merge-tags": {"old": "Machines", "new": "LLM"},
    "save-category": {"name": "Sea"},
    "save-query": {"slug": "sea", "query": "sea"},
}
OTHERS: dict[str, dict[str, Any]] = {
    "import-articles": {
        "text": (
            "---\ntitle: Of elsewhere\ndate: 2026-02-11\nsource: https://else.example/a\n---\nA"
            " text.\n"
        )
    },
    "describe": {"all": True},
    "ask-model": {"all": True},
    "reread": {"source": "launchbeat"},
    "withdraw-muted": {},
    "restore-muted": {},
    "split": {},
    "join": {},
    "each": {"name": "rest", "subjects": ("holt", "parallel")},
    "use-list": {"key": "holt"},
    "remove-source": {"key": ("launchbeat",)},
    "change-settings": {"values": ("site.title=Ours",)},
    "undo": {"number": "1"},
}


def test_each_change_can_be_taken_back_or_says_why(running_console: RunningConsole) -> None:
    """Every operation that changes something is applied once, in this order; each logged change can
    be undone, except those in LASTING."""
    config = running_console.instance.config / "syndicator.toml"
    config.write_text(
        config.read_text() + '\n[describe.llm]\nurl = "http://127.0.0.1:9/"\nmodel = "none"\n'
    )
    with open_app(running_console.instance.config) as app:
        articles = [item for item in app.archive.store.index.each() if item.source_key == "holt"]
        state = app.archive.store.visits.state("parallel")

        assert state is not None

        app.archive.store.visits.save_states(
            [
                replace(
                    state,
                    redirects=replace(state.redirects, effective_url="https://moved.example/feed"),
                )
            ]
        )
        copy = next(iter(app.archive.store.index.merged()))
        marks = pack_list(Wrapper(by="blocks", forms=("article",), pointed=True))
    values = {**ADDED, **OTHERS} | {
        name: {"key": "parallel", **further_values} for name, further_values in OF_A_SOURCE.items()
    }
    values |= {
        name: {"id": articles[0].id, **further_values}
        for name, further_values in OF_AN_ARTICLE.items()
    } | OF_TAGS
    values["release"] = {"id": (articles[0].id,)}
    values["split"], values["restore-muted"] = {"id": copy}, {"ids": (articles[0].id,)}
    values["join"] = {"ids": (articles[0].id, articles[1].id)}
    for name in ("follow-list", "use-list"):
        values[name] = {**values[name], "wrapper": marks}
    order = [*ADDED, *OF_A_SOURCE, *OF_AN_ARTICLE, *OF_TAGS, *OTHERS]
    changes = {name for name, item in registry.operations().items() if not item.is_question}

    assert {*order, *LASTING} == changes
    assert not {*order} & {*LASTING}

    log = Log(running_console.settings.state_dir)
    for name in order:
        with open_app(running_console.instance.config) as app:
            operation = registry.need_operation(name)
            arguments = arguments_of(operation, values[name])
            planned = operation.plan(app, arguments)
            assert planned.logged or planned.is_empty or name == "reread", name
            _, number = apply(app, operation, arguments, planned, who="ann")
        if number is not None:
            logged = log.get(number)
            assert logged is not None and (
                logged.lasting == "" or logged.act in ("ask-model", "describe")
            ), logged
