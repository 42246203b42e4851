"""The command release."""

from __future__ import annotations

from typing import Annotated

import typer

from syndicator.cli.base import CONFIG, Config, Json, app
from syndicator.cli.changing import DryRun, build, opened_for_change
from syndicator.cli.help.completion import source_keys
from syndicator.cli.plural import counted


@app.command()
def release(
    named: Annotated[
        list[str] | None, typer.Argument(metavar="ID|FILE|URL...", help="Articles that are on hold.")
    ] = None,
    source: Annotated[
        str, typer.Option("--source", metavar="KEY", autocompletion=source_keys, help="All of one source.")
    ] = "",
    all: Annotated[bool, typer.Option("--all", help="All that are on hold.")] = False,
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Publish articles that are on hold, and build their feeds. `status` lists them."""
    from syndicator.cli import printing
    from syndicator.core.errors import UsageError
    from syndicator.services.editorial import release as releasing

    if bool(named) + bool(source) + all != 1:
        raise UsageError("say which articles: their ids, files or addresses, or --source KEY, or --all")
    with opened_for_change(config) as opened:
        done = releasing.release(opened, named or (), source=source, all=all, dry_run=dry_run)
        written = build(opened) if done.articles and not dry_run else ()
    if json:
        shown = {name: [one.id for one in getattr(done, name)] for name in ("articles", "known")}
        printing.as_json({**shown, "problems": done.problems, "applied": not dry_run, "written": written})
    else:
        for article in done.articles:
            printing.say(f"{'would be published' if dry_run else 'published'}: {article.title} ({article.url})")
        for article in done.known:
            printing.say(f"not on hold: {article.title} ({article.url})")
        printing.say(f"{counted(len(done.articles), 'article')}, {counted(len(written), 'file')} written")
    printing.log_problems(done.problems)
