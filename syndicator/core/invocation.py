"""How this program is called here. Messages name commands as `syndicator X`; operators read them as they type them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

VARIABLE = "RUN_STARTED_AS"  # set by ./run to how that was called itself
_WRITTEN = "`syndicator "


@cache
def program() -> str:
    """What the operator types before a command: `./run`, `syndicator` or `python -m syndicator`."""
    return program_of(os.environ, sys.argv)


def program_of(environ: Mapping[str, str], argv: Sequence[str]) -> str:
    """The same for an environment and the words of a process. Pure."""
    if environ.get(VARIABLE):
        return environ[VARIABLE]
    path = Path(argv[0]) if argv else Path()
    return "python -m syndicator" if (path.parent.name, path.name) == ("syndicator", "__main__.py") else "syndicator"


def as_typed(message: str) -> str:
    """`message` with the commands in it as the operator types them."""
    return message.replace(_WRITTEN, f"`{program()} ") if _WRITTEN in message else message
