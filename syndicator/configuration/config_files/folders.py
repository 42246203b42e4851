"""Where the folder of an instance is: its configuration, and what the paths in its settings begin at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

VARIABLE: Final = "SYNDICATOR_CONFIG"  # names a folder of configuration where no option does


def own_config(environ: Mapping[str, str]) -> Path | None:
    """The configuration of this account, `~/.config/syndicator` (XDG base directories); None where there is none."""
    folder = _xdg(environ, "XDG_CONFIG_HOME", ".config")
    return folder if folder and folder.is_dir() else None


def root_of(config: Path, environ: Mapping[str, str]) -> Path:
    """What the paths in the settings of `config` are relative to: the folder that contains it. For the configuration
    of this account it is `~/.local/share/syndicator`: articles and feeds are no configuration."""
    own, data = _xdg(environ, "XDG_CONFIG_HOME", ".config"), _xdg(environ, "XDG_DATA_HOME", ".local/share")
    if own and data and own.resolve() == config.resolve():
        return data
    return config.resolve().parent


def _xdg(environ: Mapping[str, str], variable: str, usual: str) -> Path | None:
    """The program's folder below one of the base directories. A relative one counts as unset, as the standard says."""
    if Path(environ.get(variable, "")).is_absolute():
        return Path(environ[variable]) / "syndicator"
    home = Path(environ.get("HOME", ""))
    return home / usual / "syndicator" if home.is_absolute() else None
