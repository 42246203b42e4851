"""The log of commands: time, level, format, `--quiet`, and the place of its options."""

from __future__ import annotations

import json
import logging
import os
from datetime import datetime
from pathlib import Path

import pytest

from syndicator.cli import choose_modules, logs, printing
from syndicator.cli.base import move_config_last, move_global_options_first
from syndicator.cli.logs import LogFormat, LogOptions
from syndicator.core.program import logger
from tests.cli.conftest import Instance


@pytest.fixture(autouse=True)
def _unchanged() -> object:
    yield
    logs.apply_options(LogOptions())


def test_a_line_has_date_zone_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    """A line of the log starts with a time with zone and the level, then event and fields."""
    printing.log("visited", "warning", source="holt", reason="dns")
    stamp, rest = capsys.readouterr().err.split(" ", 1)

    assert datetime.fromisoformat(stamp).tzinfo is not None
    assert rest.split() == ["[warning", "]", "visited", "reason=dns", "source=holt"]


def test_json_is_one_document_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """With JSON logs each event is one line of ASCII, also if a field has line breaks or control
    characters."""
    logs.apply_options(LogOptions(json=True))
    printing.log("visited", source="holt", detail="a\nb\x9b")
    line = capsys.readouterr().err

    assert line.isascii()
    assert line.count("\n") == 1

    document = json.loads(line)

    assert document["level"] == "info"
    assert document["event"] == "visited"
    assert document["source"] == "holt"
    assert document["detail"] == "a\nb\x9b"
    assert datetime.fromisoformat(document["time"]).tzinfo is not None


def test_the_journal_gets_json_with_its_priorities(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If stderr is the journal of systemd, the log is JSON with syslog priorities (`<4>` is a
    warning); options of the operator override that."""
    with (tmp_path / "stderr").open("w") as file:
        stat = os.fstat(file.fileno())
    journal = {"JOURNAL_STREAM": f"{stat.st_dev}:{stat.st_ino}"}
    options = logs.make_options(journal, stat, format=None, quiet=False, verbose=False)

    assert options == LogOptions(json=True, journal=True)

    logs.apply_options(options)
    printing.log("held", "warning")

    assert capsys.readouterr().err.startswith('<4>{"time": ')

    # what is redirected to a file under systemd is no journal, and the operator's word comes first
    other = {"JOURNAL_STREAM": f"{stat.st_dev}:{stat.st_ino + 1}"}

    assert logs.make_options(other, stat, format=None, quiet=False, verbose=False) == LogOptions()
    assert not logs.make_options(
        journal, stat, format=LogFormat.TEXT, quiet=False, verbose=False
    ).json
    assert logs.make_options(
        {}, None, format=LogFormat.JSON, quiet=True, verbose=True
    ) == LogOptions(json=True, quiet=True, steps=True)


def test_what_packages_warn_of_is_a_line_as_any_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Warnings of other packages become lines of our log, with the package's name."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    logs.log_foreign_warnings()
    logs.apply_options(LogOptions(json=True))
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("uvicorn.error").info("nothing")
    [logged] = map(json.loads, capsys.readouterr().err.splitlines())

    assert logged["level"] == "warning"
    assert logged["event"] == "Invalid HTTP request received."
    assert logged["package"] == "uvicorn.error"


@pytest.mark.parametrize("steps", [False, True])
def test_what_we_warn_of_is_a_line_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, steps: bool
) -> None:
    """A warning of ours is one line of the log, with or without the log of steps."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    logs.log_foreign_warnings()
    logs.apply_options(LogOptions(json=True, steps=steps))
    logger("configuration").warning("feeds.toml:1: a fault")
    [logged] = map(json.loads, capsys.readouterr().err.splitlines())

    assert logged["level"] == "warning"
    assert logged["event"] == "feeds.toml:1: a fault"


def test_quiet_leaves_warnings_and_errors(capsys: pytest.CaptureFixture[str]) -> None:
    """`--quiet` drops info lines and keeps warnings."""
    logs.apply_options(LogOptions(quiet=True))
    printing.log("serving")
    printing.log("problem", "warning")

    assert [line.split()[3] for line in capsys.readouterr().err.splitlines()] == ["problem"]


@pytest.mark.parametrize(
    ("words", "ordered"),
    [
        (["refresh", "--quiet", "--all"], ["--quiet", "refresh", "--all"]),
        (
            ["refresh", "--log-format", "json", "--all"],
            ["--log-format", "json", "refresh", "--all"],
        ),
        (["refresh", "--log-format=json"], ["--log-format=json", "refresh"]),
        (["show", "--", "--quiet"], ["show", "--", "--quiet"]),
        (["up", "--log-format"], ["--log-format", "up"]),
    ],
)
def test_options_of_every_command_stand_anywhere(words: list[str], ordered: list[str]) -> None:
    """Options of the log may follow the command: they are moved before it, except after `--`."""
    assert move_global_options_first(words) == ordered


@pytest.mark.parametrize(
    ("words", "ordered"),
    [
        (["--config", "there", "status"], ["status", "--config", "there"]),
        (["--config=there", "tags", "rename", "a"], ["tags", "rename", "a", "--config=there"]),
        (
            ["--log-format", "json", "--config", "there", "show", "--", "--odd"],
            ["--log-format", "json", "show", "--config", "there", "--", "--odd"],
        ),
        (["--quiet", "build", "--config", "x"], ["--quiet", "build", "--config", "x"]),
        (["--config"], ["--config"]),
        (["--", "--config", "x"], ["--", "--config", "x"]),
    ],
)
def test_the_folder_may_be_named_before_the_command(words: list[str], ordered: list[str]) -> None:
    """`--config` before the command is moved behind it, into the innermost command; after `--`
    nothing moves."""
    assert move_config_last(words) == ordered


def test_a_command_is_found_behind_the_folder() -> None:
    """The modules to import for a command are found also if `--config FOLDER` precedes it."""
    assert (
        choose_modules(["--config", "there", "status"]) == choose_modules(["status"]) == ("status",)
    )


@pytest.mark.slow
def test_cron_is_told_what_failed_and_nothing_else(instance: Instance) -> None:
    """With `--quiet`, successful commands print nothing and a failed visit one line on stderr."""
    instance.keep_sources("holt", "gone")
    for words in (("refresh", "--source", "holt"), ("build",), ("prune",), ("reindex",)):
        fine = instance.run_command(*words, "--quiet")
        assert fine.exit_code == 0
        assert fine.stdout == ""
        assert fine.stderr == ""
    failed = instance.run_command("--quiet", "refresh", "--source", "gone")
    [line] = failed.stderr.splitlines()

    assert failed.stdout == ""
    assert "source=gone" in line
    assert "reason=gone" in line


def test_steps_are_shown_and_the_end_of_a_visit_once(instance: Instance) -> None:
    """`--verbose` adds debug events; the end of a visit is still logged once."""
    instance.keep_sources("holt")
    done = instance.run_command("refresh", "--verbose", "--log-format", "json")
    documents = [json.loads(line) for line in done.stderr.splitlines()]

    assert [document["source"] for document in documents if document["event"] == "visited"] == [
        "holt"
    ]
    assert {document["source"] for document in documents if document["event"] == "filed"} == {
        "holt"
    }
    assert {"debug", "info"} <= {document["level"] for document in documents}
