"""The typer app and the options that every command shares."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from syndicator import __version__

app = typer.Typer(
    help="From source URLs to valid Atom, RSS and JSON feeds per tag, category and source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # drawing the help with rich doubles what it costs
)

Config = Annotated[
    Path,
    typer.Option(
        "--config", metavar="DIR", help="The folder with syndicator.toml, sources.toml, taxonomy.toml and feeds.toml."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
CONFIG = Path("config")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """From source URLs to valid Atom, RSS and JSON feeds per tag, category and source."""


def counted(number: int, noun: str) -> str:
    """ "1 article", "2 articles": for nouns whose plural ends in s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
