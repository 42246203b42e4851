"""The command line: the only printer. Results go to stdout, the log to stderr."""

from __future__ import annotations

import sys

from syndicator.cli.base import app
from syndicator.errors import SyndicatorError

__all__ = ["app", "main"]


def main() -> None:
    """Runs a command and ends the process with its exit code."""
    from syndicator.cli import curate, operate, run, sources

    assert curate and operate and run and sources  # importing them registers their commands
    try:
        app(prog_name="syndicator")
    except SyndicatorError as error:
        from syndicator.cli.printing import complain

        complain(str(error), error.exit_code, as_json="--json" in sys.argv)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
