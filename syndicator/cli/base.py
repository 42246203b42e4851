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
from syndicator.configuration.folders import VARIABLE, find_own_config
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.program import program
from syndicator.operations.operation import Argument, Field

if TYPE_CHECKING:
    from syndicator.app.container import App
    from syndicator.core.model import FeedKey
    from syndicator.publishing.kinds.targets import BuildReport


_NO_LIMIT = 1000  # characters: no description of a command is so long
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
# Options of every command, which may stand before its name or behind it, with the number of their
# values.
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
# of files that people take for the configuration; folders with other dots are made as named
_SUFFIXES_OF_FILES = (".toml", ".yaml", ".yml", ".json", ".ini", ".conf")
# `docker stop` waits ten seconds; two are for ending workers and closing files.
GRACE_SECONDS = 8


def make_completion_script(shell: str, typed: str) -> str:
    """Return the script that makes a shell complete commands of this program. `typed`: the words by
    which the program was called; they are completed. Raises BadParameter for an unknown shell."""
    if shell not in SHELLS:
        raise typer.BadParameter(f"'{shell}' is not one of {', '.join(map(repr, SHELLS))}")

    name = typed
    if " " in typed:  # shells cannot complete `python -m syndicator`
        name = "syndicator"
    call = name
    if "/" in typed:
        name = Path(typed).name
        call = shlex.quote(str(Path(typed).resolve()))
    script = str(
        get_completion_script(prog_name=name, complete_var=COMPLETION_VARIABLE, shell=shell)
    )
    # a shell knows a command by its name, and calls it by its path
    for words_before in ("complete_zsh ", "(commandline -cp) "):
        script = script.replace(words_before + name, words_before + call)
    return script


def show_completion(context: typer.Context, shell: str | None) -> None:
    """If a shell is named, print its completion script and exit."""
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
    """Return the names that begin with `incomplete`, so that a shell can complete it. The names are
    the values of `key` in the tables [[table]] of `file`, such as sources.toml, and of the files in
    the folder beside it, such as sources.d. Files that cannot be read are left out."""
    main_file = Path(context.params.get("config") or "config") / file
    other_files = sorted(main_file.with_suffix(".d").glob("*.toml"))
    names: list[str] = []
    for path in (main_file, *other_files):
        with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
            document = tomllib.loads(path.read_text(encoding="utf-8"))
            rows: Any = document.get(table, [])
            names += [str(row[key]) for row in rows]
    return [name for name in names if name.startswith(incomplete)]


def load_examples() -> dict[str, dict[str, str]]:
    """Return the examples for help texts, by command. Each example has the words to type as its
    key, and its purpose as its value."""
    file = resources.files("syndicator") / "data/examples.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def format_examples(command: str, program: str) -> list[str]:
    """Return the examples of a command, such as "tags rename", as lines for its help text.
    `program`: how the program is called in them."""
    lines = []
    for words, purpose in load_examples().get(command, {}).items():
        lines.append(f"  {program} {words}")
        lines.append(f"      {purpose}")
    return lines


def move_global_options_first(words: Sequence[str]) -> list[str]:
    """Return the words of a command line in a new order: the options in GLOBAL_OPTIONS with their
    values come first, then all others. Words after `--` are not looked at. Pure."""
    options: list[str] = []
    others: list[str] = []
    unread = list(words)
    while unread and unread[0] != "--":
        word = unread.pop(0)
        name, equals, _ = word.partition("=")
        if name not in GLOBAL_OPTIONS:
            others.append(word)
            continue
        options.append(word)
        if not equals:
            value_count = GLOBAL_OPTIONS[name]
            options += unread[:value_count]
            del unread[:value_count]
    return [*options, *others, *unread]


