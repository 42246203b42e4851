"""The log: silent until configured; lines carry source, host and article."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.app.container import open_app
from syndicator.cli.demo.world import write_config
from syndicator.core import program
from syndicator.runs import refresh
from tests.faults.instance import NOT_SMALL, InProcess
from tests.world import World, serve_world

# What reading a page in a program of somebody's own leaves behind.
READ = """
import logging, sys
import syndicator.core.program
from syndicator import read_article
before = logging.getLogger().level, logging.getLogger().handlers[:]
read_article(b"<title>T</title><article><p>" + b"Words of a story. " * 50, "https://x.example/a")
assert before == (logging.getLogger().level, logging.getLogger().handlers)
for name, logger in logging.Logger.manager.loggerDict.items():
    assert not name.startswith("syndicator"), name
"""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with serve_world(World(without=NOT_SMALL - {"gone"})) as started:
        yield started


@pytest.fixture
def config(tmp_path: Path, world: World) -> Path:
    write_config(tmp_path / "config", world, port=0)
    return tmp_path / "config"


def visit_sources(config: Path) -> None:
    with pytest.MonkeyPatch.context() as patch, open_app(config, environ={}) as app:
        patch.setattr(refresh, "make_worker", lambda settings: InProcess())
        asyncio.run(refresh.run(app, refresh.Wanted(all=True), stop=asyncio.Event()))


def test_reading_touches_no_logger() -> None:
    """Programs that use the package as a library to read get no log output."""
    done = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, timeout=60)

    assert done.returncode == 0
    assert done.stdout == ""
    assert done.stderr == ""


@pytest.mark.slow
def test_nothing_is_printed_unless_asked_for(
    config: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Visits through the library print nothing."""
    visit_sources(config)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_each_step_names_its_source_host_and_article(
    config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Log lines of a visit carry source, host and article."""
    caplog.set_level(logging.DEBUG, logger=program.ROOT)
    visit_sources(config)
    with open_app(config, environ={}) as app:
        articles = app.archive.store.index.articles(list(app.archive.store.visits.stamps()))
    records = [record for record in caplog.records if record.name.startswith(program.ROOT)]
    filed = {
        (record.source, record.host, record.article)
        for record in records
        if record.message == "filed"
    }

    assert filed == {
        (article.source_key, article.url.split("/")[2], article.id) for article in articles.values()
    }

    ended = {(record.source, record.status) for record in records if record.message == "visited"}

    assert ("gone", "failed") in ended
    assert ("holt", "new") in ended
    assert {record.levelname for record in records} == {"DEBUG", "INFO"}

    answers = {record.answer for record in records if record.message == "asked"}

    assert {200, "gone"} <= answers  # every request, with its host and URL
    assert all(record.host in record.url for record in records if record.message == "asked")


@pytest.mark.slow
def test_the_command_line_shows_the_steps_on_stderr_and_results_on_stdout(config: Path) -> None:
    """With `--verbose`, steps go to stderr, so that stdout has the result alone."""
    command = [
        sys.executable,
        "-m",
        "syndicator",
        "--verbose",
        "refresh",
        "--config",
        str(config),
        "--source",
        "holt",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)

    assert "1 source visited" in done.stdout
    assert "filed" not in done.stdout
    assert any("filed" in line and "source=holt" in line for line in done.stderr.splitlines())
