"""Define the typer app, common options and completion; open an instance for a command.

Also: examples in help."""

import inspect
import os
import shlex
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer
from typer._completion_shared import get_completion_script
from typer.core import TyperCommand, TyperGroup

from syndicator import __version__
from syndicator.cli.logs import LogFormat, apply_options, log, make_options
from syndicator.configuration.folders import VARIABLE, own_config
from syndicator.core.errors import UsageError
from syndicator.core.program import program
from syndicator.operations.operation import Argument, Field

if TYPE_CHECKING:
    from syndicator.app.container import App
    from syndicator.core.model import FeedKey


COMPLETION_VARIABLE = "_SYNDICATOR_COMPLETE"  # set by the scripts to ask for completions
SHELLS = ("bash", "zsh", "fish")
# Order of `--help`: commands for every day come first.
PANELS = {
    "Daily": ("up", "refresh", "build", "serve", "console", "add", "status", "show", "mcp"),
    "Sources": ("sources", "remove", "import", "export"),
    "Articles and tags": (
        "reread",
        "describe",
        "learn",
        "tags",
        "join",
        "split",
        "release",
        "withdraw",
        "change",
    ),
    "Several machines": ("worker", "queue", "db"),
    "Set-up and repair": ("init", "check", "config", "demo", "reindex", "prune"),
}
# Options of every command, which may stand before its name or behind it.
GLOBAL_OPTIONS = {"--verbose": 0, "--quiet": 0, "--log-format": 1}
# Commands and options of the last release that are gone, and what replaces them.
_REVIEWING = (
    "the page Articles of the console (`syndicator console`) lists unsure and untagged articles;"
    " `syndicator tags confirm` and `syndicator tags reject` decide on one, and `syndicator status"
    " --list articles --where filter=untagged` lists them for programs"
)
REMOVED = {
    "tags review": _REVIEWING,
    "change review-tags": _REVIEWING,
    "demo --kill": "nothing replaces it; the tests of Syndicator kill runs",
}
T = TypeVar("T", bound=Callable[..., None])
CONFIG = Path("config")
# `docker stop` waits ten seconds; two are for ending workers and closing files.
GRACE_SECONDS = 8


def make_completion_script(shell: str, typed: str) -> str:
    """Return the shell's completion script for the program called as `typed`. Raises
    BadParameter."""
    if shell not in SHELLS:
        raise typer.BadParameter(f"'{shell}' is not one of {', '.join(map(repr, SHELLS))}")

    # shells cannot complete `python -m syndicator`
    name = call = "syndicator" if " " in typed else typed
    if "/" in typed:
        name = Path(typed).name
        call = shlex.quote(str(Path(typed).resolve()))
    text = str(get_completion_script(prog_name=name, complete_var=COMPLETION_VARIABLE, shell=shell))
    # a shell knows a command by its name, and calls it by its path
    for before in ("complete_zsh ", "(commandline -cp) "):
        text = text.replace(before + name, before + call)
    return text


def show_completion(context: typer.Context, shell: str | None) -> None:
    if shell and not context.resilient_parsing:
        typer.echo(make_completion_script(shell, program()))
        raise typer.Exit


def complete_source_keys(context: typer.Context, incomplete: str) -> list[str]:
    return _complete_names(context, "sources.toml", "source", "key", incomplete)


def complete_tag_names(context: typer.Context, incomplete: str) -> list[str]:
    return _complete_names(context, "taxonomy.toml", "tag", "name", incomplete)


def _complete_names(
    context: typer.Context, file: str, table: str, key: str, incomplete: str
) -> list[str]:
    path = Path(context.params.get("config") or "config") / file
    names: list[str] = []
    for file_path in (path, *sorted(path.with_suffix(".d").glob("*.toml"))):
        with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
            rows: Any = tomllib.loads(file_path.read_text(encoding="utf-8")).get(table, [])
            names += [str(row[key]) for row in rows]
    return [name for name in names if name.startswith(incomplete)]


def load_examples() -> dict[str, dict[str, str]]:
    """Return by command (its words) its examples: words typed -> purpose."""
    return tomllib.loads(
        (resources.files("syndicator") / "data/examples.toml").read_text(encoding="utf-8")
    )


