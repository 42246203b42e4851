"""The typer app and the options that every command shares."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from syndicator import __version__
from syndicator.cli.help import completion
from syndicator.cli.logs import LogFormat, choose, chosen, log
from syndicator.configuration.tables import VARIABLE, own_config

# What `--help` lists, in this order: what is used every day comes first.
PANELS = {
    "Daily": ("up", "refresh", "build", "serve", "console", "add", "status", "show"),
    "Sources": ("sources", "remove", "import", "export"),
    "Articles and tags": ("reread", "describe", "learn", "tags", "split", "release", "withdraw"),
    "Several machines": ("worker", "queue", "db"),
    "Set-up and repair": ("init", "check", "config", "demo", "reindex", "prune"),
}


# Options of every command, which may stand before its name or behind it.
GLOBAL = {"--verbose": 0, "--quiet": 0, "--log-format": 1}


def global_first(words: Sequence[str]) -> list[str]:
    """`words` of a command line with the options of GLOBAL first, each with the values it takes. Pure."""
    first: list[str] = []
    rest: list[str] = []
    left = list(words)
    while left and left[0] != "--":
        word = left.pop(0)
        name = word.partition("=")[0]
        if name not in GLOBAL:
            rest.append(word)
            continue
        first.append(word)
        for _ in range(GLOBAL[name] if "=" not in word else 0):
            first += left[:1]
            del left[:1]
    return [*first, *rest, *left]


class Panels(TyperGroup):
    """Lists the commands by PANELS. Typer has panels too, but only drawn with rich, which doubles what help costs."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, global_first(args))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        widest = max(map(len, self.commands))
        for panel, names in PANELS.items():
            with formatter.section(panel):
                formatter.write_dl([(name.ljust(widest), _first_sentence(self.commands[name])) for name in names])


class Exemplified(TyperCommand):
    """A command whose help ends with examples."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        from syndicator.cli.help.examples import lines

        whole, program = str(ctx.command_path), str(ctx.find_root().info_name)
        if found := lines(whole.removeprefix(program).strip(), program):
            formatter.write("\nExamples:\n" + "\n".join(found) + "\n")


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

CONFIG = Path("config")


def _config(context: typer.Context, value: Path) -> Path:
    """Where nobody named a folder: `config` here, else the one of this account."""
    source = context.get_parameter_source("config")
    named = source is not None and source.name != "DEFAULT"
    return value if named or value.is_dir() else own_config(os.environ) or value


Config = Annotated[
    Path,
    typer.Option(
        "--config",
        metavar="DIR",
        envvar=VARIABLE,
        show_envvar=False,
        callback=_config,
        help="The folder with syndicator.toml, sources.toml, taxonomy.toml and feeds.toml. Without: that in "
        "$SYNDICATOR_CONFIG, else config, else ~/.config/syndicator.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


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
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Say only what failed. For cron, which mails what is said.")
    ] = False,
    show_completion: Annotated[
        str | None,
        typer.Option(
            callback=completion.show,
            is_eager=True,
            expose_value=True,
            metavar="SHELL",
            help="Print what bash, zsh or fish reads to complete commands.",
        ),
    ] = None,
    log_format: Annotated[
        LogFormat | None,
        typer.Option("--log-format", help="Of the log on stderr. Default: json under systemd, else text."),
    ] = None,
) -> None:
    """From source URLs to valid Atom, RSS and JSON feeds per tag, category and source."""
    import sys

    try:
        stderr = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):  # closed, or not a file
        stderr = None
    choose(chosen(os.environ, stderr, format=log_format, quiet=quiet, verbose=verbose))
    _warn_of_variables()


def _warn_of_variables() -> None:
    """Names what is set in the environment and is no setting: a slip of the pen would go unseen."""
    if not any(name.upper().startswith("SYNDICATOR_") for name in os.environ):
        return
    from syndicator.configuration.settings import unknown_variables

    for name, near in unknown_variables(os.environ).items():
        log("no such setting", "warning", variable=name, **({"cure": f"did you mean {near}?"} if near else {}))
