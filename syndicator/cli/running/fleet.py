"""Commands of several machines on one database: worker, queue."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from syndicator.cli.base import CONFIG, Config, Json, app
from syndicator.cli.plural import counted
from syndicator.cli.running.stopping import stopping

GRACE_SECONDS = 28  # after a signal; systemd and Docker are set up to wait for 30


@app.command()
def worker(
    lanes: Annotated[int, typer.Option(help="Hosts to work on at a time.", min=1, max=1000)] = 32,
    config: Config = CONFIG,
) -> None:
    """Visit sources and build feeds together with other workers on the same PostgreSQL server, until SIGTERM."""
    from syndicator.cli import printing
    from syndicator.services.worker.run import work

    async def go() -> None:
        stop = asyncio.Event()
        with stopping(stop, GRACE_SECONDS):
            done = await work(
                config,
                lanes,
                stop=stop,
                ready=lambda owner: printing.log("ready", worker=owner, lanes=lanes),
                trouble=lambda line: printing.log(line, "warning"),
            )
        printing.log(
            "stopped",
            jobs=done.jobs,
            visits=done.visits,
            failed=done.failed,
            articles=done.articles,
            files=done.files,
        )

    asyncio.run(go())


@app.command()
def queue(
    requeue: Annotated[bool, typer.Option("--requeue", help="Work again on hosts that ended their workers.")] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Show what workers do: how many hosts wait and for how long, which are held, and who works."""
    from syndicator.cli import printing
    from syndicator.services.worker.report import look

    found = asyncio.run(look(config, requeue=requeue))
    if json:
        printing.as_json(found)
        return
    rows = [
        ("hosts", found.hosts),
        ("due", f"{found.due}, the first for {found.late:.0f} s"),
        ("queued", f"{found.queued}, the first for {found.oldest:.0f} s"),
        ("under way", found.picked),
        ("held", found.held),
        ("away", found.away),
        ("dead", ", ".join(found.dead) or 0),
        ("workers", ", ".join(found.workers) or 0),
    ]
    printing.table("Queue", ("what", "now"), rows)
    if found.named:
        held = [
            (one.name, f"{one.seconds:.0f} s", "ended its workers" if one.poison else "asked us to wait")
            for one in found.named
        ]
        printing.table("Held hosts", ("host", "for", "why"), held)
    if requeue:
        printing.say(f"{counted(found.freed, 'host')} freed")
