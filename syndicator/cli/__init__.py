"""The command line: the only printer. Results go to stdout, the log to stderr."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import Any

import typer

from syndicator.cli.base import app
from syndicator.errors import DiskError, SyndicatorError, UsageError

__all__ = ["app", "main"]

_WordsAreOff: Any = typer.BadParameter.__base__  # typer gives it no public name


def main() -> None:
    """Runs a command and ends the process with its exit code."""
    load_commands()
    # importing makes a lot and no garbage: looking for some costs a tenth of a short command's whole time
    gc.set_threshold(20_000)
    _say_everything()
    try:
        try:
            code = _run(as_json="--json" in sys.argv)
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        # whoever read our output has left; what is still buffered must not fail again at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    gc.freeze()  # all of it ends with the process: the interpreter's last collections need not walk it
    sys.exit(code)


def load_commands() -> None:
    """Importing the modules of commands registers these with `app`."""
    from syndicator.cli import curate, operate, service, sources

    assert curate and operate and service and sources


def _say_everything() -> None:
    """A title in a script that the terminal's encoding lacks must not end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run(*, as_json: bool) -> Any:
    from syndicator.cli.printing import complain, complain_in_json

    try:
        # people get the usage as typer draws it, machines get it as JSON
        return app(prog_name="syndicator", standalone_mode=not as_json)
    except SyndicatorError as error:
        return complain(error, as_json=as_json)
    except BrokenPipeError:
        raise
    except OSError as error:
        return complain(DiskError.of(error), as_json=as_json)
    except _WordsAreOff as error:
        return complain(UsageError(error.format_message()), as_json=as_json)
    except Exception as error:
        if as_json:
            complain_in_json(f"{type(error).__name__}: {error}", "bug", 1)
        raise
