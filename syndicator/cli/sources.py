"""Commands about sources: remove, sources, import, export."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from syndicator.cli import printing
from syndicator.cli.add import Folders, is_answered, meaning, say_skipped
from syndicator.cli.base import CONFIG, Config, DryRun, Json, command
from syndicator.cli.operations import apply, perform
from syndicator.cli.printing import counted, local
from syndicator.core.errors import LockedError, NetworkDown
from syndicator.operations.adding import addition
from syndicator.operations.operation import Argument, need

if TYPE_CHECKING:
    from syndicator.core.model import Source, SourceState
    from syndicator.services.refresh import RunReport


@command()
def sources(
    action: Annotated[
        Literal["push"] | None, Argument("push: have workers follow them as they are.", positional=True)
    ] = None,
    dry_run: Annotated[bool, Argument("With push: show what would change.")] = False,
    apply_moves: Annotated[bool, Argument("Write the new URLs of moved sources to sources.toml.")] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """List the sources: how the last visit of each went, when the next is due and why. Or push them to workers."""
    if action:
        perform(config, need("push-sources"), {}, dry_run=dry_run, json=json)
        return
    from syndicator.services import reconcile
    from syndicator.services.container import open_app
    from syndicator.services.health import status

    with open_app(config) as opened:
        moved = [(key, apply(opened, need("adopt-move"), {"key": key})) for key in opened.sources if apply_moves]
        states = reconcile.sources(opened)
        listed = [(opened.sources[key], states[key]) for key in opened.sources]
    if json:
        printing.as_json([{"source": source, "state": status.of_state(state)} for source, state in listed])
        return
    for key, change in moved:
        if not change.is_empty:
            printing.say(f"moved: {key}: {change.data['before']['url']} -> {change.data['after']['url']}")
    columns = ("key", "url", "health", "next visit", "why")
    printing.table("Sources", columns, [_row(source, state) for source, state in listed])


def _row(source: Source, state: SourceState) -> tuple[str, ...]:
    health = "off" if not source.enabled else state.disabled or state.reason or state.warning or "ok"
    return source.key, source.url, health, local(state.next_due, "now"), state.due_why


@command("import")
def import_(
    file: Annotated[
        str, Argument('An OPML file, "-" for one on stdin, or a folder of articles.', "FILE|DIR", positional=True)
    ],
    folders: Folders = None,
    no_refresh: Annotated[bool, Argument("Add the feeds only: the next refresh visits them.")] = False,
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Add the feeds of an OPML file, as `syndicator export` or another reader wrote it, and read the newest article of
    each; or the articles of a folder: markdown files with frontmatter, as Hugo, Jekyll, Astro and Next.js have them."""
    if file != "-" and Path(file).is_dir():
        from syndicator.services.article_files.importing import markdown_files

        perform(config, need("import-articles"), {"files": markdown_files(Path(file))}, dry_run=dry_run, json=json)
        return
    from syndicator.services.adding import found as writing
    from syndicator.services.adding import search
    from syndicator.services.adding.found import by_address
    from syndicator.services.container import open_app

    with open_app(config) as opened:
        listed = search.read_file(file)
        found = search.as_found(opened, file, listed, meaning(listed, folders, ask=not json and is_answered()))
        named = writing.named(opened, found.candidates, writing.Wishes())
        new = [one.source for one in named if not one.known]
        added = [source.key for source in new]
        if new and not dry_run:
            apply(opened, need("add"), {"url": added}, addition(opened, named, by_address(opened)))
    known = [one.source.url for one in named if one.known]
    would = "would be " if dry_run else ""
    if not json:
        if new:
            printing.table("Sources", ("key", "url"), [(source.key, source.url) for source in new])
        printing.say(f"{counted(len(added), 'source')} {would}added, {len(known)} already known")
        say_skipped(file, found.skipped)
    report = None if dry_run or no_refresh or not added else _first_visits(config, added)
    if json:
        failed = {outcome.key: outcome.reason for outcome in report.failed} if report else {}
        document = {"added": added, "known": known, "skipped": found.skipped, "failed": failed, "applied": not dry_run}
        printing.as_json(document)
    elif report:
        printing.run_report(report, json=False)
        printing.say("next: `syndicator up` reads the rest and serves the feeds; with cron, `syndicator refresh` does")


_FIRST_SECONDS = 90.0  # of the first visits; with those under way and pictures, less than two minutes: a choice


def _first_visits(config: Path, keys: list[str]) -> RunReport | None:
    """Read the newest article of each new source; None if that has to wait, as the log says."""
    from syndicator.cli.running.service import run_once
    from syndicator.services.refresh import Wanted

    try:
        return asyncio.run(run_once(config, Wanted(keys=keys, limit=1, max_seconds=_FIRST_SECONDS)))
    except (LockedError, NetworkDown) as error:
        printing.log("the sources are added; the next refresh visits them", "warning", because=str(error))
        return None


@command()
def export(config: Config = CONFIG) -> None:
    """Print the sources as OPML. `syndicator import` makes the same sources of it."""
    from syndicator.services.adding import search
    from syndicator.services.container import open_app

    with open_app(config) as opened:
        sys.stdout.buffer.write(search.export(opened))
