"""The console of tests/console, for operations too."""

from tests.console.conftest import (
    _cheap_passwords,
    _kept_workers,
    browser,
    followed_folder,
    running_console,
    world,
)

__all__ = [
    "_cheap_passwords",
    "_kept_workers",
    "browser",
    "followed_folder",
    "running_console",
    "world",
]
