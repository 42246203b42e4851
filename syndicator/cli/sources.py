"""Commands about sources: remove, sources, import, export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from syndicator.cli.base import CONFIG, Config, Json, app
from syndicator.cli.plural import counted


@app.command()
def remove(
    key: Annotated[list[str], typer.Argument(metavar="KEY...", help="Keys of sources.")],
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Remove sources, all of those named or none. Their articles and feeds stay."""
    from syndicator.cli import printing
    from syndicator.services import maintain
    from syndicator.services.container import open_app

    with open_app(config) as opened:
        gone = maintain.remove(opened, key)
    if json:
        printing.as_json({"removed": gone})
    else:
        printing.say(f"removed: {', '.join(gone)}; articles and feeds stay")


@app.command()
def sources(
    apply_moves: Annotated[
        bool, typer.Option("--apply-moves", help="Write the new URLs of sources that moved for good to sources.toml.")
    ] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """List the sources: how the last visit of each went, when the next is due and why."""
    from syndicator.cli import printing
    from syndicator.services import maintain, reconcile
    from syndicator.services.container import open_app

    with open_app(config) as opened:
        moved = maintain.apply_moves(opened) if apply_moves else []
        states = reconcile.sources(opened)
        listed = [(opened.sources[key], states[key]) for key in opened.sources]
    if json:
        printing.as_json([{"source": source, "state": state} for source, state in listed])
        return
    for key, old, new in moved:
        printing.say(f"moved: {key}: {old} -> {new}")
    rows = [
        (
            source.key,
            source.url,
            "off" if not source.enabled else state.disabled or state.reason or state.warning or "ok",
            state.next_due.isoformat() if state.next_due else "now",
            state.due_why,
        )
        for source, state in listed
    ]
    printing.table("Sources", ("key", "url", "health", "next visit", "why"), rows)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An OPML file.")],
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Add the feeds of an OPML file."""
    from syndicator.cli import printing
    from syndicator.errors import MissingError
    from syndicator.services import maintain
    from syndicator.services.container import open_app

    if not file.is_file():
        raise MissingError(f"{file} is not a file; give the path of an OPML file")
    with open_app(config) as opened:
        added, known = maintain.import_opml(opened, file)
    if json:
        printing.as_json({"added": added, "known": known})
    else:
        printing.say(f"{counted(len(added), 'source')} added, {len(known)} already known")


@app.command()
def export(config: Config = CONFIG) -> None:
    """Print the sources as OPML."""
    from syndicator.services.container import open_app
    from syndicator.sources import opml

    with open_app(config) as opened:
        sys.stdout.buffer.write(opml.write_opml(opened.settings.site.title, list(opened.sources.values())))
