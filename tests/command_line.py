"""The command line, made once a process: typer makes it anew at every call, at the price of what
most commands do."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import typer
from typer import main, testing

_make = main.get_command


def share_commands(patch: pytest.MonkeyPatch) -> None:
    """From now on calls of an app in this process share the commands that were made of it."""
    patch.setattr(main, "get_command", make_command)
    patch.setattr(testing, "_get_command", make_command)


def make_command(app: typer.Typer) -> Any:
    """The command of `app`, made anew only when commands were added to it since."""
    return _made(app, sum(len(group.registered_commands) for group in _groups(app)))


def _groups(app: typer.Typer) -> list[typer.Typer]:
    inner = [found.typer_instance for found in app.registered_groups]
    return [app, *(group for group in inner if group is not None)]


@cache
def _made(app: typer.Typer, commands: int) -> Any:
    return _make(app)
