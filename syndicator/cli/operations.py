"""The commands of operations: options, text, --json, --dry-run and exit code come of the operation alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syndicator.cli import printing
from syndicator.cli.base import (
    CONFIG,
    Config,
    DryRun,
    Exemplified,
    Json,
    app,
    build,
    opened_for_change,
    opened_to_look,
    with_options,
)
from syndicator.cli.printing import counted
from syndicator.core.errors import UsageError
from syndicator.operations.operation import (
    Argument,
    Field,
    Operation,
    Progress,
    arguments_of,
    fields_of,
    need,
    no_progress,
    operations,
)

if TYPE_CHECKING:
    from syndicator.operations.operation import Change
    from syndicator.services.container import App


class _Change(Exemplified):
    """A command that does the operation named by its first word, with the options of that operation."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        self._named = None
        if args and (found := operations().get(args[0])) is not None:
            made = typer.Typer(add_completion=False, rich_markup_mode=None)
            made.command(args[0])(command([found]))
            inner = typer.main.get_command(made)
            self._named = inner.make_context(args[0], args[1:], parent=ctx)
            return []
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        return self._named.command.invoke(self._named) if self._named else super().invoke(ctx)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Changes"):
            formatter.write_dl([(one.name, one.help.replace("\n", " ")) for one in _others()])
        super().format_epilog(ctx, formatter)


def _others() -> list[Operation]:
    return [one for one in operations().values() if not one.command]


def _names(incomplete: str) -> list[str]:
    return [one.name for one in _others() if one.name.startswith(incomplete)]


@app.command(cls=_Change, context_settings={"ignore_unknown_options": True})
def change(
    name: Annotated[str, typer.Argument(metavar="NAME", autocompletion=_names, help="What to change.")],
    words: Annotated[list[str] | None, typer.Argument(metavar="...", help="See `change NAME --help`.")] = None,
) -> None:
    """Make any other change that the console can make, or take one back."""
    need(name)  # which says that there is none


tags = typer.Typer(help="Propose, confirm, rename and merge tags.", no_args_is_help=True)
_GROUPS = {"": app, "tags": tags}
app.add_typer(tags, name="tags")


# Commands that do more than their operation: they ask, or choose it by what they are given.
_BY_HAND = ("import", "sources push", "tags review", "tags suggest")


def register() -> None:
    """Give each operation with words of its own a command of `app` or of its group."""
    by_words: dict[str, list[Operation]] = {}
    for one in operations().values():
        if one.command and one.command not in _BY_HAND:
            by_words.setdefault(one.command.partition(" --")[0], []).append(one)
    for words, found in by_words.items():
        group, _, name = words.rpartition(" ")
        _GROUPS[group].command(name, cls=Exemplified)(command(found))


def command(found: Sequence[Operation]) -> Callable[..., None]:
    """The function of a command: it does the first operation, or another whose --switch is given."""
    first, switches = found[0], {one.command.partition(" --")[2]: one for one in found[1:]}

    def run(config: Path, json: bool, dry_run: bool = False, **values: Any) -> None:
        chosen = next((name for name in switches if values[name]), "")
        operation = switches.get(chosen, first)
        known = {one.name for one in fields_of(operation)}
        given = {name: value for name, value in values.items() if name not in switches and value not in (None, [])}
        for name, value in given.items():
            if value and name not in known:
                raise UsageError(f"--{chosen} and --{name} do not go together; say one of the two")
        perform(config, operation, {name: given[name] for name in given if name in known}, dry_run=dry_run, json=json)

    switched = [Field(name, Annotated[bool, Argument(one.help)], False) for name, one in switches.items()]
    common = [Field("json", Json, False), Field("config", Config, CONFIG)]
    common = common if first.is_question else [Field("dry_run", DryRun, False), *common]
    fields = [one for one in fields_of(first) if not one.argument.hidden]
    run.__doc__ = first.help
    return with_options(run, [*fields, *switched, *common])


def perform(
    config: Path, operation: Operation, values: Mapping[str, Any], *, dry_run: bool = False, json: bool = False
) -> None:
    """Plan an operation, apply it unless `dry_run`, build the feeds, print what was done, and exit with its code."""
    arguments, left = arguments_of(operation, values), 0
    written: tuple[str, ...] = ()
    is_done = not (dry_run or operation.is_question)
    with opened_for_change(config) if is_done or not operation.unlocked else opened_to_look(config) as opened:
        with printing.counting("read") as count:
            change = operation.plan(opened, arguments, count)
        if is_done:
            with printing.counting("written") as count:
                change = apply(opened, operation, arguments, change, count)
            if change.build and not change.is_empty:
                written, left = build(opened, change.built_first)
        if not json and (dry_run or not printing.quiet()):
            _say(change, dry_run=not is_done)
    if json:
        is_plain = operation.is_question or not (change.build or dry_run or "written" in change.data)
        counts = {"applied": is_done, "written": written} | ({"left": left} if "left" in change.data else {})
        printing.as_json(change.data if is_plain else {**change.data, **counts})
        printing.log_problems(change.problems)
    else:
        _say_end(change, written, left, dry_run=dry_run, is_done=is_done)
    if change.fault:
        sys.exit(printing.complain(change.fault, as_json=False))


def _say_end(change: Change, written: Sequence[str], left: int, *, dry_run: bool, is_done: bool) -> None:
    printing.not_read(change.problems)
    if printing.quiet() and not dry_run:
        return
    if change.is_empty and change.nothing:
        printing.say(change.nothing)
    elif dry_run and change.logged:
        printing.say("nothing was changed (--dry-run)")
    elif is_done and change.build and not change.is_empty:
        printing.say(f"{counted(len(written), 'file')} written")
    if left:
        feeds = counted(left, "more feed")
        printing.say(f"{feeds} show the tag with articles; the next `refresh`, `up` or `build` writes them")


def apply(
    opened: App,
    operation: Operation,
    arguments: Mapping[str, Any],
    planned: Change | None = None,
    progress: Progress = no_progress,
) -> Change:
    """Apply a change as this account, planned here if it was not before. Return it as made."""
    from syndicator.operations import perform

    planned = planned or operation.plan(opened, arguments, progress)
    return perform.apply(opened, operation, arguments, planned, who=_account(), progress=progress)[0]


def _say(change: Change, *, dry_run: bool) -> None:
    for line in change.lines(dry_run) if change.lines else (change.sentence,):
        printing.say(line)
    if change.table is not None:
        printing.table(*change.table)
    if change.feeds:
        rows = [(feed.feed, feed.joins, feed.leaves, feed.changes) for feed in change.feeds]
        printing.table("Feeds", ("feed", "articles added", "removed", "changed"), rows)


def _account() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return ""


register()
