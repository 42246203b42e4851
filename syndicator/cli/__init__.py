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
from syndicator.core.program import program, write_as_typed

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
    _replace_closed_streams()
    # pydantic's search for its plugins reads all installed packages, which takes time
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

    if COMPLETION_VARIABLE in os.environ:  # a shell asks for completions
        load_commands()
        completion_init()
    else:
        load_commands(choose_modules(sys.argv[1:]))
    log_foreign_warnings()

    # a character that the terminal cannot print must not end the command
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

    try:
        try:
            code = _run_app(as_json="--json" in sys.argv)
        finally:
            sys.stdout.flush()  # here, because it raises BrokenPipeError, which is handled below
    except KeyboardInterrupt:  # Ctrl-C
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


def _replace_closed_streams() -> None:
    """Open /dev/null in place of each standard stream that the caller closed, as by `2>&-` in a
    shell. Otherwise the next file that is opened, perhaps the database, would get the descriptor of
    that stream, and output would be written into the file."""
    streams = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
    for stream_descriptor, (name, mode) in enumerate(streams):  # stdin is 0, stdout 1, stderr 2
        if getattr(sys, name) is None:
            null_descriptor = os.open(os.devnull, os.O_RDWR)
            os.dup2(null_descriptor, stream_descriptor)
            if null_descriptor != stream_descriptor:
                os.close(null_descriptor)
            # programs that we start need the stream, too
            os.set_inheritable(stream_descriptor, True)  # noqa: FBT003
            new_stream = os.fdopen(stream_descriptor, mode, encoding="utf-8", closefd=False)
            setattr(sys, name, new_stream)


def choose_modules(words: Sequence[str]) -> Sequence[str]:
    """Return the names of the modules to load for a command line. For a command in `_OWN_MODULES`
    this is the one module that defines the command, because loading all takes time. For any other
    command line these are all modules with commands. `words`: the words after the program's name.
    Pure."""
    for word in move_config_last(words):
        is_option = word.startswith("-")
        if is_option:
            continue
        # the first word that is no option is the command
        if word in _OWN_MODULES:
            return (_OWN_MODULES[word],)
        return _COMMANDS
    return _COMMANDS


def load_commands(names: Sequence[str] = _COMMANDS) -> None:
    """Import the modules `names`, which makes their commands known."""
    for name in names:
        import_module(f"syndicator.cli.{name}")


def _explain_missing(error: Any) -> str:
    """Return the message for a command or option that does not exist. The message names similar
    commands or options. `error`: the error of typer; its own list of similar names is removed, so
    that typer does not print it, too."""
    from syndicator.cli.mistakes import explain_missing

    load_commands()  # all, so that similar commands of other modules are found
    message = explain_missing(error)
    error.possibilities = None
    return message


def _explain_mistake(error: Any) -> str:
    """Return the message for a wrong command line: what is wrong, and what would be right.
    `error`: the error of typer; its message tells the kinds of mistake apart."""
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
    """Run the command that the command line of this process names, and return the exit code. The
    message of a known error is printed to standard error. `as_json`: print errors also as JSON, to
    standard output."""
    try:  # `complain` prints an error and returns its exit code
        return app(prog_name=program(), standalone_mode=False, complete_var=COMPLETION_VARIABLE)
    except SyndicatorError as error:
        return complain(error, as_json=as_json)
    except BrokenPipeError:  # an OSError, but not one of a disk
        raise
    except OSError as error:
        return complain(DiskError.of(error), as_json=as_json)
    except typer.Abort:
        return 1
    except _UsageMistake as error:
        error.message = _explain_mistake(error)
        if not as_json:
            error.message = write_as_typed(error.message)
            error.show()  # people get the usage, programs get JSON
            return error.exit_code
        return complain(UsageError(error.format_message()), as_json=as_json)
    except Exception as error:
        if as_json:
            complain_in_json(f"{type(error).__name__}: {error}", "bug", 1)
        raise
