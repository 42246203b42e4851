"""Where the program is, for scripts that start it."""

from __future__ import annotations

import os
import pwd
import shlex
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]


def checkout() -> Path | None:
    """The checkout that this program runs from; None where it was installed."""
    folder = _PACKAGE.parent
    return folder if (folder / "run").is_file() and (folder / "requirements.lock").is_file() else None


def words() -> tuple[str, ...]:
    """The words that start the program: the script of the checkout, which follows its locks, or the installed one."""
    folder = checkout()
    if folder:
        return (str(folder / "run"),)
    script = Path(sys.executable).parent / "syndicator"
    return (str(script),) if script.is_file() else (sys.executable, "-m", "syndicator")


def for_shell() -> str:
    return shlex.join(words())


def account() -> str:
    """Whose service it will be: who calls this, but for root, who makes it for an account of its own."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name if number else "syndicator"
    except KeyError:
        return str(number)
