"""Find the account's configuration folder, and the root of an instance's paths."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

VARIABLE: Final = "SYNDICATOR_CONFIG"  # folder of configuration, unless an option names one


def find_own_config(environ: Mapping[str, str]) -> Path | None:
    """Return the configuration folder in the home of this account, usually `~/.config/syndicator`
    (XDG Base Directory Specification). Return None if it does not exist."""
    folder = _find_xdg_folder(environ, "XDG_CONFIG_HOME", ".config")
    return folder if folder and folder.is_dir() else None


def find_root(config: Path, environ: Mapping[str, str]) -> Path:
    """Return the folder that relative paths in the configuration start from. `config`: the
    configuration folder. The result is its parent; only if `config` is the folder in the account's
    home, such as `~/.config/syndicator`, it is the account's data folder, such as
    `~/.local/share/syndicator`. `environ`: the environment variables."""
    account_config = _find_xdg_folder(environ, "XDG_CONFIG_HOME", ".config")
    account_data = _find_xdg_folder(environ, "XDG_DATA_HOME", ".local/share")
    if account_config and account_data and account_config.resolve() == config.resolve():
        return account_data
    return config.resolve().parent


def _find_xdg_folder(environ: Mapping[str, str], variable: str, usual: str) -> Path | None:
    """Return this program's folder in a base directory of the XDG standard, such as
    ~/.config/syndicator. The base directory is the path in the environment variable `variable`, if
    this is an absolute path, else the folder `usual` in the home folder. Return None if there is no
    home folder either."""
    base = Path(environ.get(variable, ""))
    if base.is_absolute():
        return base / "syndicator"
    home = Path(environ.get("HOME", ""))
    if home.is_absolute():
        return home / usual / "syndicator"
    return None
