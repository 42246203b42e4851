"""`config show`, and what every command does when it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from syndicator.cli import app
from syndicator.core.errors import ConfigError
from syndicator.health.check.config_files import list_settings, mask_password

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/syndicator.toml").write_text(
        '[publish]\nlisten = "0.0.0.0:81"\n[store]\nurl = "postgresql://me:pass@db/x"\n'
    )
    return tmp_path / "config"


def test_each_setting_is_shown_with_where_it_comes_from(config: Path) -> None:
    """Each setting has its origin: file and line, variable or default. Passwords are masked."""
    environ = {
        "SYNDICATOR_FETCH__PROXY": "http://u:hidden@proxy.example:1",
        "SYNDICATOR_DESCRIBE__LLM__MODEL": "m",
    }
    settings = {
        setting.name: (setting.value, setting.origin) for setting in list_settings(config, environ)
    }

    assert settings["publish.listen"] == ("0.0.0.0:81", f"{config}/syndicator.toml:2")
    assert settings["publish.limit"] == (50, "default")
    assert settings["describe.llm.model"] == (
        "m",
        "environment variable SYNDICATOR_DESCRIBE__LLM__MODEL",
    )
    assert settings["store.url"][0] == "postgresql://me:***@db/x"
    assert settings["fetch.proxy"][0] == "http://u:***@proxy.example:1"


@pytest.mark.parametrize(
    "url", ["", "https://a.example/x:y@z", "sqlite:////srv/a.db", "http://me@proxy/"]
)
def test_what_has_no_password_is_shown_whole(url: str) -> None:
    """An address without a password is shown unmasked."""
    assert mask_password(url) == url


def test_it_is_printed_for_people_and_for_programs(config: Path) -> None:
    """`config show` prints each setting with its value and the file and line it comes from, as text
    and as JSON."""
    stdout = CliRunner().invoke(app, ["config", "show", "--config", str(config)]).stdout

    assert f'publish.listen\t"0.0.0.0:81"\t{config}/syndicator.toml:2\n' in stdout

    document = json.loads(
        CliRunner().invoke(app, ["config", "show", "--json", "--config", str(config)]).stdout
    )

    assert document["publish.listen"] == {
        "value": "0.0.0.0:81",
        "origin": f"{config}/syndicator.toml:2",
    }


def test_a_dropped_setting_is_a_warning_of_every_command(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A removed setting, in the file or the environment, is a logged warning with its place and
    reason, and the command works."""
    (config / "syndicator.toml").write_text("[publish]\nmost = 9\n")
    monkeypatch.setenv("SYNDICATOR_FETCH__REDIRECTS", "3")
    done = CliRunner().invoke(
        app, ["--log-format", "json", "config", "show", "--json", "--config", str(config)]
    )
    warnings = [json.loads(line) for line in done.stderr.splitlines()]

    assert [(warning["level"], warning["at"], warning["key"]) for warning in warnings] == [
        ("warning", f"{config}/syndicator.toml:2", "publish.most"),
        (
            "warning",
            "environment variable SYNDICATOR_FETCH__REDIRECTS",
            "SYNDICATOR_FETCH__REDIRECTS",
        ),
    ]
    assert (
        warnings[1]["event"] == "fetch.redirects is no setting any more: it is always 5; unset it"
    )
    assert done.exit_code == 0
    assert "publish.most" not in json.loads(done.stdout)


@pytest.mark.parametrize("words", [("config", "show"), ("--help",)])
def test_a_reader_that_has_gone_is_no_failure(config: Path, words: tuple[str, ...]) -> None:
    """If the reader of a pipe ends early, as `head` does, the command exits with 0."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "syndicator", *words]
    environ = {**os.environ, "SYNDICATOR_CONFIG": str(config)}
    done = subprocess.run(
        command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, env=environ, timeout=60
    )
    os.close(writing)

    assert done.returncode == 0
    assert done.stderr == b""


@pytest.mark.parametrize("option", ["up", "serve"])
def test_a_port_that_is_none_is_a_usage_error(config: Path, option: str) -> None:
    """A port above 65535 is a usage error (code 2) of `up` and `serve`."""
    done = CliRunner().invoke(app, [option, "--port", "99999", "--config", str(config)])
    assert done.exit_code == 2
    assert "--port" in done.stderr


def test_a_folder_that_is_not_there_has_no_settings(tmp_path: Path) -> None:
    """`config show` of a folder that does not exist is an error, not a list of defaults."""
    done = CliRunner().invoke(app, ["config", "show", "--config", str(tmp_path / "typo")])
    assert isinstance(done.exception, ConfigError)
    assert "typo/sources.toml does not exist" in str(done.exception)


@pytest.mark.slow
@pytest.mark.parametrize(("words", "code"), [("config show >&- 2>&- <&-", 0), ("import - <&-", 69)])
def test_a_stream_that_is_closed_leads_nowhere(config: Path, words: str, code: int) -> None:
    """Closed standard streams (`>&-` in a shell) cause no traceback and no output; reading a closed
    stdin fails with code 69."""
    (config / "sources.toml").touch()
    environ = {**os.environ, "SYNDICATOR_CONFIG": str(config)}
    line = f"exec {sys.executable} -m syndicator {words}"
    done = subprocess.run(
        ["sh", "-c", line], cwd=ROOT, capture_output=True, text=True, env=environ, timeout=60
    )

    assert done.returncode == code
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
