"""Where the program is, for scripts that start it."""

from __future__ import annotations

import os
import pwd
import re
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from syndicator import __version__

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


def config_for_shell(root: Path, config: Path) -> str:
    """The folder `config` in a script that lies in `root` and calls its own folder $here: both may move together."""
    if config.resolve().is_relative_to(root.resolve()):
        return f'"$here"/{shlex.quote(str(config.resolve().relative_to(root.resolve())))}'
    return shlex.quote(str(config.resolve()))


def account() -> str:
    """Whose service it will be: who calls this, but for root, who makes it for an account of its own."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name if number else "syndicator"
    except KeyError:
        return str(number)


def requirement() -> str:
    """What pip installs this program from elsewhere: the repository that the checkout was cloned from, at this commit
    where that repository has it; else this version from an index."""
    folder = checkout()
    address = _public(_git(folder, "remote", "get-url", "origin")) if folder else ""
    if not address:
        return f"syndicator=={__version__}"
    there = _git(folder, "branch", "--remotes", "--contains", "HEAD")
    return f"syndicator @ git+{address}" + (f"@{_git(folder, 'rev-parse', 'HEAD')}" if there else "")


def _public(remote: str) -> str:
    """The https address of a remote repository, without name and password; "" where it has none."""
    remote = re.sub(r"^(?:ssh://)?git@([\w.-]+)[:/]", r"https://\1/", remote)
    parts = urlsplit(remote)
    return f"https://{parts.hostname}{parts.path}" if parts.scheme == "https" and parts.hostname else ""


def _git(folder: Path | None, *words: str) -> str:
    """What git says in `folder`; "" where it fails or is not there."""
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
