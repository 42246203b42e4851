"""Log events by standard `logging`, and tell by which command this program was started.
Silent until an application sets up the logger "syndicator"."""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = "syndicator"
VARIABLE = "RUN_STARTED_AS"  # set by ./run to how that was called itself
_WRITTEN = "`syndicator "
_WHEEL = "./syndicator-*.whl"  # of a release, in the present folder


def logger(name: str, **bound: object) -> "Logger":
    """Return the logger "syndicator.<name>"; each record has the values `bound` as `extra`."""
    return Logger(logging.getLogger(f"{ROOT}.{name}"), bound)


class Logger:
    """Logs events with their values as `extra`."""

    __slots__ = ("_bound", "_under")

    def __init__(self, under: logging.Logger, bound: Mapping[str, object]) -> None:
        self._under = under
        self._bound = bound

    def debug(self, event: str, **values: object) -> None:
        if self._under.isEnabledFor(logging.DEBUG):
            self._under.debug(event, extra={**self._bound, **values})

    def info(self, event: str, **values: object) -> None:
        if self._under.isEnabledFor(logging.INFO):
            self._under.info(event, extra={**self._bound, **values})

    def warning(self, event: str, **values: object) -> None:
        if self._under.isEnabledFor(logging.WARNING):
            self._under.warning(event, extra={**self._bound, **values})


@cache
def program() -> str:
    """Return the command that the operator types: `./run`, `syndicator` or `python -m
    syndicator`."""
    return program_of(os.environ, sys.argv)


def program_of(environ: Mapping[str, str], argv: Sequence[str]) -> str:
    """Return the command for the environment and arguments of a process."""
    if environ.get(VARIABLE):
        return environ[VARIABLE]
    script = Path(argv[0]) if argv else Path()
    is_module = script.name == "__main__.py" and script.parent.name == "syndicator"
    return "python -m syndicator" if is_module else "syndicator"


def install(extra: str) -> str:
    """Return the commands that install an extra: in a checkout, and from the file of a release.
    The name of this program alone would be somebody else's on an index of packages."""
    lock = f"requirements-{extra}.lock"
    return (
        f"`.venv/bin/uv pip install --python .venv -r {lock}` in a checkout, else `pip install"
        f' "$(ls {_WHEEL})[{extra}]"` beside the file of the release'
    )


def as_typed(message: str) -> str:
    """Return `message` with its commands as the operator types them."""
    return message.replace(_WRITTEN, f"`{program()} ") if _WRITTEN in message else message
