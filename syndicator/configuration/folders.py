"""Find the account's configuration folder, and the root of an instance's paths."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

VARIABLE: Final = "SYNDICATOR_CONFIG"  # folder of configuration, unless an option names one


def find_own_config(environ: Mapping[str, str]) -> Path | None:
    """Return the configuration folder of this account, `~/.config/syndicator` (XDG Base Directory
    Specification); None if it does not exist."""
    folder = _find_xdg_folder(environ, "XDG_CONFIG_HOME", ".config")
    return folder if folder and folder.is_dir() else None


def find_root(config: Path, environ: Mapping[str, str]) -> Path:
    """Return the folder where relative paths in the configuration begin: the parent of `config`,
    but `~/.local/share/syndicator` for the configuration folder of the account."""
    own = _find_xdg_folder(environ, "XDG_CONFIG_HOME", ".config")
    data = _find_xdg_folder(environ, "XDG_DATA_HOME", ".local/share")
    if own and data and own.resolve() == config.resolve():
        return data
    return config.resolve().parent


def _find_xdg_folder(environ: Mapping[str, str], variable: str, usual: str) -> Path | None:
    """Return our folder in a base directory of XDG, such as ~/.config/syndicator. `variable`: the
    environment variable with the base directory; `usual`: the base directory below the home, if the
    variable is missing or has a relative path. None if there is no home then."""
    base = Path(environ.get(variable, ""))
    if base.is_absolute():
        return base / "syndicator"
    home = Path(environ.get("HOME", ""))
    if home.is_absolute():
        return home / usual / "syndicator"
    return None
