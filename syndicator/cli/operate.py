"""Commands for the operator: check, withdraw, reindex, prune."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syndicator.cli.base import CONFIG, Config, Json, app
from syndicator.cli.help.completion import source_keys
from syndicator.cli.plural import counted
from syndicator.model import Problem

if TYPE_CHECKING:
    from syndicator.services.article_files.pruning import Pruning, Which
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
    named: Annotated[
        list[str] | None,
        typer.Argument(metavar="[URL|ID|FILE]...", help="Articles to delete, also those that a hand wrote."),
    ] = None,
    older_than: Annotated[
        str | None, typer.Option(metavar="TIME", help='Delete articles added longer ago than this: "365d", "52w".')
    ] = None,
    keep: Annotated[
        int | None, typer.Option(min=0, help="Delete all but the newest N articles of each source.")
    ] = None,
    source: Annotated[
        str, typer.Option(metavar="KEY", help="Only articles of this source.", autocompletion=source_keys)
    ] = "",
    pages_days: Annotated[
        int | None, typer.Option(min=0, help="Keep the pages of so many days. Default: store.pages_days.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go; change nothing.")] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Delete articles for good, or kept pages older than store.pages_days where no articles are named. No source brings
    the articles back, and readers keep what they have. Of --older-than, --keep and --source all that are given must
    hold."""
    from syndicator.errors import UsageError

    rules = older_than is not None or keep is not None
    if named and (rules or source):
        raise UsageError("name articles, or say which go by --older-than, --keep and --source; not both")
    if source and not rules:
        raise UsageError("--source goes with --older-than or --keep; `--keep 0` deletes all articles of that source")
    if keep == 0 and not source and older_than is None:
        raise UsageError("--keep 0 would delete every article; name a --source with it")
    if (named or rules) and pages_days is not None:
        raise UsageError("--pages-days is about kept pages, the rest about articles; say one of the two")
    if named or rules:
        _prune_articles(config, _which(named or [], older_than, keep, source), dry_run=dry_run, json=json)
    else:
        _prune_pages(config, pages_days, dry_run=dry_run, json=json)


def _which(named: Sequence[str], older_than: str | None, keep: int | None, source: str) -> Which:
    from syndicator.errors import UsageError
    from syndicator.services.article_files.pruning import Which
    from syndicator.settings import seconds

    try:
        age = timedelta(seconds=seconds(older_than)) if older_than is not None else None
    except ValueError as error:
        raise UsageError(f"--older-than: {error}") from error
    return Which(older_than=age, keep=keep, source=source, named=tuple(named))


def _prune_articles(config: Path, which: Which, *, dry_run: bool, json: bool) -> None:
    from syndicator.cli import printing
    from syndicator.publishing import paths
    from syndicator.services import reconcile
    from syndicator.services.article_files import pruning
    from syndicator.services.build import build_feeds
    from syndicator.services.container import locked, open_app
    from syndicator.settings import load

    written: tuple[str, ...] = ()
    with locked(load(config), wait=True), open_app(config) as opened:
        problems = reconcile.files(opened)
        planned = pruning.plan(opened, which)
        if planned.articles and not dry_run:
            pruning.prune(opened, planned)
            written = asyncio.run(build_feeds(opened)).written
    if json:
        feeds = [paths.stem(key) for key in planned.feeds]
        articles = [{"id": one.id, "url": one.url, "title": one.title, "path": one.path} for one in planned.articles]
        told = {"articles": articles, "feeds": feeds, "stays": planned.stays}
        printing.as_json({**told, "applied": not dry_run, "written": written})
    elif not printing.quiet() or dry_run:
        _say_pruning(planned, dry_run=dry_run)
        printing.say("nothing was changed (--dry-run)" if dry_run else f"{counted(len(written), 'file')} written")
    printing.log_problems(problems)


_STAY = {
    "hand": "a hand wrote the file: name it to delete it",
    "hold": "on hold: release it, or name it",
    "copy": "a copy of it stays, and would come up as new",
}


def _say_pruning(planned: Pruning, *, dry_run: bool) -> None:
    from syndicator.cli import printing

    if dry_run:
        for one in planned.articles:
            printing.say(f"{one.path}  {one.title}")
    where = f" in {counted(len(planned.feeds), 'feed')}" if planned.feeds else ""
    verb = "would be deleted" if dry_run else "deleted"
    printing.say(f"{counted(len(planned.articles), 'article')}{where} {verb}")
    for why, number in planned.stays.items():
        printing.say(f"{counted(number, 'article')} kept: {_STAY[why]}")


def _prune_pages(config: Path, pages_days: int | None, *, dry_run: bool, json: bool) -> None:
    from syndicator.cli import printing
    from syndicator.services.container import locked, open_app
    from syndicator.settings import load

    with locked(load(config), wait=True), open_app(config) as opened:
        days = opened.settings.store.pages_days if pages_days is None else pages_days
        gone = opened.snapshots.prune(opened.clock() - timedelta(days=days), dry_run=dry_run)
    if json:
        printing.as_json({"pages": gone})
    elif not printing.quiet() or dry_run:
        printing.say(f"{counted(gone, 'page')} {'would be deleted (--dry-run)' if dry_run else 'deleted'}")
