"""Commands about sources: remove, sources, import, export."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syndicator.cli import printing
from syndicator.cli.add import Folders, is_answered, meaning, say_skipped
from syndicator.cli.base import CONFIG, Config, DryRun, Json, app, build, opened_for_change
from syndicator.cli.operations import apply
from syndicator.cli.printing import counted, local
from syndicator.operations.adding import addition
from syndicator.operations.registry import need

if TYPE_CHECKING:
    from syndicator.services.container import App


class Action(StrEnum):
    """What else than a list may be asked for."""

    PUSH = "push"


@app.command()
def sources(
    action: Annotated[Action | None, typer.Argument(help="push: have workers follow them as they are now.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With push: show what would change.")] = False,
    apply_moves: Annotated[
        bool, typer.Option("--apply-moves", help="Write the new URLs of sources that moved for good to sources.toml.")
    ] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """List the sources: how the last visit of each went, when the next is due and why. Or push them to workers."""
    if action is Action.PUSH:
        _push(config, dry_run=dry_run, json=json)
        return
    from syndicator.services import reconcile
    from syndicator.services.container import open_app
    from syndicator.services.health import status

    with open_app(config) as opened:
        moved = _adopt_moves(opened) if apply_moves else []
        states = reconcile.sources(opened)
        listed = [(opened.sources[key], states[key]) for key in opened.sources]
    if json:
        printing.as_json([{"source": source, "state": status.of_state(state)} for source, state in listed])
        return
    for key, old, new in moved:
        printing.say(f"moved: {key}: {old} -> {new}")
    rows = [
        (
            source.key,
            source.url,
            "off" if not source.enabled else state.disabled or state.reason or state.warning or "ok",
            local(state.next_due, "now"),
            state.due_why,
        )
        for source, state in listed
    ]
    printing.table("Sources", ("key", "url", "health", "next visit", "why"), rows)


def _adopt_moves(opened: App) -> list[tuple[str, str, str]]:
    adopt, moved = need("adopt-move"), []
    for key, source in opened.sources.items():
        change = apply(opened, adopt, {"key": key})
        moved += [] if change.is_empty else [(key, source.url, str(change.data["after"]["url"]))]
    return moved


def _push(config: Path, *, dry_run: bool, json: bool) -> None:
    from syndicator.services.container import open_app
    from syndicator.services.worker.session import push

    with open_app(config) as opened:
        change = push(opened, dry_run=dry_run)
    if json:
        printing.as_json({"change": change, "applied": not dry_run})
        return
    for sign, keys in (("+", change.added), ("~", change.changed), ("-", change.removed)):
        for key in keys:
            printing.say(f"{sign} {key}")
    counts = f"{len(change.added)} added, {len(change.changed)} changed, {len(change.removed)} removed"
    printing.say(f"{counts}{'; nothing was written' if dry_run else ''}")


@app.command("import")
def import_(
    file: Annotated[
        str, typer.Argument(metavar="FILE|DIR", help='An OPML file, "-" for one on stdin, or a folder of articles.')
    ],
    folders: Folders = None,
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Add the feeds of an OPML file, as `syndicator export` or another reader wrote it; or the articles of a folder:
    markdown files with frontmatter, as Hugo, Jekyll, Astro and Next.js have them."""
    if file != "-" and Path(file).is_dir():
        _import_folder(Path(file), dry_run=dry_run, json=json, config=config)
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
    if json:
        printing.as_json({"added": added, "known": known, "skipped": found.skipped, "applied": not dry_run})
        return
    would = "would be " if dry_run else ""
    printing.say(f"{counted(len(added), 'source')} {would}added, {len(known)} already known")
    say_skipped(file, found.skipped)


def _import_folder(folder: Path, *, dry_run: bool, json: bool, config: Path) -> None:
    from syndicator.services.article_files import importing

    with opened_for_change(config) as opened:
        done = importing.import_folder(opened, folder, dry_run=dry_run)
        written = build(opened) if done.articles and not dry_run else ()
    if json:
        names = [{"title": one.title, "url": one.url, "id": one.id} for one in done.articles]
        found = {name: getattr(done, name) for name in ("known", "drafts", "problems", "oddities")}
        printing.as_json({"articles": names, **found, "applied": not dry_run, "written": written})
        return
    for problem in (*done.problems, *done.oddities):
        printing.say(f"{problem.what}: {problem.reason}: {problem.detail.removeprefix(problem.what + ': ')}")
    would = "would be " if dry_run else ""
    counts = f"{len(done.known)} already known, {counted(len(done.drafts), 'draft')} left out"
    printing.say(f"{counted(len(done.articles), 'article')} {would}imported, {counts}, {len(done.problems)} not read")
    printing.say(f"{counted(len(written), 'file')} written")


@app.command()
def export(config: Config = CONFIG) -> None:
    """Print the sources as OPML. `syndicator import` makes the same sources of it."""
    from syndicator.services.adding import search
    from syndicator.services.container import open_app

    with open_app(config) as opened:
        sys.stdout.buffer.write(search.export(opened))
