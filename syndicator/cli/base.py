"""The typer app, common options, how commands change articles under the lock, and how they end on signals."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from syndicator import __version__
from syndicator.cli import help
from syndicator.cli.logs import LogFormat, choose, chosen, log
from syndicator.configuration.tables import VARIABLE, own_config

if TYPE_CHECKING:
    from syndicator.core.model import FeedKey
    from syndicator.services.container import App


# What `--help` lists, in this order: what is used every day comes first.
PANELS = {
    "Daily": ("up", "refresh", "build", "serve", "console", "add", "status", "show"),
    "Sources": ("sources", "remove", "import", "export"),
    "Articles and tags": ("reread", "describe", "learn", "tags", "join", "split", "release", "withdraw", "change"),
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
        from syndicator.cli.help import lines

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
    folder = value if named or value.is_dir() else own_config(os.environ) or value
    if not context.resilient_parsing:
        _warn_of_dropped(folder)
    return folder


def _warn_of_dropped(folder: Path) -> None:
    """Log each dropped setting that the folder or the environment still sets."""
    from syndicator.configuration.settings import dropped_settings

    for fault in dropped_settings(folder):
        log(fault.message, "warning", at=fault.at, key=fault.key)


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
            callback=help.show,
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


DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]
Since = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Articles added on or after this day (UTC)."),
]


@contextmanager
def opened_for_change(config: Path, *, create: bool = False) -> Iterator[App]:
    """The app, once no other run is under way. `create`: also where the database is lost."""
    from syndicator.configuration.settings import load
    from syndicator.services.container import locked, need_folder, open_app

    need_folder(config)
    with locked(load(config), wait=True), open_app(config, create=create) as opened:
        yield opened


@contextmanager
def opened_to_look(config: Path) -> Iterator[App]:
    """The app, also while a run is under way."""
    from syndicator.services.container import need_folder, open_app

    need_folder(config)
    with open_app(config) as opened:
        yield opened


def build(opened: App) -> tuple[str, ...]:
    """Builds the feeds that changed. Returns the files that were written."""
    return build_among(opened, None)[0]


def build_among(opened: App, feeds: Callable[[FeedKey], bool] | None) -> tuple[tuple[str, ...], int]:
    """The same for those of which `feeds` is true, None for all; how many others are stale, too."""
    from syndicator.services.build import build_feeds

    built = asyncio.run(build_feeds(opened, among=feeds))
    return built.written, built.left


# `docker stop` waits for ten seconds: what is left of them is for ending workers and closing files.
GRACE_SECONDS = 8


@contextmanager
def stopping(stop: asyncio.Event, grace: int = GRACE_SECONDS) -> Iterator[None]:
    """Set `stop` on SIGTERM or Ctrl-C; after `grace` seconds or a second signal, exit with 0 (every write is atomic).
    Not event loop handlers: those wait for a step to end, and a build is one long step."""
    loop = asyncio.get_running_loop()
    signals = [0]

    def on_signal(number: int, frame: object) -> None:
        signals[0] += 1
        if signals[0] > 1:
            sys.exit(0)
        stop.set()
        loop.call_soon_threadsafe(lambda: None)  # wakes the loop, which sees the event
        signal.alarm(grace)

    def on_alarm(number: int, frame: object) -> None:
        sys.exit(0)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, on_alarm)
    try:
        yield
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def on_hangup(stop: asyncio.Event, reload: Callable[[], None]) -> Iterator[None]:
    """Calls `reload` on SIGHUP. Where that says that our terminal was closed, `stop` is set instead."""
    loop, had_terminal = asyncio.get_running_loop(), os.isatty(2)
    loop.add_signal_handler(signal.SIGHUP, lambda: stop.set() if had_terminal and not os.isatty(2) else reload())
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
