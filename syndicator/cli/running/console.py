"""The command console: the operators' page, served alone, and its password."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import Annotated

import typer

from syndicator.cli.base import CONFIG, Config, app


@app.command()
def console(
    set_password: Annotated[
        bool, typer.Option("--set-password", help="Set a password, which turns the page on; serve nothing.")
    ] = False,
    name: Annotated[str, typer.Option(metavar="NAME", help="Whose password: each has one of its own.")] = "operator",
    port: Annotated[int | None, typer.Option(help="Port to serve on.", min=0, max=65535)] = None,
    beside: Annotated[bool, typer.Option("--beside", hidden=True, help="End when standard input does.")] = False,
    config: Config = CONFIG,
) -> None:
    """Serve the operators' page: what needs you, adding, mending, correcting. `up` does that, too."""
    from syndicator.services.container import need_folder

    need_folder(config)
    if port is not None:
        os.environ["SYNDICATOR_CONSOLE__PORT"] = str(port)
    if set_password:
        _set_password(config, name)
    else:
        asyncio.run(_serve(config, beside))


def _set_password(config: Config, name: str) -> None:
    from syndicator.cli import printing
    from syndicator.configuration.settings import load
    from syndicator.console.security import passwords

    asked = sys.stdin.isatty()
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if asked else sys.stdin.readline()
    path = passwords.file_of(load(config).state_dir)
    passwords.set_password(path, name, str(password).rstrip("\n"))
    printing.say(f"the password of {name} is set; `syndicator console` or `syndicator up` serves the page")


async def _serve(config: Config, beside: bool) -> None:
    from syndicator.cli import printing
    from syndicator.cli.running.stopping import stopping
    from syndicator.configuration.settings import load
    from syndicator.console import server
    from syndicator.console.security import passwords
    from syndicator.core.errors import MissingError

    if not passwords.read(passwords.file_of(load(config).state_dir)):
        raise MissingError("the console is off: `syndicator console --set-password` sets a password, and turns it on")
    stop = asyncio.Event()
    with stopping(stop):
        if beside:
            _end_with(stop)
        await server.run(
            config,
            stop=stop,
            listening=lambda url: printing.log(f"console at {url}"),
            tell=lambda line: printing.log(line, "warning"),
        )


def _end_with(stop: asyncio.Event) -> None:
    """Sets `stop` when standard input ends: whoever started us has."""
    loop = asyncio.get_running_loop()

    def listen() -> None:
        while os.read(0, 1024):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=listen, daemon=True).start()
