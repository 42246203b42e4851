"""An instance that its operator reads on the home network."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from syndicator.cli import app, load_commands, printing
from syndicator.cli.running import serving
from syndicator.configuration.settings import Publish, Settings, Site, load
from syndicator.core.errors import MissingError, UsageError
from syndicator.publishing.web.shell import draw_qr_lines
from syndicator.setup import start
from syndicator.setup.start import Start, write_config

SECRET = "sesame-opens-this-door"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_config(tmp_path / "config", Start(title="Mine"))
    monkeypatch.setattr(start, "find_home_address", lambda: "192.168.1.5")
    return tmp_path / "config"


def test_it_listens_at_home_behind_a_secret(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`up --share` adds host, secret path and address to the settings and removes nothing."""

    async def up(config: Path) -> None:
        return None

    monkeypatch.setattr(serving, "up", up)
    shown_settings: list[Settings] = []
    monkeypatch.setattr(printing, "print_address_for_phones", shown_settings.append)
    load_commands()
    before = (config / "syndicator.toml").read_text()
    result = CliRunner().invoke(
        app, ["up", "--share", "--config", str(config)], catch_exceptions=False
    )
    settings = load(config, {})
    assert result.exit_code == 0
    assert settings.site.title == "Mine"
    assert settings.publish.host == "0.0.0.0"
    assert len(settings.publish.secret_path) == 20
    assert settings.base_url == f"http://192.168.1.5:8080/{settings.publish.secret_path}/"
    assert [settings_shown.base_url for settings_shown in shown_settings] == [settings.base_url]
    after = (config / "syndicator.toml").read_text().splitlines()
    assert [line for line in before.splitlines() if line not in after] == []


@pytest.mark.parametrize(
    ("words", "lines", "listen"),
    [
        (["up", "--share", "--port", "9000"], "host = '127.0.0.1'", "0.0.0.0:9000"),
        (["up", "--host", "::1"], "port = 81", "[::1]:81"),
        (["serve", "--port", "0"], "listen = 'x.example:81'", "x.example:0"),
        (["serve"], "listen = '[::1]:81'", "[::1]:81"),
    ],
)
def test_options_override_a_part_of_the_address(
    config: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], lines: str, listen: str
) -> None:
    """`--host` and `--port` replace their part of `listen`; `--share` writes the result and the
    home address."""

    async def served(config: Path) -> None:
        listened.append(load(config).publish.listen)

    listened: list[str] = []
    monkeypatch.setenv("SYNDICATOR_PUBLISH__LISTEN", "")
    monkeypatch.delenv("SYNDICATOR_PUBLISH__LISTEN")  # after the test, too
    monkeypatch.setattr(serving, words[0], served)
    load_commands()
    (config / "syndicator.toml").write_text(f"[publish]\n{lines}\n")
    CliRunner().invoke(app, [*words, "--config", str(config)], catch_exceptions=False)
    assert listened == [listen]
    if "--share" in words:
        shared = load(config, {})
        assert shared.publish.listen == listen
        assert shared.site.url == "http://192.168.1.5:9000/"


def test_where_it_moved_in_the_network_its_secret_stays(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the machine's address changes, the secret part of the address stays."""
    start.share_at_home(config)
    before = load(config, {})
    monkeypatch.setattr(start, "find_home_address", lambda: "192.168.1.7")
    start.share_at_home(config)

    assert load(config, {}).base_url == before.base_url.replace("1.5", "1.7")


def test_one_that_is_published_stays_public(config: Path) -> None:
    """A published instance cannot be shared at home only."""
    path = config / "syndicator.toml"
    path.write_text(text := '[site]\nurl = "https://feeds.example/"\n')

    with pytest.raises(UsageError, match="this folder is published at"):
        start.share_at_home(config)
    assert path.read_text() == text


def test_one_behind_a_web_server_stays_there(config: Path) -> None:
    """An instance behind a web server keeps its settings."""
    path = config / "syndicator.toml"
    path.write_text(
        text := f'[site]\nurl = "https://feeds.example/"\n[publish]\nsecret_path = "{SECRET}"\n'
    )
    start.share_at_home(config)

    assert path.read_text() == text


def test_without_a_network_it_says_so(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network address the command fails with a message."""
    monkeypatch.setattr(start, "find_home_address", lambda: "")
    with pytest.raises(MissingError, match="in no network"):
        start.share_at_home(config)


def test_no_two_secrets_are_the_same() -> None:
    """Secret paths are random, and valid as a setting."""
    assert len({start.make_secret() for _ in range(100)}) == 100
    Publish(secret_path=start.make_secret())


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_address_and_code_and_nothing_else_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The secret address and QR code are printed only to a terminal."""
    settings = Settings(
        site=Site(url="http://192.168.1.5:8080/"), publish=Publish(secret_path=SECRET)
    )
    address = f"http://192.168.1.5:8080/{SECRET}/phone.html"
    lines = draw_qr_lines(address)
    for out, is_terminal in ((io.StringIO(), False), (Terminal(), True)):
        monkeypatch.setattr(sys, "stdout", out)
        printing.print_address_for_phones(settings)
        assert (address in out.getvalue()) == is_terminal
        assert all((line in out.getvalue()) == is_terminal for line in lines)
    printing.print_address_for_phones(Settings())

    assert out.getvalue().count("\n") == 1 + len(lines)

    monkeypatch.setattr(sys, "stdout", Terminal())

    assert printing.print_secret_address(settings) == address  # before anything serves: no code
    assert sys.stdout.getvalue() == f"your feeds, for nobody else: {address}\n"  # type: ignore[attr-defined]
    assert printing.print_secret_address(Settings()) == ""
