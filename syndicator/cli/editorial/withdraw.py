"""The command withdraw."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from syndicator.cli.base import CONFIG, Config, Json, app
from syndicator.cli.changing import DryRun, build, opened_for_change
from syndicator.cli.plural import counted

if TYPE_CHECKING:
    from syndicator.services.editorial.withdrawing import Withdrawal


@app.command()
def withdraw(
    what: Annotated[str, typer.Argument(metavar="URL|FILE|ID", help="An article: its URL, file or id.")],
    undo: Annotated[
        bool, typer.Option("--undo", help="Let it come back: for 30 days as its file was, with your edits.")
    ] = False,
    purge: Annotated[
        bool, typer.Option("--purge", help="Keep no file to undo it with; forgets one that was kept.")
    ] = False,
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Remove an article from every feed and page, for good."""
    from syndicator.cli import printing
    from syndicator.core.errors import UsageError
    from syndicator.publishing import paths
    from syndicator.services.editorial import withdrawing

    if undo and purge:
        raise UsageError("--undo needs the file that --purge forgets; say one of the two")
    written: tuple[str, ...] = ()
    with opened_for_change(config) as opened:
        if dry_run:
            done = (withdrawing.plan_return if undo else withdrawing.plan_withdrawal)(opened, what)
            done = replace(done, kept=done.kept and not purge)
        else:
            done = (
                withdrawing.undo_withdrawal(opened, what) if undo else withdrawing.withdraw(opened, what, purge=purge)
            )
            written = build(opened)
    if json:
        told = {"returned" if undo else "withdrawn": done.id, "url": done.url, "kept": done.kept}
        feeds = [paths.stem(key) for key in done.feeds]
        copies = [copy.url for copy in done.copies]
        printing.as_json({**told, "feeds": feeds, "copies": copies, "applied": not dry_run, "written": written})
        return
    _say_withdrawal(done, undo=undo)
    printing.not_read(done.problems)
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
