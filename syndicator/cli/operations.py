"""Make commands from operations: options, text, --json, --dry-run and exit code."""

import getpass
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syndicator.cli import printing, reports
from syndicator.cli.base import (
    CONFIG,
    Config,
    DryRun,
    Exemplified,
    Json,
    app,
    build_stale_feeds,
    open_for_change,
    open_to_read,
    set_signature,
)
from syndicator.cli.printing import counted
from syndicator.core.errors import UsageError
from syndicator.operations.operation import (
    EXAMPLES,
    Argument,
    Field,
    Operation,
    Progress,
    arguments_of,
    fields_of,
    need_operation,
    no_progress,
    operations,
)

if TYPE_CHECKING:
    from syndicator.app.container import App
    from syndicator.operations.operation import Change

# Commands that do more than one operation: they ask, or choose it by their arguments.
_COMMANDS_BY_HAND = ("import", "sources push", "tags suggest")


class _ChangeCommand(Exemplified):
    """The command `change`. It runs the operation that its first word names, with the options of
    that operation."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words of the command line after `change`. If the first word names an operation,
        a change of the instance, make a command for this operation and let it parse the other
        words. `invoke` runs that command later. Return the words that are not parsed yet."""
        self._operation_context = None
        operation = operations().get(args[0]) if args else None
        if operation is None:
            return super().parse_args(ctx, args)
        name = args[0]
        typer_app = typer.Typer(add_completion=False, rich_markup_mode=None)
        typer_app.command(name)(make_command([operation]))
        operation_command = typer.main.get_command(typer_app)
        # The parent is that of `change`, not `change` itself: so messages name the command as it
        # was typed, and not with the arguments of `change` in between.
        self._operation_context = operation_command.make_context(
            f"{ctx.info_name} {name}", args[1:], parent=ctx.parent
        )
        return []

    def invoke(self, ctx: Any) -> Any:
        """Run the operation that `parse_args` found; without one, run the command as usual."""
        if self._operation_context is None:
            return super().invoke(ctx)
        return self._operation_context.command.invoke(self._operation_context)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the list of changes, then the examples, below the help text."""
        with formatter.section("Changes"):
            formatter.write_dl(list(list_changes().items()))
        super().format_epilog(ctx, formatter)


def list_changes() -> dict[str, str]:
    """Return the help text of each operation, a change of the instance, that has no command of its
    own and is run by `syndicator change NAME`. The keys are the names."""
    return {
        operation.name: operation.help.replace("\n", " ")
        for operation in operations().values()
        if not operation.command
    }


@app.command(cls=_ChangeCommand, context_settings={"ignore_unknown_options": True})
def change(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            autocompletion=lambda: list(list_changes()),
            help="The change: `syndicator change --help` lists them.",
        ),
    ],
    words: Annotated[
        list[str] | None, typer.Argument(metavar="...", help="See `change NAME --help`.")
    ] = None,
) -> None:
    """Make any other change that the console can make, or undo one."""
    # _ChangeCommand runs an operation that exists; this is only called for any other name
    need_operation(name)  # raises UsageError, which suggests a similar name


tags = typer.Typer(help="Propose, confirm, rename and merge tags.", no_args_is_help=True)
_GROUPS = {"": app, "tags": tags}
app.add_typer(tags, name="tags")


def register_commands() -> None:
    """Make commands for the operations, changes and questions, that state the words of a command.
    Operations whose commands differ only in a switch, such as "withdraw" and "withdraw --undo",
    become one command."""
    by_words: dict[str, list[Operation]] = {}  # by the words of the command, without a switch
    for operation in operations().values():
        if operation.command and operation.command not in _COMMANDS_BY_HAND:
            words, _, _ = operation.command.partition(" --")
            by_words.setdefault(words, []).append(operation)
    for words, choices in by_words.items():
        group, _, name = words.rpartition(" ")  # such as "tags", "", "rename"; `group` may be ""
        _GROUPS[group].command(name, cls=Exemplified)(make_command(choices))


def make_command(choices: Sequence[Operation]) -> Callable[..., None]:
    """Return the function of a command that runs one of several operations. `choices`: the
    operations. The first is run if no switch is given. Each other one has a switch, such as --undo
    in its command "withdraw --undo", and is run if that is given."""
    default = choices[0]
    by_switch: dict[str, Operation] = {}  # by the name of the switch, such as "undo"
    for choice in choices[1:]:
        _, _, switch_name = choice.command.partition(" --")
        by_switch[switch_name] = choice

    def run(config: Path, json: bool, dry_run: bool = False, **values: Any) -> None:
        """Run the operation that the switches choose; typer calls this. `values`: the values of all
        options, by name. Raises UsageError for an option that does not belong to that operation."""
        given_switches = [name for name in by_switch if values[name]]
        switch = given_switches[0] if given_switches else ""
        operation = by_switch[switch] if switch else default

        allowed_names = {field.name for field in fields_of(operation)}
        arguments = {}
        for name, value in values.items():
            was_not_given = value in (None, [])
            if name in by_switch or was_not_given:
                continue
            if name in allowed_names:
                arguments[name] = value
            elif value:
                raise UsageError(f"--{switch} and --{name} do not go together; say one of the two")
        perform(config, operation, arguments, dry_run=dry_run, json=json)

    # the options of the command; typer reads them from the signature of `run`
    fields = [field for field in fields_of(default) if not field.argument.hidden]
    for name, choice in by_switch.items():
        fields.append(Field(name, Annotated[bool, Argument(choice.help)], default=False))
    if not default.is_question:
        fields.append(Field("dry_run", DryRun, default=False))
    fields.append(Field("json", Json, default=False))
    fields.append(Field("config", Config, CONFIG))
    run.__doc__ = default.help
    return set_signature(run, fields)


def perform(
    config: Path,
    operation: Operation,
    values: Mapping[str, Any],
    *,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Run an operation as a command: plan the change, apply it, build the feeds that it made
    outdated, and print the result. With `dry_run`, or if the operation is only a question, nothing
    is applied. `values`: the values of the command's options, by name. `json`: print JSON. If the
    operation failed, exit with its code."""
    arguments = arguments_of(operation, values)
    stale_count = 0  # number of outdated feeds that are left for the next build
    written: tuple[str, ...] = ()  # files that the build wrote
    is_done = not (dry_run or operation.is_question)
    # planning alone needs the lock of runs, too, unless the operation says otherwise
    needs_lock = is_done or not operation.unlocked
    opening = open_for_change(config) if needs_lock else open_to_read(config)
    with opening as opened:
        with reports.show_count("read") as count:
            change = operation.plan(opened, arguments, count)
        if is_done:
            with reports.show_count("written") as count:
                change = apply(opened, operation, arguments, change, count)
            if change.build and not change.is_empty:
                report = build_stale_feeds(opened, change.built_first)
                written = report.written
                stale_count = report.left
        if not json and (dry_run or not printing.is_quiet()):
            _print_change(change, dry_run=not is_done, is_question=operation.is_question)

    if json:
        document = change.data
        if not operation.is_question:
            # programs then learn whether the change was applied, and which files were written
            may_write_files = change.build or dry_run or "written" in change.data
            if may_write_files:
                document = {**change.data, "applied": is_done, "written": written}
            if may_write_files and "left" in change.data:
                document["left"] = stale_count
        printing.print_json(document)
        reports.log_problems(change.problems)
    else:
        _print_end(change, written, stale_count, dry_run=dry_run, is_done=is_done)
    if change.fault:
        sys.exit(printing.complain(change.fault, as_json=False))


