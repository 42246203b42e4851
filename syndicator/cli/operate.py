"""Commands for the operator: check, withdraw, reindex, prune."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syndicator.cli.base import CONFIG, Config, Json, app
from syndicator.cli.plural import counted
from syndicator.model import Problem

if TYPE_CHECKING:
    from syndicator.services.check.finding import Finding
    from syndicator.services.maintain import Withdrawal


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
    from syndicator.errors import ConfigError, UsageError
    from syndicator.services.check import check as examine

    if (mend and not ownership) or (yes and not mend):
        raise UsageError("--mend belongs to --ownership, and --yes to --mend")
    if mend:
        _mend_ownership(config, yes, json)
        return
    if ownership:
        problems = _ownership(config)
        _print_problems(problems, json)
        failed = bool(problems)
    else:
        found = examine(config, strict=strict)
        _print_findings(found, json)
        failed = any(strict or one.severity == "error" for one in found)
    if failed:
        sys.exit(ConfigError.exit_code)


def _print_findings(found: Sequence[Finding], json: bool) -> None:
    from syndicator.cli import printing

    if json:
        printing.as_json(found)
        return
    for one in found:
        printing.say(f"{one.what}: {one.severity}: {one.detail} ({one.reason})")
    errors = sum(one.severity == "error" for one in found)
    told = f"{counted(errors, 'error')}, {counted(len(found) - errors, 'warning')}"
    printing.say(told if found else "no problems found")


def _print_problems(found: Sequence[Problem], json: bool) -> None:
    from syndicator.cli import printing

    if json:
        printing.as_json(found)
        return
    for problem in found:
        printing.say(f"{problem.what}: {problem.reason}: {problem.detail}")
    if not found:
        printing.say("no problems found")


def _ownership(config: Path) -> list[Problem]:
    from syndicator.services.container import open_app
    from syndicator.services.ownership import mend

    with open_app(config) as opened:
        return [problem for fault in mend.find(opened) for problem in mend.told(fault)]


def _mend_ownership(config: Path, yes: bool, json: bool) -> None:
    """Shows what is wrong, asks, and mends it."""
    from syndicator.cli import printing
    from syndicator.errors import UsageError
    from syndicator.services.container import locked, open_app
    from syndicator.services.ownership import mend
    from syndicator.settings import load

    with locked(load(config), wait=True), open_app(config) as opened:
        faults = mend.find(opened)
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


@app.command()
def withdraw(
    what: Annotated[str, typer.Argument(metavar="URL|FILE|ID", help="An article: its URL, file or id.")],
    undo: Annotated[
        bool, typer.Option("--undo", help="Let it come back: for 30 days as its file was, with your edits.")
    ] = False,
    purge: Annotated[
        bool, typer.Option("--purge", help="Keep no file to undo it with; forgets one that was kept.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show which feeds would change; change nothing.")] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Remove an article from every feed and page, for good."""
    from syndicator.cli import printing
    from syndicator.errors import UsageError
    from syndicator.publishing import paths
    from syndicator.services import maintain
    from syndicator.services.build import build_feeds
    from syndicator.services.container import locked, open_app
    from syndicator.settings import load

    if undo and purge:
        raise UsageError("--undo needs the file that --purge forgets; say one of the two")
    written: tuple[str, ...] = ()
    with locked(load(config), wait=True), open_app(config) as opened:
        if dry_run:
            done = (maintain.plan_return if undo else maintain.plan_withdrawal)(opened, what)
            done = replace(done, kept=done.kept and not purge)
        else:
            done = maintain.undo_withdrawal(opened, what) if undo else maintain.withdraw(opened, what, purge=purge)
            written = asyncio.run(build_feeds(opened)).written
    if json:
        told = {"returned" if undo else "withdrawn": done.id, "url": done.url, "kept": done.kept}
        feeds = [paths.stem(key) for key in done.feeds]
        copies = [copy.url for copy in done.copies]
        printing.as_json({**told, "feeds": feeds, "copies": copies, "applied": not dry_run, "written": written})
        return
    _say_withdrawal(done, undo=undo)
    printing.say("nothing was changed (--dry-run)" if dry_run else f"{counted(len(written), 'file')} written")


def _say_withdrawal(done: Withdrawal, *, undo: bool) -> None:
    from syndicator.cli import printing
    from syndicator.publishing import paths

    feeds = ", ".join(map(paths.stem, done.feeds)) or "no feed"
    if undo:
        how = "as its file was" if done.kept else "once its source announces it, for its file is no longer kept"
        printing.say(f"comes back {how}: {done.url}; it was in: {feeds}")
        return
    printing.say(f"withdrawn: {f'{done.title} ({done.url})' if done.title else done.url}; from: {feeds}")
    for copy in done.copies:
        printing.say(f"a copy of it is published by itself now: {copy.title} ({copy.url})")
    if done.kept:
        printing.say("for 30 days `syndicator withdraw --undo` brings it back as its file was")


@app.command()
def reindex(json: Json = False, config: Config = CONFIG) -> None:
    """Rebuild the database from the article files."""
    from syndicator.cli import printing
    from syndicator.services import maintain
    from syndicator.services.container import locked, open_app
    from syndicator.settings import load

    with locked(load(config), wait=True), open_app(config, create=True) as opened:
        done = maintain.reindex(opened)
    if json:
        printing.as_json(done)
    elif not printing.quiet():
        printing.say(f"{counted(done.articles, 'article')} indexed; `syndicator build` publishes them")
    printing.log_problems(done.problems)


@app.command()
def prune(
    pages_days: Annotated[
        int | None, typer.Option(min=0, help="Keep the pages of so many days. Default: store.pages_days.")
    ] = None,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Delete fetched pages that are older than store.pages_days."""
    from syndicator.cli import printing
    from syndicator.services import maintain
    from syndicator.services.container import locked, open_app
    from syndicator.settings import load

    with locked(load(config), wait=True), open_app(config) as opened:
        gone = maintain.prune(opened, pages_days=pages_days)
    if json:
        printing.as_json({"pages": gone})
    elif not printing.quiet():
        printing.say(f"{counted(gone, 'page')} deleted")
