"""Define an operation: its arguments, how they are parsed, and how it plans a change.

Commands, console, log of changes, undo and API derive from it. This module loads nothing heavy, so
that `--help` can list the operations."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_type_hints

from syndicator.core.errors import SyndicatorError, UsageError
from syndicator.core.text import suggest_similar

if TYPE_CHECKING:
    from syndicator.app.container import App
    from syndicator.core.model import FeedKey, Fetched, Problem
    from syndicator.upkeep.feed_changes import FeedChange

EXAMPLES = 10  # articles that a dry run shows, below their number
Progress = Callable[[int, int], None]  # called with (steps done, of how many); raises to cancel
Inverse = tuple[str, Mapping[str, Any]]  # the name of an operation and its arguments
MODULES = [
    f"syndicator.operations.{name}"
    for name in ("sources", "adding", "mending", "articles", "tags", "categories_queries", "undo")
]


class CancelledJob(Exception):
    """Raised in a job when somebody asked to stop it."""


def no_progress(count: int, total: int) -> None:
    """Do nothing. This is the default for functions that report progress."""


@dataclass(frozen=True, slots=True)
class Argument:
    """How people and programs give an argument of an operation.

    `help`: text that explains it. `metavar`: its name in the help of a command. `positional`: True
    if it is given without an option. `completes`: "source" or "tag" if a shell completes such
    names. `lines`: True if a form has one value on each line. `hidden`: True if commands have no
    option for it. `least`: the smallest number allowed."""

    help: str
    metavar: str = ""
    positional: bool = False
    completes: str = ""
    lines: bool = False
    hidden: bool = False
    least: int | None = None

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        return {**handler(core_schema), "description": self.help}


Stamp = Annotated[
    str | None, Argument("The stamp of what was shown: refuse an edit made since.", hidden=True)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change, planned or applied, or the answer to a question."""

    subject: str  # article id, source key or file
    subjects: tuple[str, ...] = ()  # all of them, if several
    sentence: str  # for the log and a job
    # returns lines for a terminal; True for a dry run
    lines: Callable[[bool], Iterable[str]] | None = None
    # for programs; a dict unless the operation is a question
    data: Any = field(default_factory=dict)
    # title, columns and rows, shown below
    table: tuple[str, Sequence[str], Sequence[Sequence[object]]] | None = None
    feeds: "tuple[FeedChange, ...]" = ()  # that gain, lose or change articles
    problems: "tuple[Problem, ...]" = ()
    # names of texts that `act` changes (changes/texts.py), logged before and after
    touches: tuple[str, ...] = ()
    # name -> text before and after
    edits: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    inverse: Inverse | None = None  # undoes the change; without it, undo restores the texts
    undoes: int | None = None  # the number of the change that this one undoes
    is_empty: bool = False  # there is nothing to change, so the command prints `nothing`
    nothing: str = ""
    logged: bool = True  # False for a visit or a build, which have no line in the log of changes
    build: bool = True  # feeds may be stale afterwards
    # True for feeds that the command builds at once; None: all
    built_first: "Callable[[FeedKey], bool] | None" = None
    page: "Fetched | None" = None  # a web page on which to point at a list
    fault: SyndicatorError | None = None  # an error of one part, which sets the exit code
    # applies what `edits` lacks; may return fields to replace
    act: Callable[[Progress], object] | None = None


@dataclass(frozen=True, slots=True)
class WithArguments:
    """An operation or a query. `function`: carries it out. Its parameters after the app are the
    arguments, each annotated with an `Argument`; its docstring is the help."""

    name: str
    function: Callable[..., Any]

    @property
    def help(self) -> str:
        return inspect.getdoc(self.function) or ""


@dataclass(frozen=True, slots=True)
class Operation(WithArguments):
    """A named change of the instance. `function` only plans it: it returns a Change and changes
    nothing, or raises SyndicatorError if the change is impossible. `changes.texts.apply` applies
    the plan.

    `command`: words of the command line ("tags merge", "withdraw --undo"); "" for `change NAME`.
    `quick`: takes milliseconds, so that `up` may run it between two steps. `unlocked`: needs no run
    lock. `is_question`: the plan is the answer, and nothing is applied. `is_for_settings`: it
    changes settings."""

    command: str = ""
    quick: bool = False
    unlocked: bool = False
    is_question: bool = False
    is_for_settings: bool = False

    def plan(
        self, app: "App", arguments: Mapping[str, Any], progress: Progress = no_progress
    ) -> Change:
        """Return the change that the operation would make, or its answer to a question. Nothing is
        changed yet.

        `arguments`: valid values by name. `progress`: called from time to time if planning takes
        long, with the number of steps done and of all steps. Raises SyndicatorError if the change
        is impossible."""
        takes_progress = "progress" in inspect.signature(self.function).parameters
        change: Change  # what every planning function returns
        if takes_progress:
            change = self.function(app, **arguments, progress=progress)
        else:
            change = self.function(app, **arguments)
        return change


def operation(name: str, **how: Any) -> Callable[[Callable[..., Change]], Operation]:
    """Return a decorator that makes an `Operation` of a planning function. `name`: of the
    operation; `how`: values of its other fields, by name."""
    return lambda function: Operation(name, function, **how)