def _print_end(
    change: "Change", written: Sequence[str], stale_count: int, *, dry_run: bool, is_done: bool
) -> None:
    """Print the last lines about a change: the article files that could not be read, and how many
    files were built. `written`: the files that the build wrote. `stale_count`: the number of feeds
    that are left for the next build. `is_done`: the change was applied."""
    reports.print_unreadable_files(change.problems)
    if printing.is_quiet() and not dry_run:
        return
    was_built = is_done and change.build and not change.is_empty
    if change.is_empty and change.nothing:
        printing.say(change.nothing)
    elif dry_run and change.logged:
        printing.say("nothing was changed (--dry-run)")
    elif was_built:
        printing.say(f"{counted(len(written), 'file')} written")
    if stale_count:
        feeds = counted(stale_count, "more feed")
        printing.say(
            f"{feeds} show the tag with articles; the next `refresh`, `up` or `build` writes them"
        )


def apply(
    opened: "App",
    operation: Operation,
    arguments: Mapping[str, Any],
    planned: "Change | None" = None,
    progress: Progress = no_progress,
) -> "Change":
    """Make the change that an operation plans, and record it under the name of this user account.
    Return the change as it was made. `arguments`: the arguments of the operation, by name.
    `planned`: the change, if it was planned before; None to plan it here. `progress`: is told how
    much is done."""
    from syndicator.operations.changes import texts

    planned = planned or operation.plan(opened, arguments, progress)
    try:
        account = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        account = ""
    change, _ = texts.apply(opened, operation, arguments, planned, who=account, progress=progress)
    return change


def _print_change(change: "Change", *, dry_run: bool, is_question: bool) -> None:
    """Print a change: its lines or its sentence, its table, and the feeds that become different.
    `dry_run`: nothing was applied; then only the first EXAMPLES rows of the table are printed.
    `is_question`: the operation only asks; all rows are printed."""
    if change.lines is None:
        printing.say(change.sentence)
    else:
        for line in change.lines(dry_run):
            printing.say(line)
    if change.table is not None:
        title, columns, rows = change.table
        printed = rows[:EXAMPLES] if dry_run and not is_question else rows
        printing.print_table(title, columns, printed)
        unshown = len(rows) - len(printed)
        if unshown:
            printing.say(f"… and {counted(unshown, 'article')} more")
    if change.feeds:
        feed_rows = [(feed.feed, feed.joins, feed.leaves, feed.changes) for feed in change.feeds]
        printing.print_table("Feeds", ("feed", "articles added", "removed", "changed"), feed_rows)


register_commands()
