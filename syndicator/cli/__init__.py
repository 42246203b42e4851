"""Run the command line: load the command's module, turn errors into exit codes.

Only this package prints: results to stdout, the log to stderr."""

import gc
import io
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer
from typer._completion_classes import completion_init

from syndicator.cli.base import COMPLETION_VARIABLE, app, move_config_last
from syndicator.cli.logs import log_foreign_warnings
from syndicator.cli.printing import complain, complain_in_json
from syndicator.core.errors import DiskError, SyndicatorError, UsageError
from syndicator.core.program import as_typed, program

__all__ = ["app", "main"]

_COMMANDS = (
    "add",
    "operations",
    "articles.keys",
    "status",
    "articles.show",
    "running.service",
    "running.programs",
    "setup.folder",
    "setup.demo",
    "sources",
)
# Commands that timers call often, and newcomers first: only their own module is loaded.
_OWN_MODULES = {"add": "add", "init": "setup.folder", "status": "status"}
_OWN_MODULES |= dict.fromkeys(("build", "refresh", "serve", "up"), "running.service")
_OWN_MODULES["mcp"] = "running.programs"
# a wrong argument or option; typer has no public name for it
_UsageMistake: Any = typer.BadParameter.__base__
# an argument that was not given; it has no public name either
_MissingArgument: Any = import_module(typer.BadParameter.__module__).MissingParameter

_INTERRUPTED = 130  # exit code after Ctrl-C, as shells have it


def main() -> None:
    """Run a command and end the process with its exit code."""
    # imports make many objects and no garbage: looking for it takes a tenth of the time of a short
    # command
    gc.set_threshold(20_000)
    _open_closed_streams()
    # the search for plugins reads all installed packages
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if COMPLETION_VARIABLE in os.environ:  # a shell asks for completions
        load_commands()
        completion_init()
    else:
        load_commands(choose_modules(sys.argv[1:]))
    log_foreign_warnings()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            code = _run_app(as_json="--json" in sys.argv)
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        # typer turns a BrokenPipeError into an exit with 1
        is_broken_pipe = isinstance(error, BrokenPipeError) or isinstance(
            error.__context__, BrokenPipeError
        )
        if not is_broken_pipe:
            raise
        # the reader of our output is gone; flushing the buffer at exit must not fail again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    gc.freeze()  # the process ends now: the interpreter's last garbage collections would be wasted
    sys.exit(code)


def _open_closed_streams() -> None:
    """Open /dev/null for each standard stream that was closed, as by `2>&-`. Otherwise the next
    file that is opened, perhaps the database, would get the number of that stream, and output would
    be written into it."""
    streams = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
    for number, (name, mode) in enumerate(streams):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            os.dup2(opened, number)
            if opened != number:
                os.close(opened)
            os.set_inheritable(number, True)  # noqa: FBT003 - programs that we start need it, too
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def choose_modules(words: Sequence[str]) -> Sequence[str]:
    """Return the names of the modules to load for a command line: for some commands only their own,
    else all. Pure."""
    for word in move_config_last(words):
        if not word.startswith("-"):
            return (_OWN_MODULES[word],) if word in _OWN_MODULES else _COMMANDS
    return _COMMANDS


def load_commands(names: Sequence[str] = _COMMANDS) -> None:
    """Import the modules `names`, which makes their commands known."""
    for name in names:
        import_module(f"syndicator.cli.{name}")


def _explain_missing(error: Any) -> str:
    """Return the message for a command or option that does not exist, with similar ones. The list
    of similar ones that typer would add itself is removed."""
    from syndicator.cli.mistakes import explain_missing

    load_commands()
    message = explain_missing(error)
    error.possibilities = None  # typer's own list, without what they do
    return message


def _explain_mistake(error: Any) -> str:
    """Return the message for a wrong command line. It says what is wrong and what would be right.
    `error`: the error of typer."""
    from syndicator.cli.mistakes import (
        explain_choice,
        explain_extra_words,
        explain_missing_argument,
        explain_value,
    )

    wrong_choice = re.search(r"'([^']*)' is not one of (.*)", error.message)
    if wrong_choice:
        return explain_choice(error, wrong_choice[1], wrong_choice[2])
    if "No such " in error.message:
        return _explain_missing(error)
    if isinstance(error, _MissingArgument):
        return explain_missing_argument(error)
    if "extra argument" in error.message:
        return explain_extra_words(error)
    return explain_value(error)


def _run_app(*, as_json: bool) -> Any:
    """Run the command of this process, and return its exit code. Known errors are printed;
    `as_json`: also as JSON to standard output."""
    try:
        return app(prog_name=program(), standalone_mode=False, complete_var=COMPLETION_VARIABLE)
    except SyndicatorError as error:
        return complain(error, as_json=as_json)
    except BrokenPipeError:
        raise
    except OSError as error:
        return complain(DiskError.of(error), as_json=as_json)
    except typer.Abort:
        return 1
    except _UsageMistake as error:
        error.message = _explain_mistake(error)
        if not as_json:
            error.message = as_typed(error.message)
            error.show()  # people get the usage, programs get JSON
            return error.exit_code
        return complain(UsageError(error.format_message()), as_json=as_json)
    except Exception as error:
        if as_json:
            complain_in_json(f"{type(error).__name__}: {error}", "bug", 1)
        raise