@dataclass(frozen=True, slots=True)
class Field:
    """An argument of an operation. `annotated`: its type, annotated with an `Argument`; `default`:
    its default value, `inspect.Parameter.empty` if it must be given."""

    name: str
    annotated: Any
    default: Any

    @property
    def type(self) -> Any:
        return self.annotated.__origin__

    @property
    def argument(self) -> Argument:
        return next(value for value in self.annotated.__metadata__ if isinstance(value, Argument))

    @property
    def is_list(self) -> bool:
        return "tuple" in str(self.type)

    @property
    def is_flag(self) -> bool:
        return self.type is bool

    def parse(self, text: str) -> str | list[str]:
        """Convert a text from a form or a command line. If the argument is a list, return the items
        of the text, without empty ones: it is split at line ends if the argument has `lines`, else
        at commas. Otherwise return the text itself."""
        if not self.is_list:
            return text
        separator = "\n" if self.argument.lines else ","
        parts = [part.strip() for part in text.split(separator)]
        return [part for part in parts if part]


def fields_of(operation: WithArguments) -> list[Field]:
    """Return the arguments that an operation takes, in the order of its function's parameters. If
    the function takes an unpacked TypedDict (`**fields`), each key of it is an optional argument
    with the default None."""
    parameters = {}
    for name, parameter in inspect.signature(operation.function).parameters.items():
        if name not in ("app", "instance", "progress"):  # these are no arguments of the operation
            parameters[name] = parameter
    # annotations may be strings; get_type_hints resolves them, but it needs a class that has them
    annotations = {name: parameter.annotation for name, parameter in parameters.items()}
    holder = type("Arguments", (), {"__annotations__": annotations})
    hints = get_type_hints(holder, operation.function.__globals__, include_extras=True)
    fields: list[Field] = []
    for name, parameter in parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            (typed_dict,) = get_args(hints[name])  # of Unpack[typed_dict]
            type_by_key = get_type_hints(typed_dict, include_extras=True)
            fields += [Field(key, hint, None) for key, hint in type_by_key.items()]
        else:
            fields.append(Field(name, hints[name], parameter.default))
    return fields


def arguments_of(operation: WithArguments, values: Mapping[str, Any]) -> dict[str, Any]:
    """Check the arguments of an operation, and convert them to their types. Return them by name.
    `values`: by name of the argument, from JSON, a form or a command line. Raises UsageError, which
    names the first invalid value."""
    from pydantic import ValidationError

    try:
        arguments = _make_model(operation).model_validate(dict(values))
    except ValidationError as error:
        from syndicator.configuration.toml_files import describe_error

        first_error = error.errors(include_url=False)[0]
        raise UsageError(
            f"{operation.name}: {describe_error(first_error, _make_model(operation))}"
        ) from error
    return dict(arguments)


def split_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """Split texts such as NAME=VALUE at the first "=". Return the values by name. A text without
    "=" is a name with the value ""."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        values[name] = value
    return values


def parse_arguments(operation: WithArguments, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the arguments of an operation by name, checked and converted to their types. `texts`:
    the texts of a form or a command line, by name of the argument. Raises UsageError if a name is
    unknown or a value invalid."""
    fields = {argument.name: argument for argument in fields_of(operation)}
    values: dict[str, Any] = {}
    for name, text in texts.items():
        if name in fields:
            values[name] = fields[name].parse(text)
        else:
            values[name] = text  # `arguments_of` refuses an unknown name
    return arguments_of(operation, values)


def schema_of(operation: WithArguments) -> dict[str, Any]:
    """Return the JSON Schema of the arguments of an operation. Its help is the description."""
    return {"description": operation.help, **_make_model(operation).model_json_schema()}


def _make_model(operation: WithArguments) -> Any:
    """Return the pydantic model that checks the arguments of an operation: a class with a field for
    each argument."""
    from pydantic import ConfigDict, create_model

    config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    fields: Any = {}
    for argument in fields_of(operation):
        is_required = argument.default is inspect.Parameter.empty
        default = ... if is_required else argument.default  # `...` means required in pydantic
        fields[argument.name] = (argument.annotated, default)
    return create_model(operation.name, __config__=config, **fields)


def convert_to_json(value: Any) -> Any:
    """Return `value` with all its parts converted to types that JSON has: dataclasses and pydantic
    models become objects, tuples and sets become lists, times become ISO texts, paths become
    texts."""
    if is_dataclass(value) and not isinstance(value, type):  # an object, not the class itself
        return convert_to_json(asdict(value))
    is_pydantic_model = hasattr(value, "model_dump")
    if is_pydantic_model:
        return convert_to_json(value.model_dump())
    if isinstance(value, Mapping):
        return {str(key): convert_to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [convert_to_json(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return value


def operations() -> Mapping[str, Operation]:
    """Return all operations by name, in the order in which MODULES define them. Imports these
    modules."""
    by_name = {}
    for module_name in MODULES:
        module = import_module(module_name)
        for value in vars(module).values():
            if isinstance(value, Operation):
                by_name[value.name] = value
    return by_name


def need_operation(name: str) -> Operation:
    """Return the operation called `name`. If there is none, raise UsageError, whose text suggests a
    similar name."""
    names = operations()
    if name not in names:
        raise UsageError(
            f"there is no operation {name!r}{suggest_similar(name, names)};"
            " `syndicator change --help` lists them"
        )
    return names[name]
