"""The console as a command and beside `up`: off until a password is set."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.app.clock import utc_now
from syndicator.console import security
from tests.cli.conftest import Instance
from tests.commands import ROOT
from tests.world import World


@pytest.fixture
def empty_instance(tmp_path: Path) -> Instance:
    config = tmp_path / "config"
    config.mkdir()
    (config / "syndicator.toml").write_text(
        "[publish]\nlisten = '127.0.0.1:0'\n[console]\nlisten = '127.0.0.1:0'\n"
    )
    for name in ("sources", "taxonomy"):
        (config / f"{name}.toml").write_text("")
    return Instance(tmp_path, World())


def test_it_is_off_until_a_password_is_set(empty_instance: Instance) -> None:
    """`console` fails until `--set-password` sets one of at least ten characters, in a file that
    only the owner can read."""
    from syndicator.core.errors import MissingError, UsageError

    with pytest.raises(MissingError, match="--set-password"):
        empty_instance.run_command("console")
    with pytest.raises(UsageError, match="10 characters"):
        empty_instance.run_command("console", "--set-password", answers="short\n")
    result = empty_instance.run_command(
        "console", "--set-password", "--name", "ann", answers="correct horse battery\n"
    )
    assert "the password of ann is set" in result.stdout
    path = security.find_passwords_file(empty_instance.folder / "feeds/state")
    assert list(json.loads(path.read_text())) == ["ann"]
    assert path.stat().st_mode & 0o077 == 0


def test_tokens_are_made_and_ended_by_the_command(empty_instance: Instance) -> None:
    """`console --token` creates tokens per scope and revokes them."""
    from syndicator.core.errors import UsageError

    path = security.find_tokens_file(empty_instance.folder / "feeds/state")
    tokens = {
        scope: empty_instance.run_command("console", "--token", scope, *options).stdout.strip()
        for scope, *options in _TOKENS
    }
    for scope, token in tokens.items():
        token_entry = security.find_token(path, token, utc_now())
        assert token_entry is not None
        assert token_entry.name == scope
        assert token_entry.scope == scope
        assert security.find_token(path, token, utc_now() + timedelta(days=8)) is None
    assert (
        "no longer valid"
        in empty_instance.run_command("console", "--token", "read", "--revoke").stdout
    )
    assert security.find_token(path, tokens["read"], utc_now()) is None
    assert security.find_token(path, tokens["write"], utc_now())
    with pytest.raises(UsageError, match="there are: settings, write"):
        empty_instance.run_command("console", "--token", "nobody", "--revoke")


_TOKENS = (
    ("read", "--days", "7"),
    ("write", "--write", "--days", "7"),
    ("settings", "--settings", "--days", "7"),
)


def test_nothing_of_it_is_loaded_by_other_commands() -> None:
    """Neither `up` nor the runs that it makes import the console, which would only cost memory."""
    code = (
        "import sys; import syndicator.cli.running.serving, syndicator.runs.daemon,"
        " syndicator.runs.refresh;print([one for one in sys.modules if"
        " one.startswith('syndicator.console') or one.endswith('jobs.work')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "[]", done.stderr


def wait_for_log_line(log: Path, words: str) -> str:
    """The first line of a log that has these words, once it is there."""
    end = time.monotonic() + 60
    while True:
        lines = [line for line in log.read_text().splitlines() if words in line]
        if lines:
            return lines[0]
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "turned_on"),
    [
        (signal.SIGTERM, "--set-password"),
        (signal.SIGKILL, "--set-password"),
        (signal.SIGTERM, "--token=x"),
    ],
)
def test_up_serves_it_and_it_ends_with_up(
    empty_instance: Instance, how: signal.Signals, turned_on: str
) -> None:
    """A password or token that is made while `up` runs turns it on. All its processes end with
    `up`."""
    log = empty_instance.folder / "log"
    with log.open("w") as file:
        command = [
            sys.executable,
            "-m",
            "syndicator",
            "--log-format",
            "json",
            "up",
            "--config",
            str(empty_instance.config),
        ]
        process = subprocess.Popen(command, cwd=ROOT, stderr=file, start_new_session=True)
    try:
        wait_for_log_line(log, "serving ")
        assert "console at" not in log.read_text()
        empty_instance.run_command("console", turned_on, answers="correct horse battery\n")
        url = json.loads(wait_for_log_line(log, "console at "))["event"].removeprefix("console at ")
        with urllib.request.urlopen(f"{url}login", timeout=60) as answer:
            assert b"Log in" in answer.read()
        process.send_signal(how)
        process.wait(30)
        end = time.monotonic() + 30
        while group_of(process.pid):
            assert time.monotonic() < end, group_of(process.pid)
            time.sleep(0.2)
    finally:
        if group_of(process.pid):
            os.killpg(process.pid, signal.SIGKILL)


def group_of(leader: int) -> list[str]:
    """The processes of a group that run still."""
    result = subprocess.run(
        ["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True
    )
    lines = [line.split(None, 2) for line in result.stdout.splitlines()]
    return [line[2] for line in lines if int(line[0]) == leader and not line[1].startswith("Z")]
