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
    """Return the folder that relative paths in the configuration start from. This is the parent of
    the configuration folder `config`; but for the configuration folder of the account it is the
    data folder, such as `~/.local/share/syndicator`."""
    own_config = _find_xdg_folder(environ, "XDG_CONFIG_HOME", ".config")
    own_data = _find_xdg_folder(environ, "XDG_DATA_HOME", ".local/share")
    if own_config and own_data and own_config.resolve() == config.resolve():
        return own_data
    return config.resolve().parent


def _find_xdg_folder(environ: Mapping[str, str], variable: str, usual: str) -> Path | None:
    """Return the program's folder in a base directory of XDG, such as ~/.config/syndicator. The
    base directory is the absolute path in `variable`, else the folder `usual` in the home folder.
    Return None if both are unknown."""
    base = Path(environ.get(variable, ""))
    if base.is_absolute():
        return base / "syndicator"
    home = Path(environ.get("HOME", ""))
    if home.is_absolute():
        return home / usual / "syndicator"
    return None
