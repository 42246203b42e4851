"""The commands describe and learn."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, DryRun, Json, Since, app, build, opened_for_change, stopping
from syndicator.cli.operations import perform
from syndicator.cli.printing import counted
from syndicator.core.errors import ConfigError, MissingError
from syndicator.operations.registry import need

if TYPE_CHECKING:
    from syndicator.services.container import App


@app.command()
def learn(json: Json = False, config: Config = CONFIG) -> None:
    """Learn tags from articles tagged by an operator, or by their publisher with tags of taxonomy.toml, and categories
    from those of an operator."""
    from syndicator.services import reconcile
    from syndicator.services.descriptions import redescribe

    with opened_for_change(config) as opened:
        problems = reconcile.files(opened)
        done = redescribe.learn(opened)
    if json:
        printing.as_json(done)
    elif done.tags:
        printing.say(f"learnt {counted(done.tags, 'tag')} from {counted(done.articles, 'article')}")
    else:
        printing.say(
            f"no tags were learnt: {counted(done.articles, 'article')} with confirmed tags, "
            f"{redescribe.LEAST} are needed"
        )
    if not json and done.filed >= redescribe.LEAST:
        printing.say(f"{counted(done.filed, 'article')} with a confirmed category teach categories")
    printing.log_problems(problems)


@app.command()
def describe(
    all: Annotated[bool, typer.Option("--all", help="Every article.")] = False,
    since: Since = None,
    llm: Annotated[
        bool,
        typer.Option(
            "--llm", help="Have the language model of [describe.llm] describe those it has not described yet."
        ),
    ] = False,
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Describe articles again after taxonomy.toml was edited or tags were learnt. Fetches nothing, keeps hand edits."""
    if llm and (all or since):
        _ask(since.replace(tzinfo=UTC) if since else None, dry_run, json, config)
    else:
        perform(config, need("describe"), {"all": all, "since": since}, dry_run=dry_run, json=json)


def _ask(since: datetime | None, dry_run: bool, json: bool, config: Path) -> None:
    from syndicator.services import reconcile
    from syndicator.services.descriptions import enrich
    from syndicator.services.descriptions.enrich_report import EnrichReport

    def show(title: str) -> None:
        if not json:
            printing.say(f"described: {title}")

    async def go(opened: App) -> EnrichReport:
        stop = asyncio.Event()
        with stopping(stop):
            return await enrich.enrich(opened, stop=stop, scope=scope, filed=show)

    scope = enrich.Scope(since=since or enrich.ALWAYS, again=True)
    written: tuple[str, ...] = ()
    report = EnrichReport()
    with opened_for_change(config) as opened:
        enrich.need_llm(opened)
        problems = reconcile.files(opened)
        waiting = enrich.unasked(opened, scope)
        if not dry_run:
            report = asyncio.run(go(opened))
            written = build(opened) if report.changed else ()
    if json:
        printing.as_json({"waiting": waiting, "llm": report, "applied": not dry_run, "written": written})
    elif dry_run:
        printing.say(f"the language model would be asked about up to {counted(waiting, 'article')} (--dry-run)")
    else:
        printing.enriched(report)
        printing.say(f"{counted(len(written), 'file')} written")
    printing.log_problems(problems)
    if report.wrong:
        sys.exit(ConfigError.exit_code)
    if report.hindrance and report.hindrance.reason == "resting":
        sys.exit(MissingError.exit_code)