def move_config_last(words: Sequence[str]) -> list[str]:
    """Return the words of a command line in a new order: a `--config DIR` that stands before the
    command comes after the command and its words, where commands expect it. Words after `--` stay
    last. Pure."""
    unread = list(words)
    options: list[str] = []  # the other ones before the command
    config: list[str] = []
    while unread and unread[0].startswith("--") and unread[0] != "--":
        word = unread.pop(0)
        name, equals, _ = word.partition("=")
        target = config if name == "--config" else options
        target.append(word)
        takes_value = name == "--config" or GLOBAL_OPTIONS.get(name)
        is_value_next_word = takes_value and not equals
        if is_value_next_word:
            target += unread[:1]
            del unread[:1]
    end = unread.index("--") if "--" in unread else len(unread)
    command_and_words = unread[:end]
    words_after_dashes = unread[end:]
    return [*options, *command_and_words, *config, *words_after_dashes]


def check_removed(words: Sequence[str]) -> None:
    """Raise UsageError if a command line uses a command or option that earlier versions had. The
    message says what replaces it. `words`: the command and what follows it."""
    for removed, cure in REMOVED.items():
        command, _, option = removed.partition(" --")
        command_words = command.split()
        if list(words[: len(command_words)]) != command_words:
            continue
        following_words = words[len(command_words) :]
        given_names = [word.partition("=")[0] for word in following_words]
        is_whole_command = not option
        if is_whole_command or f"--{option}" in given_names:
            raise UsageError(f"`{removed}` was removed: {cure}")


class Panels(TyperGroup):
    """The group of all commands. Help lists them under the headings of PANELS. The headings of
    typer need the package rich, which doubles the time of help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words of a command line, after options and --config were moved to where typer
        takes them."""
        return super().parse_args(ctx, move_global_options_first(move_config_last(args)))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the words name. Raises UsageError for a command or option that
        earlier versions had."""
        if not ctx.resilient_parsing:
            check_removed(args)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands with their descriptions, in the order and under the headings of
        PANELS."""
        widest = max(map(len, self.commands))
        for panel, names in PANELS.items():
            rows = []
            for name in names:
                # by default, typer cuts descriptions in mid-sentence at 45 characters
                description = self.commands[name].get_short_help_str(limit=_NO_LIMIT)
                rows.append((name.ljust(widest), description))
            with formatter.section(panel):
                formatter.write_dl(rows)


class Exemplified(TyperCommand):
    """Command whose help ends with examples."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples of the command below its help text."""
        program = str(ctx.find_root().info_name)
        words = str(ctx.command_path).removeprefix(program).strip()
        lines = format_examples(words, program)
        if lines:
            formatter.write("\nExamples:\n" + "\n".join(lines) + "\n")


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
    """Return a decorator that makes a function the command `name` (None: the name of the function)
    of `group`. The function's parameters are Annotated with `Argument` or with types of typer."""

    def register(function: T) -> T:
        """Make `function` a command, and return it."""
        hints = get_type_hints(function, include_extras=True)
        fields = []
        for field_name, parameter in inspect.signature(function).parameters.items():
            fields.append(Field(field_name, hints[field_name], parameter.default))
        set_signature(function, fields)
        return group.command(name, cls=Exemplified)(function)

    return register


def set_signature(function: T, fields: Sequence[Field]) -> T:
    """Give a function a signature with these fields, and return the function. Typer makes the
    options and arguments of a command from the signature."""
    parameters = [
        inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, **_make_parameter(field))
        for field in fields
    ]
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return function


