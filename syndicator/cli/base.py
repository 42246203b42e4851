"""The typer app and the options that every command shares."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from syndicator import __version__

# What `--help` lists, in this order: what is used every day comes first.
PANELS = {
    "Daily": ("up", "refresh", "build", "serve", "add", "status", "show"),
    "Sources": ("sources", "remove", "import", "export"),
    "Articles and tags": ("reread", "describe", "learn", "tags", "split", "withdraw"),
    "Set-up and repair": ("init", "check", "demo", "reindex", "prune"),
}


class Panels(TyperGroup):
    """Lists the commands by PANELS. Typer has panels too, but only drawn with rich, which doubles what help costs."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        widest = max(map(len, self.commands))
        for panel, names in PANELS.items():
            with formatter.section(panel):
                formatter.write_dl([(name.ljust(widest), _first_sentence(self.commands[name])) for name in names])


def _first_sentence(command: Any) -> str:
    return str(command.get_short_help_str(limit=1000))  # longer than any: it cuts in mid-sentence at 45 characters


app = typer.Typer(
    cls=Panels,
    help="From source URLs to valid Atom, RSS and JSON feeds per tag, category and source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
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
    verbose: Annotated[bool, typer.Option("--verbose", help="Log each step of a visit on stderr.")] = False,
) -> None:
    """From source URLs to valid Atom, RSS and JSON feeds per tag, category and source."""
    if verbose:
        from syndicator.cli.printing import log_steps

        log_steps()
