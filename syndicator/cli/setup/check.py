"""Commands check and config show."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, Json, app, command, opened_for_change, opened_to_look
from syndicator.cli.printing import counted
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Problem
from syndicator.operations.operation import Argument


@command()
def check(
    strict: Annotated[bool, Argument("Also ask for what published feeds need, and fail on warnings.")] = False,
    ownership: Annotated[bool, Argument("Look for articles that belong to another source or have its text.")] = False,
    mend: Annotated[bool, Argument("With --ownership: mend what is found, after asking.")] = False,
    yes: Annotated[bool, Argument("With --mend: do not ask.")] = False,
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
        printing.answer(problems, _lines(problems), json=json)
    else:
        findings = examine(config, strict=strict)
        lines = [f"{finding.what}: {finding.severity}: {finding.detail} ({finding.reason})" for finding in findings]
        errors = sum(finding.severity == "error" for finding in findings)
        counts = f"{counted(errors, 'error')}, {counted(len(findings) - errors, 'warning')}"
        printing.answer(findings, [*lines, counts if findings else "no problems found"], json=json)
        failed = any(strict or finding.severity == "error" for finding in findings)
    if failed:
        sys.exit(ConfigError.exit_code)


def _lines(problems: Sequence[Problem]) -> list[str]:
    return [f"{problem.what}: {problem.reason}: {problem.detail}" for problem in problems] or ["no problems found"]


def _ownership(config: Path) -> list[Problem]:
    from syndicator.services.mending import ownership

    with opened_to_look(config) as opened:
        problems = [problem for fault in ownership.find_mend(opened) for problem in ownership.told(fault)]
        return [*problems, *ownership.lost(opened)]


def _mend_ownership(config: Path, yes: bool, json: bool) -> None:
    from syndicator.services.mending import ownership as mend

    with opened_for_change(config) as opened:
        faults = mend.find_mend(opened)
        problems = [problem for fault in faults for problem in mend.told(fault)]
        printing.answer(problems, _lines(problems), json=json)
        if not faults:
            return
        if not yes and not sys.stdin.isatty():
            raise UsageError("nobody is there to answer: --yes mends without asking")
        if not yes and not typer.confirm(f"Mend {counted(len(faults), 'article')}?", err=True):
            return
        mend.mend(opened, faults)
    if not json:
        printing.say(f"{counted(len(faults), 'article')} mended; the next visits read their pages again")


config_ = typer.Typer(help="Show the settings, each with where it comes from.", no_args_is_help=True)
app.add_typer(config_, name="config")


@command(group=config_)
def show(json: Json = False, config: Config = CONFIG) -> None:
    """Print every setting, its value and its origin: default, line of a file, or variable."""
    from syndicator.services.configured import configured
    from syndicator.services.container import need_folder

    if not config.is_dir():  # defaults would hide that the folder's name is wrong
        need_folder(config)
    settings = configured(config)
    if json:
        printing.as_json({row.name: {"value": row.value, "origin": row.origin} for row in settings})
        return
    rows = [(row.name, json_module.dumps(row.value, ensure_ascii=False), row.origin) for row in settings]
    printing.table("Settings", ("setting", "value", "from"), rows)