def _make_parameter(field: Field) -> dict[str, Any]:
    """Return the "annotation" and the "default" that typer needs for a parameter. An `Argument` in
    the field becomes an option or argument of typer; a field without one is unchanged."""
    default = field.default
    marks = getattr(field.annotated, "__metadata__", ())
    has_argument = any(isinstance(mark, Argument) for mark in marks)
    if not has_argument:
        return {"annotation": field.annotated, "default": default}
    argument = field.argument
    settings: dict[str, Any] = {
        "help": argument.help,
        "metavar": argument.metavar or None,
        "autocompletion": _COMPLETION[argument.completes],
        "min": argument.least,
    }
    value_type = list[str] if field.is_list else field.type
    if "datetime" in str(value_type):
        value_type = datetime
        settings["formats"] = ["%Y-%m-%d"]
        settings["metavar"] = "DATE"
    if field.is_list and not default:
        default = None
    may_be_none = "None" in str(value_type)
    if default is None and not may_be_none:
        value_type = value_type | None
    if argument.positional:
        info = typer.Argument(**settings)
    else:
        info = typer.Option(f"--{field.name.replace('_', '-')}", **settings)
    return {"annotation": Annotated[value_type, info], "default": default}


def _need_folder_name(folder: Path) -> None:
    """Raise ConfigError if `folder`, the value of --config, is a file or has the name of one."""
    if folder.is_dir():
        return
    if folder.is_file():
        raise ConfigError(
            f"{folder} is a file, and --config takes its folder: --config {folder.parent}"
        )
    if folder.suffix in _SUFFIXES_OF_FILES:
        raise ConfigError(
            f"{folder} is the name of a file, and --config takes a folder, such as --config"
            f" {folder.with_suffix('')}"
        )


def _choose_config_folder(context: typer.Context, value: Path) -> Path:
    """Return the folder of configuration that a command uses. If --config does not name one, it is
    the folder `config` here; if that does not exist, the configuration folder of this account.
    Settings of earlier versions in it are logged. Raises ConfigError if the folder is a file or has
    the name of one."""
    source = context.get_parameter_source("config")
    is_named = source is not None and source.name != "DEFAULT"
    folder = value
    if not is_named and not value.is_dir():
        folder = find_own_config(os.environ) or value
    if context.resilient_parsing:
        return folder
    _need_folder_name(folder)
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


def _print_version(is_requested: bool) -> None:
    """If the option was given, print the version and exit."""
    if is_requested:
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
    has_our_variables = any(name.upper().startswith("SYNDICATOR_") for name in os.environ)
    if has_our_variables:
        _warn_of_unknown_variables()


def _warn_of_unknown_variables() -> None:
    """Log a warning for each environment variable that begins with SYNDICATOR_ but sets nothing."""
    from syndicator.configuration.settings import unknown_variables

    for name, nearest in unknown_variables(os.environ).items():
        fields = {"variable": name}
        if nearest:
            fields["cure"] = f"did you mean {nearest}?"
        log("no such setting", "warning", **fields)


DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]


def log_waiting(reason: str) -> None:
    """Log that the command waits for a lock, and who holds it."""
    log(f"waiting: {reason}")


@contextmanager
def open_for_change(config: Path, *, create: bool = False) -> "Iterator[App]":
    """Hold the lock of runs and open the instance during the block. If another process has the
    lock, wait until it is released. `create`: open the instance even if its database is lost."""
    from syndicator.app.container import open_app
    from syndicator.app.lock import hold_run_lock
    from syndicator.app.read_configuration import need_folder
    from syndicator.configuration.settings import load

    need_folder(config)
    with (
        hold_run_lock(load(config), wait=True, tell=log_waiting) as held,
        open_app(config, create=create, held=held) as opened,
    ):
        yield opened


@contextmanager
def open_to_read(config: Path) -> "Iterator[App]":
    """Open the instance during the block without the lock of runs, so that this is possible during
    a run."""
    from syndicator.app.container import open_app
    from syndicator.app.read_configuration import need_folder

    need_folder(config)
    with open_app(config) as opened:
        yield opened


def build_stale_feeds(
    opened: "App", accepts: "Callable[[FeedKey], bool] | None" = None
) -> "BuildReport":
    """Build the stale feeds and return the report. `accepts`: returns True for a feed that may be
    built; None allows all."""
    import asyncio  # late, as in other commands: `init` saves 20 ms without it

    from syndicator.runs.build import build_feeds

    return asyncio.run(build_feeds(opened, accepts=accepts))
