"""Commands prune, split and release."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, DryRun, Json, app, build, opened_for_change
from syndicator.cli.help import source_keys
from syndicator.cli.printing import counted
from syndicator.core.errors import UsageError

if TYPE_CHECKING:
    from syndicator.services.article_files.pruning import Pruning, Which


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
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Delete articles for good, or kept pages older than store.pages_days where no articles are named. No source brings
    the articles back, and readers keep what they have. Of --older-than, --keep and --source all that are given must
    hold."""

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
    from syndicator.configuration.settings import seconds
    from syndicator.services.article_files.pruning import Which

    try:
        age = timedelta(seconds=seconds(older_than)) if older_than is not None else None
    except ValueError as error:
        raise UsageError(f"--older-than: {error}") from error
    return Which(older_than=age, keep=keep, source=source, named=tuple(named))


def _prune_articles(config: Path, which: Which, *, dry_run: bool, json: bool) -> None:
    from syndicator.publishing import paths
    from syndicator.services import reconcile
    from syndicator.services.article_files import pruning

    written: tuple[str, ...] = ()
    with opened_for_change(config) as opened:
        problems = reconcile.files(opened)
        planned = pruning.plan(opened, which)
        if planned.articles and not dry_run:
            pruning.prune(opened, planned)
            written = build(opened)
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

    if dry_run:
        for one in planned.articles:
            printing.say(f"{one.path}  {one.title}")
    where = f" in {counted(len(planned.feeds), 'feed')}" if planned.feeds else ""
    verb = "would be deleted" if dry_run else "deleted"
    printing.say(f"{counted(len(planned.articles), 'article')}{where} {verb}")
    for why, number in planned.stays.items():
        printing.say(f"{counted(number, 'article')} kept: {_STAY[why]}")


def _prune_pages(config: Path, pages_days: int | None, *, dry_run: bool, json: bool) -> None:

    with opened_for_change(config) as opened:
        days = opened.settings.store.pages_days if pages_days is None else pages_days
        gone = opened.snapshots.prune(opened.clock() - timedelta(days=days), dry_run=dry_run)
    if json:
        printing.as_json({"pages": gone})
    elif not printing.quiet() or dry_run:
        printing.say(f"{counted(gone, 'page')} {'would be deleted (--dry-run)' if dry_run else 'deleted'}")
