"""Which config folder a command uses, and where it writes its files."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from syndicator.cli.base import CONFIG, Config
from syndicator.configuration.folders import find_own_config, find_root
from syndicator.configuration.settings import load, unknown_variables

app = typer.Typer()


@app.command()
def print_config_folder(config: Config = CONFIG) -> None:
    typer.echo(config)


def run_with_config_option(*words: str, **environ: str) -> str:
    return CliRunner().invoke(app, words, env=environ, catch_exceptions=False).output.strip()


def test_option_then_variable_then_this_folder_then_the_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The configuration folder is the option, else the variable, else `config` here, else
    `~/.config/syndicator`."""
    monkeypatch.chdir(tmp_path)
    home = {"HOME": str(tmp_path / "home")}
    variable = {"SYNDICATOR_CONFIG": "/srv/feeds/config"}

    assert run_with_config_option(**home) == "config"  # the error names it, and how to make it

    (tmp_path / "home/.config/syndicator").mkdir(parents=True)

    assert run_with_config_option(**home) == f"{tmp_path}/home/.config/syndicator"

    (tmp_path / "config").mkdir()

    assert run_with_config_option(**home) == "config"
    assert run_with_config_option(**home, **variable) == "/srv/feeds/config"
    assert run_with_config_option("--config", "other", **home, **variable) == "other"


def test_the_variable_is_no_unknown_setting() -> None:
    """`SYNDICATOR_CONFIG` is not reported as an unknown setting."""
    assert unknown_variables({"SYNDICATOR_CONFIG": "/srv/feeds/config"}) == {}


def test_base_directories_may_be_elsewhere(tmp_path: Path) -> None:
    """The XDG variables decide where the account's configuration and data are."""
    (tmp_path / "settings/syndicator").mkdir(parents=True)
    environ = {
        "XDG_CONFIG_HOME": str(tmp_path / "settings"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }

    assert find_own_config(environ) == tmp_path / "settings/syndicator"
    assert find_root(tmp_path / "settings/syndicator", environ) == tmp_path / "data/syndicator"

    settings = load(tmp_path / "settings/syndicator", environ)

    assert Path(settings.articles_at) == tmp_path / "data/syndicator/feeds/articles"


def test_relative_base_directories_and_no_home_count_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative XDG_CONFIG_HOME or a missing HOME is ignored."""
    (tmp_path / ".config/syndicator").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    assert find_own_config({"XDG_CONFIG_HOME": ".config"}) is None
    assert find_own_config({}) is None
    assert find_root(Path(".config/syndicator"), {}) == tmp_path / ".config"