def format_examples(words: str, program: str) -> list[str]:
    texts = load_examples().get(words, {}).items()
    return [line for typed, use in texts for line in (f"  {program} {typed}", f"      {use}")]


def move_global_options_first(words: Sequence[str]) -> list[str]:
    """Move the options of GLOBAL, with their values, to the front of `words`. Pure."""
    first: list[str] = []
    rest: list[str] = []
    left = list(words)
    while left and left[0] != "--":
        word = left.pop(0)
        name = word.partition("=")[0]
        if name not in GLOBAL_OPTIONS:
            rest.append(word)
            continue
        first.append(word)
        for _ in range(GLOBAL_OPTIONS[name] if "=" not in word else 0):
            first += left[:1]
            del left[:1]
    return [*first, *rest, *left]


def move_config_last(words: Sequence[str]) -> list[str]:
    """Move `--config DIR` from before the command to the end of `words`, where commands take it.
    Pure."""
    left = list(words)
    before: list[str] = []
    moved: list[str] = []
    while left and left[0].startswith("--") and left[0] != "--":
        word = left.pop(0)
        name, equals, _ = word.partition("=")
        taken = moved if name == "--config" else before
        taken.append(word)
        if not equals and (name == "--config" or GLOBAL_OPTIONS.get(name)):
            taken += left[:1]
            del left[:1]
    end = left.index("--") if "--" in left else len(left)
    return [*before, *left[:end], *moved, *left[end:]]


def check_removed(words: Sequence[str]) -> None:
    """Raise UsageError if `words`, a command and what follows it, ask for something removed."""
    for removed, cure in REMOVED.items():
        command, _, option = removed.partition(" --")
        command_words = command.split()
        if list(words[: len(command_words)]) != command_words:
            continue
        names = [word.partition("=")[0] for word in words[len(command_words) :]]
        if not option or f"--{option}" in names:
            raise UsageError(f"`{removed}` was removed: {cure}")


