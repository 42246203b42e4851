"""A first configuration."""

from __future__ import annotations

import shutil
from pathlib import Path

from syndicator.errors import MissingError

FILES = ("syndicator.toml", "sources.toml", "taxonomy.toml", "feeds.toml")


def shipped() -> Path:
    """The folder of configuration files that we ship: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_config", package.parent / "config"):
        if (folder / "sources.toml").exists():
            return folder
    raise MissingError(f"the shipped configuration is not beside {package}; install the package again")


def write_start(config: Path) -> list[Path]:
    """Copies the shipped files that `config` lacks. Returns what was written."""
    config.mkdir(parents=True, exist_ok=True)
    missing = [name for name in FILES if not (config / name).exists()]
    for name in missing:
        shutil.copyfile(shipped() / name, config / name)
    return [config / name for name in missing]
