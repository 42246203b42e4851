"""The initial configuration, made from the shipped files, never from a checkout's `config`; the program's location."""

from __future__ import annotations

import json
import os
import pwd
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from syndicator import __version__
from syndicator.core.errors import UsageError

_DATA: Final = Path(__file__).resolve().parents[2] / "data"
SHIPPED: Final = _DATA / "config"  # the same as `config` of the repository
FILES: Final = ("syndicator.toml", "sources.toml", "taxonomy.toml", "feeds.toml")
# Sets of sources with their taxonomies, and titles for their feeds.
EXAMPLES: Final[Mapping[str, str]] = {"ai": "AI and technology, by tag"}
_DEFAULT_TITLE: Final = '# title = "Syndicator"'
# An example in comments.
_FIRST_TAXONOMY: Final = """\

# [[category]]
# name = "Gardening"
# description = "Gardening: plants, beds, vegetables, soil, pests, tools and seasons"
#
# [[tag]]
# name = "tomatoes"
# aliases = ["tomato plants"]
"""


@dataclass(frozen=True, slots=True)
class Start:
    """The purpose of a new folder; all fields are optional. `example`: a key of EXAMPLES."""

    title: str = ""
    url: str = ""  # address of the feeds
    contact: str = ""
    example: str = ""
    secret_path: str = ""  # for the operator alone
    host: str = ""  # address that `up` listens on


def checked(start: Start) -> Start:
    """Return `start`. Raises UsageError with its fault."""
    if start.example and start.example not in EXAMPLES:
        raise UsageError(f"--example {start.example}: no such example; there is {', '.join(EXAMPLES)}")
    parts = urlsplit(start.url)
    if start.url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise UsageError(f"--url {start.url}: write it like https://feeds.example.org/")
    return start


def config_files(start: Start, *, at_home: bool = True) -> dict[str, str]:
    """Return the four files by name, with example sources or none. `at_home`: they stay on this machine."""
    shipped = {name: _with_schema((SHIPPED / name).read_text(encoding="utf-8"), at_home) for name in FILES}
    if not start.example:
        shipped["sources.toml"] = _explanation(shipped["sources.toml"])
        shipped["taxonomy.toml"] = _explanation(shipped["taxonomy.toml"]) + _FIRST_TAXONOMY
    title = start.title or EXAMPLES.get(start.example, "")
    settings = {"title": title, "url": start.url, "contact": start.contact}
    settings |= {"secret_path": start.secret_path, "host": start.host, "archives": "atom", "stories": "link"}
    return shipped | {"syndicator.toml": _settings(shipped["syndicator.toml"], settings)}


def _with_schema(text: str, at_home: bool) -> str:
    """Adapt the first line of a file, its schema's path for editors; not `at_home`: remove it."""
    named, _, rest = text.partition("\n")
    return f"{named.replace('../syndicator/data/', f'{_DATA}/')}\n{rest}" if at_home else rest.lstrip()


def _explanation(text: str) -> str:
    return re.split(r"(?m)^(?:\[\[|# ---)", text)[0].rstrip() + "\n"


def _settings(text: str, settings: Mapping[str, str]) -> str:
    text = re.sub(r'(?m)^title = "[^"]*"', _DEFAULT_TITLE, text, count=1)
    for name, value in settings.items():
        shown = re.search(rf'(?m)^# {name} = (?:"[^"]*"|true) *', text)
        if value and shown:
            quoted = json.dumps(value.replace("\x7f", ""), ensure_ascii=False)  # JSON has the escapes of TOML
            line = f"{name} = {quoted} "
            text = text[: shown.start()] + line.ljust(len(shown[0])) + text[shown.end() :]
    return text


_PACKAGE = Path(__file__).resolve().parents[2]


def checkout() -> Path | None:
    """Return the checkout that this program runs from; None if it was installed."""
    folder = _PACKAGE.parent
    return folder if (folder / "run").is_file() and (folder / "requirements.lock").is_file() else None


def words() -> tuple[str, ...]:
    """Return the command that starts the program: the script of the checkout, or the installed one."""
    if folder := checkout():
        return (str(folder / "run"),)
    script = Path(sys.executable).parent / "syndicator"
    return (str(script),) if script.is_file() else (sys.executable, "-m", "syndicator")


def config_for_shell(root: Path, config: Path) -> str:
    """Return the path of `config` for a script in `root`, relative to the script's folder `$here` if possible."""
    if config.resolve().is_relative_to(root.resolve()):
        return f'"$here"/{shlex.quote(str(config.resolve().relative_to(root.resolve())))}'
    return shlex.quote(str(config.resolve()))


def account() -> str:
    """Return the account that will run the service: the caller's, but for root a new one."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name if number else "syndicator"
    except KeyError:
        return str(number)


def requirement() -> str:
    """Return this program's pip requirement: the commit of the checkout if it was pushed, else this version."""
    folder = checkout()
    address = _public(_git(folder, "remote", "get-url", "origin")) if folder else ""
    if not address:
        return f"syndicator=={__version__}"
    there = _git(folder, "branch", "--remotes", "--contains", "HEAD")
    return f"syndicator @ git+{address}" + (f"@{_git(folder, 'rev-parse', 'HEAD')}" if there else "")


def _public(remote: str) -> str:
    remote = re.sub(r"^(?:ssh://)?git@([\w.-]+)[:/]", r"https://\1/", remote)
    parts = urlsplit(remote)
    return f"https://{parts.hostname}{parts.path}" if parts.scheme == "https" and parts.hostname else ""


def _git(folder: Path | None, *words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