class Panels(TyperGroup):
    """Group that lists its commands by PANELS. Typer draws panels only with rich, which doubles the
    time of help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, move_global_options_first(move_config_last(args)))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if not ctx.resilient_parsing:
            check_removed(args)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        widest = max(map(len, self.commands))
        for panel, names in PANELS.items():
            with formatter.section(panel):
                # a limit longer than any first sentence: typer cuts in mid-sentence at 45
                # characters
                helps = (self.commands[name].get_short_help_str(limit=1000) for name in names)
                formatter.write_dl(
                    [
                        (name.ljust(widest), description)
                        for name, description in zip(names, helps, strict=True)
                    ]
                )


class Exemplified(TyperCommand):
    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        whole = str(ctx.command_path)
        program = str(ctx.find_root().info_name)
        if examples := format_examples(whole.removeprefix(program).strip(), program):
            formatter.write("\nExamples:\n" + "\n".join(examples) + "\n")


app = typer.Typer(
    cls=Panels,
    help="From source URLs to valid Atom, RSS and JSON feeds per tag, category and source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_COMPLETION = {"source": complete_source_keys, "tag": complete_tag_names, "": None}


def command(name: str | None = None, group: typer.Typer = app) -> Callable[[T], T]:
    """Register a function as command. Its parameters are Annotated with `Argument` or typer's own
    types."""

    def register(function: T) -> T:
        hints = get_type_hints(function, include_extras=True)
        parameters = inspect.signature(function).parameters.items()
        set_signature(
            function,
            [Field(name, hints[name], parameter.default) for name, parameter in parameters],
        )
        return group.command(name, cls=Exemplified)(function)

    return register


def set_signature(function: T, fields: Sequence[Field]) -> T:
    """Give the function a signature with `fields`, which typer turns into options and arguments."""
    parameters = [
        inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, **_make_parameter(field))
        for field in fields
    ]
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {field.name: field.annotation for field in parameters}
    return function


def _make_parameter(field: Field) -> dict[str, Any]:
    default = field.default
    if not any(isinstance(mark, Argument) for mark in getattr(field.annotated, "__metadata__", ())):
        return {"annotation": field.annotated, "default": default}
    argument = field.argument
    kind = list[str] if field.is_list else field.type
    more: dict[str, Any] = {"help": argument.help, "metavar": argument.metavar or None}
    more |= {"autocompletion": _COMPLETION[argument.completes], "min": argument.least}
    if "datetime" in str(kind):
        kind = datetime
        more = {**more, "formats": ["%Y-%m-%d"], "metavar": "DATE"}
    if field.is_list and not default:
        default = None
    if default is None and "None" not in str(kind):
        kind = kind | None
    option = f"--{field.name.replace('_', '-')}"
    info = typer.Argument(**more) if argument.positional else typer.Option(option, **more)
    return {"annotation": Annotated[kind, info], "default": default}


def _choose_config_folder(context: typer.Context, value: Path) -> Path:
    """Return the folder of --config, else `config` here, else that of this account; warn of
    outdated settings."""
    source = context.get_parameter_source("config")
    named = source is not None and source.name != "DEFAULT"
    folder = value if named or value.is_dir() else own_config(os.environ) or value
    if not context.resilient_parsing:
        from syndicator.configuration.settings import dropped_settings

        for fault in dropped_settings(folder):
            log(fault.message, "warning", at=fault.at, key=fault.key)
    return folder


Config = Annotated[
    Path,
    typer.Option(
        "--config",
        metavar="DIR",
        envvar=VARIABLE,
        show_envvar=False,
        callback=_choose_config_folder,
        help=(
            "The folder with syndicator.toml, sources.toml, taxonomy.toml and feeds.toml. Without:"
            " that in $SYNDICATOR_CONFIG, else config, else ~/.config/syndicator."
        ),
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Log each step of a visit on stderr.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only failures, for cron.")] = False,
    show_completion: Annotated[
        str | None,
        typer.Option(
            callback=show_completion,
            is_eager=True,
            metavar="SHELL",
            help="Print the completion of bash, zsh or fish.",
        ),
    ] = None,
    log_format: Annotated[
        LogFormat | None,
        typer.Option(
            "--log-format",
            help="Format of the log on stderr. Default: json under systemd, else text.",
        ),
    ] = None,
) -> None:
    """From source URLs to valid Atom, RSS and JSON feeds per tag, category and source."""
    try:
        stderr = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):  # closed, or not a file
        stderr = None
    apply_options(make_options(os.environ, stderr, format=log_format, quiet=quiet, verbose=verbose))
    # a typing error would go unseen
    if any(name.upper().startswith("SYNDICATOR_") for name in os.environ):
        from syndicator.configuration.settings import unknown_variables

        for name, near in unknown_variables(os.environ).items():
            log(
                "no such setting",
                "warning",
                variable=name,
                **({"cure": f"did you mean {near}?"} if near else {}),
            )


DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]


def log_waiting(reason: str) -> None:
    """Log that the command waits for a lock, and who holds it."""
    log(f"waiting: {reason}")


@contextmanager
def open_for_change(config: Path, *, create: bool = False) -> "Iterator[App]":
    """Open the app under the lock of runs. `create`: even if the database is lost."""
    from syndicator.app.container import open_app
    from syndicator.app.lock import locked
    from syndicator.app.read_configuration import need_folder
    from syndicator.configuration.settings import load

    need_folder(config)
    with (
        locked(load(config), wait=True, tell=log_waiting) as held,
        open_app(config, create=create, held=held) as opened,
    ):
        yield opened


@contextmanager
def open_to_read(config: Path) -> "Iterator[App]":
    """Open the app without the lock, even during a run."""
    from syndicator.app.container import open_app
    from syndicator.app.read_configuration import need_folder

    need_folder(config)
    with open_app(config) as opened:
        yield opened


def build_stale_feeds(
    opened: "App", feeds: "Callable[[FeedKey], bool] | None" = None
) -> tuple[tuple[str, ...], int]:
    """Build the stale feeds that `feeds` accepts. Return the written files and the number left."""
    import asyncio  # late, as in other commands: `init` saves 20 ms without it

    from syndicator.runs.build import build_feeds

    built = asyncio.run(build_feeds(opened, among=feeds))
    return built.written, built.left
