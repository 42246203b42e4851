"""Command mcp: let programs and language models read the archive."""

import asyncio
from functools import partial
from typing import Annotated

import typer

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, command
from syndicator.cli.running.signals import stop_on_signals
from syndicator.core.errors import MissingError
from syndicator.core.program import describe_installation


@command()
def mcp(
    port: Annotated[
        int | None,
        typer.Option(
            help="Serve over HTTP on 127.0.0.1 at this port, to programs with a token.",
            min=0,
            max=65535,
        ),
    ] = None,
    config: Config = CONFIG,
) -> None:
    """Let a program or language model read the archive, over standard input and output."""
    from syndicator.app.read_configuration import need_folder

    need_folder(config)
    try:
        import syndicator.programs.server as server
    except ModuleNotFoundError as error:
        missing_package = (error.name or "").partition(".")[0]
        if missing_package != "mcp":
            raise
        raise MissingError(
            f"`syndicator mcp` needs the package mcp: {describe_installation('mcp')}"
        ) from error
    tell = partial(printing.log, level="warning")
    if port is None:
        asyncio.run(server.serve_stdio(config, tell))
    else:
        asyncio.run(_serve_http(config, port))


async def _serve_http(config: Config, port: int) -> None:
    """Let programs read the archive over HTTP at this port, until Ctrl-C or SIGTERM. `config`: the
    configuration folder."""
    from syndicator.programs.server import serve_http

    stop = asyncio.Event()
    with stop_on_signals(stop):
        await serve_http(
            config,
            port,
            stop=stop,
            listening=lambda url: printing.log(f"programs may read at {url}mcp"),
            tell=partial(printing.log, level="warning"),
        )
