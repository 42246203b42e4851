"""Commands console, worker and queue."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import Annotated, Literal

import typer

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, Json, command, stopping
from syndicator.cli.printing import counted
from syndicator.cli.running.service import override
from syndicator.core.errors import MissingError
from syndicator.operations.operation import Argument


@command()
def console(
    set_password: Annotated[bool, Argument("Set a password, which turns the page on; serve nothing.")] = False,
    name: Annotated[str, Argument("Whose password: each has one of its own.", "NAME")] = "operator",
    token: Annotated[str, Argument("Make a token for the API and print it; serve nothing.", "NAME")] = "",
    write: Annotated[bool, Argument("With --token: it may change things, not only read.")] = False,
    days: Annotated[int, typer.Option(help="With --token: how long it is valid.", min=1, max=3660)] = 365,
    revoke: Annotated[bool, Argument("With --token: delete it instead.")] = False,
    port: Annotated[int | None, typer.Option(help="Port to serve on.", min=0, max=65535)] = None,
    beside: Annotated[bool, typer.Option("--beside", hidden=True, help="End when standard input does.")] = False,
    config: Config = CONFIG,
) -> None:
    """Serve the console, the operators' page to add, repair and correct. `up` serves it, too."""
    from syndicator.services.container import need_folder

    need_folder(config)
    override(config, "console", None, port)
    if set_password:
        _set_password(config, name)
    elif token:
        _token(config, token, "write" if write else "read", 0 if revoke else days)
    else:
        asyncio.run(_serve(config, beside))


def _set_password(config: Config, name: str) -> None:
    from syndicator.configuration.settings import load
    from syndicator.console import security

    asked = sys.stdin.isatty()
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if asked else sys.stdin.readline()
    path = security.file_of(load(config).state_dir)
    security.set_password(path, name, str(password).rstrip("\n"))
    printing.say(f"the password of {name} is set; `syndicator console` or `syndicator up` serves the page")


def _token(config: Config, name: str, scope: Literal["read", "write"], days: int) -> None:
    from syndicator.configuration.settings import load
    from syndicator.console import security
    from syndicator.services.container import utc_now

    path = security.tokens_file_of(load(config).state_dir)
    if days:
        printing.say(security.create_token(path, name, scope, days, utc_now()))
    else:
        security.revoke_token(path, name)
        printing.say(f"the token {name} is no longer valid")


async def _serve(config: Config, beside: bool) -> None:
    from syndicator.configuration.settings import load
    from syndicator.console import security, server
    from syndicator.operations.jobs.work import call_at_end_of_input

    state_dir = load(config).state_dir
    if not any(map(security.read_passwords, (security.file_of(state_dir), security.tokens_file_of(state_dir)))):
        raise MissingError("the console is off: `syndicator console --set-password` sets a password, and turns it on")
    stop = asyncio.Event()
    with stopping(stop):
        if beside:
            loop = asyncio.get_running_loop()
            call_at_end_of_input(lambda: loop.call_soon_threadsafe(stop.set))
        tell = partial(printing.log, level="warning")
        await server.run(config, stop=stop, listening=lambda url: printing.log(f"console at {url}"), tell=tell)


GRACE_SECONDS = 28  # after a signal; systemd and Docker are set up to wait for 30


@command()
def worker(
    lanes: Annotated[int, typer.Option(help="Hosts to work on at a time.", min=1, max=1000)] = 32,
    config: Config = CONFIG,
) -> None:
    """Visit sources and build feeds together with other workers on the same PostgreSQL server, until SIGTERM."""
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
        names = ("jobs", "visits", "failed", "articles", "files")
        printing.log("stopped", **{name: getattr(done, name) for name in names})

    asyncio.run(go())


@command()
def queue(
    requeue: Annotated[bool, Argument("Release the hosts that are held because workers crashed on them.")] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Show the queue of the workers: hosts that wait, and for how long, held hosts, and the workers."""
    from syndicator.services.worker.run import look

    fleet = look(config, requeue=requeue)
    if json:
        printing.as_json(fleet)
        return
    rows = [
        ("hosts", fleet.hosts),
        ("due", f"{fleet.due}, the first for {fleet.late:.0f} s"),
        ("under way", fleet.leased),
        ("held", fleet.held),
        ("away", fleet.away),
        ("workers", ", ".join(fleet.workers) or 0),
    ]
    printing.table("Queue", ("what", "now"), rows)
    why = {True: "ended its workers", False: "asked us to wait"}
    if held := [(host.name, f"{host.seconds:.0f} s", why[bool(host.poison)]) for host in fleet.named]:
        printing.table("Held hosts", ("host", "for", "why"), held)
    if requeue:
        printing.say(f"{counted(fleet.freed, 'host')} freed")
