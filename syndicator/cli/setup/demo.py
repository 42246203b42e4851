"""The command demo."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from syndicator.cli.base import Json, app, stopping


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Exit when the feeds are built, instead of serving them.")
    ] = False,
    dir: Annotated[
        Path | None, typer.Option("--dir", metavar="D", help="Make everything in this folder, and keep it.")
    ] = None,
    articles: Annotated[
        int | None,
        typer.Option(min=1, help="Also make up so many articles and show how long building their feeds takes."),
    ] = None,
    kill: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Kill N runs at random moments; print what was lost and what came twice."
        ),
    ] = None,
    port: Annotated[int, typer.Option(help="Port to serve on.")] = 8080,
    json: Json = False,
) -> None:
    """Try everything on a small made-up web on this machine. Needs no network."""
    if kill:
        asyncio.run(_kill(dir, kill, json=json))
        return
    asyncio.run(_demo(dir, once=once, articles=articles, port=port, json=json))


async def _kill(folder: Path | None, times: int, *, json: bool) -> None:
    from syndicator.cli import printing
    from syndicator.cli.setup.demo_report import kill_report
    from syndicator.demo.kill import survive
    from syndicator.demo.trip import own_folder

    stop = asyncio.Event()
    with stopping(stop), own_folder(folder) as place:
        survived = await survive(place, times, stop=stop, say=printing.log)
        kill_report(survived, json=json)
    if not survived.well:
        raise typer.Exit(1)


async def _demo(folder: Path | None, *, once: bool, articles: int | None, port: int, json: bool) -> None:
    from syndicator.cli import printing
    from syndicator.cli.setup.demo_report import demo_report, unplanned
    from syndicator.configuration.settings import load
    from syndicator.demo.trip import trip
    from syndicator.services import daemon

    stop = asyncio.Event()
    with stopping(stop), printing.watching(tells=lambda outcome: bool(unplanned([outcome]))) as watch:
        async with trip(folder, articles=articles, port=port, stop=stop, watch=watch) as made:
            demo_report(made, json=json)
            if once:
                return
            site = daemon.Site(load(made.config))
            await daemon.serve(site, stop=stop, listening=lambda url: printing.say(f"open {url} (Ctrl-C ends it)"))
