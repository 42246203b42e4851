"""`serve` as a systemd service: a real process and its signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from syndicator.app.container import open_app
from syndicator.cli.running.serving import explain_no_source
from syndicator.configuration.settings import load
from syndicator.console import security
from syndicator.health import episodes
from tests.commands import ROOT
from tests.faults.instance import wait_for


@contextmanager
def run_service(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], socket.socket]]:
    """A command run as systemd does, and what it tells that."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(folder / "notify"))
        sock.settimeout(60)
        environ = os.environ | {"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "2000000"}
        command = [sys.executable, "-m", "syndicator", "--log-format", "json", *words]
        command += ["--config", str(folder / "config")]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True
        )
        try:
            yield process, sock
        finally:
            process.kill()
            process.communicate()


def receive_notice(heard: socket.socket, what: str) -> str:
    """The next datagram that begins with `what`."""
    while not (line := heard.recv(1000).decode()).startswith(what):
        pass
    return line


def answer_of(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.slow
def test_systemd_is_told_and_sighup_reads_the_configuration_again(tmp_path: Path) -> None:
    """SIGHUP makes `serve` read the configuration again; an invalid one is logged and the last
    valid one stays. systemd is told each state, and /readyz what is missing."""
    settings = tmp_path / "config/syndicator.toml"
    settings.parent.mkdir()
    settings.write_text("[publish]\nlisten = '127.0.0.1:0'\n")
    (settings.parent / "sources.toml").write_text("")
    with run_service(tmp_path, "serve") as (process, heard):
        address = receive_notice(heard, "READY=1").partition("STATUS=serving ")[2]

        assert answer_of(address + "healthz") == (200, "ok\n")
        assert answer_of(address + "readyz") == (503, "database\n")

        with open_app(settings.parent, create=True) as app:  # as a run makes it
            key = episodes.read_feed_token(app.configuration.settings.state_dir)

        assert answer_of(address + "readyz") == (503, "no feed was built yet\n")
        assert "syndicator_articles 0.0" in answer_of(address + "metrics")[1]
        assert (
            "<title>Health of Syndicator</title>" in answer_of(address + episodes.feed_name(key))[1]
        )

        (tmp_path / "feeds/public/all.atom").write_text("<feed/>")

        assert answer_of(address + "readyz") == (200, "ok\n")

        settings.write_text('[publish]\nlisten = "127.0.0.1:0"\nhubs = ["https://hub.example/"]\n')
        process.send_signal(signal.SIGHUP)
        receive_notice(heard, "RELOADING=1")
        receive_notice(heard, "READY=1")
        with urllib.request.urlopen(address + "all.atom") as answer:
            assert "hub.example" in answer.headers["link"]
        settings.write_text("[publish")
        process.send_signal(signal.SIGHUP)
        receive_notice(heard, "RELOADING=1")
        receive_notice(heard, "READY=1")
        with urllib.request.urlopen(address + "all.atom") as answer:
            assert "hub.example" in answer.headers["link"]
        process.send_signal(signal.SIGTERM)
        receive_notice(heard, "STOPPING=1")
        _, err = process.communicate(timeout=60)

        assert process.returncode == 0
    lines = [json.loads(line) for line in err.splitlines()]

    assert [line["level"] for line in lines] == ["info", "info", "info", "warning", "info"]

    events = [line["event"] for line in lines]

    assert events[1:3] == ["setting publish.hubs changed", "configuration read again"]
    assert "is not valid TOML" in events[3]
    assert "going on with" in events[3]
    assert events[4] == "stopped"


def test_an_instance_without_sources_says_where_to_add_one(tmp_path: Path) -> None:
    """Without sources, the hint names `add` and `import`, and the console once a password is
    set."""
    settings = load(tmp_path / "config")

    assert (
        explain_no_source(settings)
        == "No source yet: `syndicator add URL`, `syndicator import FILE`"
    )

    security.set_password(
        security.find_passwords_file(settings.state_dir), "ann", "correct horse battery"
    )

    assert explain_no_source(settings).endswith(", or the console at http://127.0.0.1:8081/")


@pytest.mark.slow
def test_up_is_watched_and_visits_at_once_what_sighup_added(tmp_path: Path) -> None:
    """Under systemd, `up` sends signs of life; a source added before SIGHUP is visited at once, not
    in a minute."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "syndicator.toml").write_text(
        "[publish]\nlisten = '127.0.0.1:0'\n[fetch]\nallow_loopback = true\n"
    )
    (config / "sources.toml").write_text("")
    with (
        socket.create_server(("127.0.0.1", 0)) as site,
        run_service(tmp_path, "up") as (process, heard),
    ):
        address = receive_notice(heard, "READY=1").partition("STATUS=serving ")[2]
        receive_notice(heard, "WATCHDOG=1")
        wait_for(lambda: answer_of(address + "readyz") == (200, "ok\n"), 60)
        source = f'[[source]]\nkey = "one"\nurl = "http://127.0.0.1:{site.getsockname()[1]}/feed"\n'
        (config / "sources.toml").write_text(source)
        process.send_signal(signal.SIGHUP)
        receive_notice(heard, "READY=1")
        site.settimeout(30)  # the next run of its own would be in a minute
        visitor, _ = site.accept()
        visitor.close()
        process.send_signal(signal.SIGTERM)
        receive_notice(heard, "STOPPING=1")
        _, err = process.communicate(timeout=60)

        assert process.returncode == 0
    lines = [json.loads(line) for line in err.splitlines()]
    events = [line["event"] for line in lines]

    assert "source one added" in events
    assert events[0].startswith("No source yet: `python -m syndicator add URL`")
    assert lines[-1]["event"] == "stopped"
    assert lines[-1]["runs"] >= 1
