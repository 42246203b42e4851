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
    """Return the script by which a shell completes command lines of this program. `shell`: a name
    in SHELLS; any other raises BadParameter. `typed`: the words by which the program was called,
    such as "syndicator" or a path; the shell will complete lines that begin with them."""
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
    # The shell knows the command by its name, but must call it by its path to get completions. In
    # the scripts for zsh and fish, the call stands after these words.
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
    """Return the names in the configuration that begin with `incomplete`, so that a shell can
    complete it. The names are the values of `key` in the tables [[table]] of `file`, such as
    sources.toml, and of the files in the folder beside it, such as sources.d. Files that cannot be
    read are left out."""
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
    """Return the examples of a command as lines for its help text: a command line, then its
    purpose. `command`: its words, such as "tags rename". `program`: the name of the program in the
    command lines."""
    lines = []
    for words, purpose in load_examples().get(command, {}).items():
        lines.append(f"  {program} {words}")
        lines.append(f"      {purpose}")
    return lines


def move_global_options_first(words: Sequence[str]) -> list[str]:
    """Return the words of a command line in a new order: the options in GLOBAL_OPTIONS and their
    values come first, then all other words. `--` and the words after it stay at the end.
    GLOBAL_OPTIONS says how many values an option has. Pure."""
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
        if not equals:  # the values are the next words
            value_count = GLOBAL_OPTIONS[name]
            options += unread[:value_count]
            del unread[:value_count]
    return [*options, *others, *unread]


def move_config_last(words: Sequence[str]) -> list[str]:
    """Return the words of a command line with `--config DIR`, if it stands before the command,
    moved behind the command and its words, because it is an option of commands. `--` and the words
    after it stay at the end. Pure."""
    unread = list(words)
    options: list[str] = []  # other options before the command
    config: list[str] = []  # --config and its value
    while unread and unread[0].startswith("--") and unread[0] != "--":
        word = unread.pop(0)
        name, equals, _ = word.partition("=")
        target = config if name == "--config" else options
        target.append(word)
        takes_value = name == "--config" or GLOBAL_OPTIONS.get(name)
        is_value_next_word = takes_value and not equals
        if is_value_next_word:
            target += unread[:1]  # none if the line ends here
            del unread[:1]
    end = unread.index("--") if "--" in unread else len(unread)
    command_and_words = unread[:end]
    words_after_dashes = unread[end:]
    return [*options, *command_and_words, *config, *words_after_dashes]


def check_removed(words: Sequence[str]) -> None:
    """Raise UsageError if a command line uses a command or option that only earlier versions had.
    The message says what replaces it. `words`: the words of the command and those that follow."""
    for removed, cure in REMOVED.items():
        # `removed` is a command, such as "tags review", or one with an option, as "demo --kill"
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
        """Return the command that the words in `args` name. Raises UsageError for a command or
        option that only earlier versions had. Typer calls this for each command line."""
        is_completion = ctx.resilient_parsing  # a shell asks how a line could go on
        if not is_completion:
            check_removed(args)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands for the help text, each with its description. PANELS has the
        headings, with the names of the commands under each. Typer calls this."""
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
        """Write the examples of the command below its help text. Typer calls this; `ctx` has the
        command, and `formatter` collects the text."""
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
    """Return a decorator that makes a function a command of `group`. `name`: the name of the
    command; None: the name of the function. The annotations of the function's parameters,
    `Argument` or types of typer, say which options and arguments the command has."""

    def register(function: T) -> T:
        """Make `function` a command, and return it. This is the decorator."""
        # typer knows no `Argument`: give it a signature with its own types
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
    """Return the "annotation" and the "default" of the parameter by which typer makes an option or
    an argument of a command. `field`: our description of the parameter. If it has no `Argument`,
    its annotation is one for typer already, and is returned unchanged."""
    default = field.default
    annotations = getattr(field.annotated, "__metadata__", ())
    has_argument = any(isinstance(annotation, Argument) for annotation in annotations)
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
    """Raise ConfigError if `folder`, the value of --config, is a file, or does not exist and has
    the name of a file, such as feeds.toml."""
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
    """Return the configuration folder for a command. `value`: the folder that --config names, else
    `config` in the current folder. If --config is not given and `config` does not exist, the
    configuration folder of this user account is used. Settings of earlier versions in the folder
    are logged. Raises ConfigError if the folder is a file or has the name of one."""
    source = context.get_parameter_source("config")
    is_named = source is not None and source.name != "DEFAULT"
    folder = value
    if not is_named and not value.is_dir():
        folder = find_own_config(os.environ) or value
    is_completion = context.resilient_parsing  # a shell asks how a line could go on
    if is_completion:
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
    # a typing error in the name of a setting would go unseen
    has_our_variables = any(name.upper().startswith("SYNDICATOR_") for name in os.environ)
    if has_our_variables:
        _warn_of_unknown_variables()


def _warn_of_unknown_variables() -> None:
    """Log a warning for each environment variable that begins with SYNDICATOR_ but is no setting of
    ours. The warning names the most similar setting, if there is one."""
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
    """Yield the opened instance, for a block that changes it. During the block the process holds
    the lock that only one process may have; if another has it, wait until it is released.
    `config`: the configuration folder. `create`: open the instance even if its database is lost."""
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
    """Yield the opened instance, for a block that only reads. `config`: the configuration folder.
    The lock is not taken, so that this is possible while another process changes the instance."""
    from syndicator.app.container import open_app
    from syndicator.app.read_configuration import need_folder

    need_folder(config)
    with open_app(config) as opened:
        yield opened


def build_stale_feeds(
    opened: "App", accepts: "Callable[[FeedKey], bool] | None" = None
) -> "BuildReport":
    """Build the files of the feeds that changed since they were built, and return the report.
    `accepts`: a function that returns True for the feeds that may be built; None allows all."""
    import asyncio  # late, as in other commands: `init` saves 20 ms without it

    from syndicator.runs.build import build_feeds

    return asyncio.run(build_feeds(opened, accepts=accepts))
