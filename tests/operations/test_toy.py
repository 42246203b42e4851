"""A module that registers one operation gets a command, a job, a page, a log line and undo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from syndicator.cli import app, load_commands
from syndicator.core.errors import UsageError
from syndicator.operations import operation as registry
from syndicator.operations.changes.log import Log
from syndicator.operations.operation import schema_of
from tests.console.conftest import Browser, RunningConsole

load_commands()


@pytest.fixture(autouse=True)
def _toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "MODULES", [*registry.MODULES, "tests.operations.toy"])
    yield


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    for name in ("syndicator", "sources", "taxonomy"):
        (folder / f"{name}.toml").write_text("")
    return folder


def run_change(config: Path, *words: str) -> Result:
    return CliRunner().invoke(
        app, ["change", *words, "--config", str(config)], catch_exceptions=False
    )


def test_the_command_line_has_it(config: Path) -> None:
    """The toy operation works as a command with help, refusal and typo hint."""
    path = config / "motto.toml"

    assert "Write a motto." in CliRunner().invoke(app, ["change", "--help"]).output

    output = CliRunner().invoke(app, ["change", "toy", "--help"]).output

    assert "WORDS" in output
    assert "--loud" in output
    assert "In capitals." in output
    assert "--dry-run" in output

    dry = run_change(config, "toy", "slow and steady", "--dry-run").output

    assert "the motto is slow and steady" in dry
    assert "nothing was changed" in dry
    assert not path.exists()

    answer = json.loads(run_change(config, "toy", "slow and steady", "--loud", "--json").stdout)

    assert answer["motto"] == "SLOW AND STEADY"
    assert answer["applied"] is True
    assert path.read_text() == 'motto = "SLOW AND STEADY"\n'
    assert "it says so already" in run_change(config, "toy", "SLOW AND STEADY").output
    with pytest.raises(UsageError, match="no quotes"):
        run_change(config, "toy", '"')
    assert run_change(config, "toy").exit_code == 2
    with pytest.raises(UsageError, match="did you mean 'toy'"):
        run_change(config, "toyy")


def test_what_the_command_line_did_is_taken_back_there(config: Path) -> None:
    """Changes by the command line are logged and can be undone there in reverse order."""
    path = config / "motto.toml"
    log = Log(config.parent / "feeds/state")
    run_change(config, "toy", "first")
    run_change(config, "toy", "second")
    first, second = reversed(log.newest())

    assert first.act == "toy"
    assert first.said == "the motto is first"
    assert first.args["words"] == "first"
    with pytest.raises(UsageError, match=r"motto\.toml: it was edited since"):
        run_change(config, "undo", str(first.number))

    dry = run_change(config, "undo", str(second.number), "--dry-run").output

    assert "taken back: the motto is second" in dry
    assert path.read_text() == 'motto = "second"\n'

    run_change(config, "undo", str(second.number))

    assert path.read_text() == 'motto = "first"\n'

    run_change(config, "undo", str(first.number))

    assert not path.exists()


def test_the_console_has_its_form_preview_job_and_line_in_changes(
    running_console: RunningConsole, browser: Browser
) -> None:
    """The toy operation works in the console: form, preview, job, log and undo."""
    path = running_console.instance.config / "motto.toml"
    body = browser.get("/operations/toy").body

    assert 'name="words"' in body
    assert "In capitals." in body
    assert 'type="checkbox" name="loud"' in body

    planned = running_console.finish_job(
        browser.post("/operations/toy", {"then": "plan", "words": "haste", "loud": "on"})
    )

    assert planned.change is None
    assert not path.exists()
    assert "the motto is HASTE" in browser.get(f"/operations/toy?job={planned.id}").body

    job = running_console.finish_job(
        browser.post("/operations/toy", {"then": "apply", "words": "haste"})
    )

    assert path.read_text() == 'motto = "haste"\n'
    assert "the motto is haste" in browser.get("/changes").body
    assert '+motto = "haste"' in unescape(browser.get(f"/changes/{job.change}").body)

    running_console.finish_job(
        browser.post("/operations/undo", {"number": str(job.change), "next": "/"})
    )

    assert not path.exists()
    assert browser.get("/operations/nothing").status == 404


def test_programs_get_a_schema() -> None:
    """The schema of an operation has its parameters, with types and descriptions."""
    schema = schema_of(registry.need_operation("toy"))

    assert schema["description"] == "Write a motto."
    assert schema["required"] == ["words"]
    assert schema["properties"]["loud"] == {
        "description": "In capitals.",
        "title": "Loud",
        "type": "boolean",
        "default": False,
    }
    assert schema["additionalProperties"] is False
