"""Commands check and config show."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, Json, app, opened_for_change
from syndicator.cli.printing import counted
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Problem

if TYPE_CHECKING:
    from syndicator.services.check.finding import Finding


@app.command()
def check(
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Also ask for what feeds need before they are published, and fail on warnings."),
    ] = False,
    ownership: Annotated[
        bool, typer.Option("--ownership", help="Look for articles that belong to another source or have its text.")
    ] = False,
    mend: Annotated[bool, typer.Option("--mend", help="With --ownership: mend what is found, after asking.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --mend: do not ask.")] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Look for problems of configuration and installation, and say how to solve them. Exits with 78 for any error."""
    from syndicator.services.check import check as examine

    if (mend and not ownership) or (yes and not mend):
        raise UsageError("--mend belongs to --ownership, and --yes to --mend")
    if mend:
        _mend_ownership(config, yes, json)
        return
    if ownership:
        failed = bool(problems := _ownership(config))
        _print_problems(problems, json)
    else:
        found = examine(config, strict=strict)
        _print_findings(found, json)
        failed = any(strict or one.severity == "error" for one in found)
    if failed:
        sys.exit(ConfigError.exit_code)


def _print_findings(found: Sequence[Finding], json: bool) -> None:
    if json:
        printing.as_json(found)
        return
    for one in found:
        printing.say(f"{one.what}: {one.severity}: {one.detail} ({one.reason})")
    errors = sum(one.severity == "error" for one in found)
    told = f"{counted(errors, 'error')}, {counted(len(found) - errors, 'warning')}"
    printing.say(told if found else "no problems found")


def _print_problems(found: Sequence[Problem], json: bool) -> None:
    if json:
        printing.as_json(found)
        return
    for problem in found:
        printing.say(f"{problem.what}: {problem.reason}: {problem.detail}")
    if not found:
        printing.say("no problems found")


def _ownership(config: Path) -> list[Problem]:
    from syndicator.services.container import open_app
    from syndicator.services.mending import ownership

    with open_app(config) as opened:
        found = [problem for fault in ownership.find_mend(opened) for problem in ownership.told(fault)]
        return [*found, *ownership.lost(opened)]


def _mend_ownership(config: Path, yes: bool, json: bool) -> None:
    from syndicator.services.mending import ownership as mend

    with opened_for_change(config) as opened:
        faults = mend.find_mend(opened)
        _print_problems([problem for fault in faults for problem in mend.told(fault)], json)
        if not faults:
            return
        if not yes and not sys.stdin.isatty():
            raise UsageError("nobody is there to answer: --yes mends without asking")
        if not yes and not typer.confirm(f"Mend {counted(len(faults), 'article')}?", err=True):
            return
        mend.mend(opened, faults)
    if not json:
        printing.say(f"{counted(len(faults), 'article')} mended; the next visits read their pages anew")


config_ = typer.Typer(help="Show the settings, each with where it comes from.", no_args_is_help=True)
app.add_typer(config_, name="config")


@config_.command()
def show(json: Json = False, config: Config = CONFIG) -> None:
    """Print every setting, its value and where that comes from: default, line of a file, or variable."""
    from syndicator.services.configured import configured
    from syndicator.services.container import need_folder

    if not config.is_dir():  # defaults would hide that the folder's name is wrong
        need_folder(config)
    found = configured(config)
    if json:
        printing.as_json({one.name: {"value": one.value, "origin": one.origin} for one in found})
        return
    rows = [(one.name, json_module.dumps(one.value, ensure_ascii=False), one.origin) for one in found]
    printing.table("Settings", ("setting", "value", "from"), rows)
