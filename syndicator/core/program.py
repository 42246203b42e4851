"""Log events by Python's `logging`, and tell by which command this program was started.
Nothing is logged until an application sets up the logger "syndicator"."""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = "syndicator"
VARIABLE = "RUN_STARTED_AS"  # environment variable: the script ./run sets it to its own name
_WRITTEN = "`syndicator "  # how our messages write commands
_WHEEL = "./syndicator-*.whl"  # file of a release, in the current folder


def logger(name: str, **bound: object) -> "Logger":
    """Return the logger "syndicator.<name>". `bound`: values that each of its records has."""
    return Logger(logging.getLogger(f"{ROOT}.{name}"), bound)


class Logger:
    """Logs events. The values of an event become attributes of its record (`extra` of Python's
    `logging`)."""

    __slots__ = ("_bound", "_logger")

    def __init__(self, python_logger: logging.Logger, bound: Mapping[str, object]) -> None:
        """`python_logger`: the logger of Python to write to. `bound`: names and values that every
        record has."""
        self._logger = python_logger
        self._bound = bound

    def debug(self, event: str, **values: object) -> None:
        """Log an event that only developers want to see."""
        if self._logger.isEnabledFor(logging.DEBUG):
            self._logger.debug(event, extra={**self._bound, **values})

    def info(self, event: str, **values: object) -> None:
        """Log an event of normal operation."""
        if self._logger.isEnabledFor(logging.INFO):
            self._logger.info(event, extra={**self._bound, **values})

    def warning(self, event: str, **values: object) -> None:
        """Log an event that the operator should look at."""
        if self._logger.isEnabledFor(logging.WARNING):
            self._logger.warning(event, extra={**self._bound, **values})


@cache
def program() -> str:
    """Return the command by which the operator started this process: `./run`, `syndicator` or
    `python -m syndicator`."""
    return find_program(os.environ, sys.argv)


def find_program(environ: Mapping[str, str], argv: Sequence[str]) -> str:
    """Return the command by which a process of this program was started, such as "./run",
    "syndicator" or "python -m syndicator". `environ`: its environment variables. `argv`: its
    arguments, the first of which is the started file."""
    if environ.get(VARIABLE):  # a script that starts this program writes its own name into it
        return environ[VARIABLE]
    script = Path(argv[0]) if argv else Path()
    # `python -m syndicator` puts the path of that file into the arguments
    is_module = script.name == "__main__.py" and script.parent.name == "syndicator"
    if is_module:
        return "python -m syndicator"
    return "syndicator"


def describe_installation(extra: str) -> str:
    """Return words for a message that say by which command to install optional packages. `extra`:
    the name of their group, such as "postgres". There are two commands: one for a checkout of the
    sources, one for the file of a release."""
    # None installs this program by its name: on an index of packages, it may be somebody else's.
    lock = f"requirements-{extra}.lock"
    return (
        f"`.venv/bin/uv pip install --python .venv -r {lock}` in a checkout, else `pip install"
        f' "$(ls {_WHEEL})[{extra}]"` beside the file of the release'
    )


def write_as_typed(message: str) -> str:
    """Return `message` with its commands as this operator types them, such as `./run check` in
    place of `syndicator check`."""
    if _WRITTEN not in message:
        return message
    return message.replace(_WRITTEN, f"`{program()} ")
