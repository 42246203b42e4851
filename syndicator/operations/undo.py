"""Plan `undo`, which takes back a logged change, and `each`, one operation on several subjects."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final

from syndicator.core.errors import UsageError
from syndicator.core.text import counted
from syndicator.operations.changes.log import Log, revert_edit
from syndicator.operations.operation import (
    Argument,
    Change,
    Inverse,
    Operation,
    Progress,
    arguments_of,
    fields_of,
    need_operation,
    operation,
    parse_arguments,
    split_pairs,
)
from syndicator.operations.sources import SETTINGS_FILE

if TYPE_CHECKING:
    from syndicator.app.container import App
    from syndicator.operations.changes.log import Log, LoggedChange

Text = str | None
_Files = dict[str, tuple[Text, Text]]  # name of a text to (before, after)
# Operations that `each` does on several articles or sources, and their words for the result.
EACH: Final = {
    "confirm": "confirmed",
    "reject": "tags taken off",
    "hide": "hidden",
    "release": "published",
    "withdraw": "withdrawn",
    "restore": "restored",
    "set-tags": "tags set",
    "rest": "paused",
    "wake": "resumed",
    "change-source": "changed",
}


@operation("undo", quick=True)
def undo(
    app: "App",
    progress: Progress,
    number: Annotated[
        str,
        Argument(
            "The number of the change, as `syndicator status --list changes` has it.",
            "NUMBER",
            positional=True,
        ),
    ],
) -> Change:
    """Take back a change, and keep later edits. Changes nothing if a later edit conflicts."""
    from syndicator.operations.changes import texts

    log = Log(app.configuration.settings.state_dir)
    change = _need_undoable(log, number.strip())
    sentence = f"taken back: {change.said}"
    if change.undo_operation is not None:  # an operation takes it back
        name, values = change.undo_operation
        inverse = need_operation(name)
        planned = inverse.plan(app, arguments_of(inverse, values), progress)
        return replace(
            planned,
            subject=change.subject,
            subjects=tuple(change.subjects),
            sentence=sentence,
            undoes=change.number,
        )

    # else the texts that it changed are put back; each is (before, after) by its name
    edited_texts = log.read_texts(change.number)
    if not edited_texts:
        raise UsageError(f"the texts of change {change.number} are no longer there: {change.said}")
    if change.act == "retag":  # logged by an earlier version, without its feeds
        old_feed = f"tag/{change.args['old_feed']}"
        new_feed = f"tag/{change.args['new_feed']}"
        edited_texts[f"feed:{old_feed}"] = ("here", f"leads to {new_feed}")
    _refuse_older_list(log, change, edited_texts)
    edits, unrestored_count = _plan_restore(app, edited_texts)
    if unrestored_count:
        sentence += f"; {unrestored_count} with tags that were edited since stay as they are"
    touches = tuple(edits)
    is_merge = any(name.startswith("feed:") for name in edited_texts)
    if is_merge:
        touches = ()  # without texts in the log, the undo of a merge cannot be undone
    return Change(
        subject=change.subject,
        subjects=tuple(change.subjects),
        sentence=sentence,
        data={"number": change.number, "touches": sorted(edits)},
        touches=touches,
        undoes=change.number,
        act=lambda progress: texts.write(app, edits, progress),
    )


@operation("each", quick=True)
def each(
    app: "App",
    progress: Progress,
    name: Annotated[str, Argument(f"The operation: {', '.join(EACH)}.", "NAME", positional=True)],
    subjects: Annotated[
        tuple[str, ...], Argument("Articles or sources.", "ID...", positional=True, lines=True)
    ],
    values: Annotated[
        tuple[str, ...], Argument("Its other arguments.", "NAME=VALUE", lines=True)
    ] = (),
) -> Change:
    """Do one operation on several articles or sources, as one change that is taken back as one."""
    if name not in EACH:
        raise UsageError(f"{name[:60]!r} works on one alone; on several: {', '.join(EACH)}")
    if not subjects:
        raise UsageError("nothing was selected")
    from syndicator.upkeep import reconcile

    repeated = need_operation(name)
    subject_argument = fields_of(repeated)[0].name  # "id" of an article or "key" of a source
    is_on_articles = subject_argument == "id"
    problems = reconcile.update_from_files(app.archive, app.configuration) if is_on_articles else ()
    # edits of files were found above, for all; of the operations, only restore looks for them again
    archive = replace(app.archive, is_reconciled=name != "restore")
    reconciled_app = replace(app, archive=archive)

    # plan all before the first is applied
    other_arguments = split_pairs(values)
    arguments_of_each = [
        parse_arguments(repeated, {**other_arguments, subject_argument: subject})
        for subject in dict.fromkeys(subjects)
    ]
    plans = [repeated.plan(reconciled_app, arguments, progress) for arguments in arguments_of_each]
    parts = [plan for plan in plans if not plan.is_empty]
    touches: dict[str, None] = {}  # names of texts, in order, each once
    edits: dict[str, tuple[Text, Text]] = {}
    for part in parts:
        touches.update(dict.fromkeys(part.touches))
        edits.update(part.edits)

    def apply_parts(progress: Progress) -> None:
        for done_count, part in enumerate(parts):
            progress(done_count, len(parts))
            if part.act is not None:
                part.act(progress)

    kind = "article" if is_on_articles else "source"
    return Change(
        subject=parts[0].subject if parts else "",
        subjects=tuple(part.subject for part in parts),
        sentence=f"{counted(len(parts), kind)} {EACH[name]}",
        data={"changed": [part.subject for part in parts]},
        problems=problems,
        touches=tuple(touches),
        edits=edits,
        inverse=_invert_each(parts),
        is_empty=not parts,
        nothing="it is so already",
        act=apply_parts,
    )


def _invert_each(parts: Sequence[Change]) -> Inverse | None:
    """Return the operation `each` with arguments that undo changes which one operation made on
    several articles. None if that operation has no inverse; undo then restores texts. `parts`:
    these changes, one for each article."""
    inverses = [part.inverse for part in parts if part.inverse is not None]
    if not inverses:
        return None
    inverse_name, _ = inverses[0]  # all have the same name
    subjects: list[str] = []
    for _, arguments in inverses:  # an inverse has one argument: the article
        subjects.extend(str(subject) for subject in arguments.values())
    return "each", {"name": inverse_name, "subjects": subjects}


def is_settings_change(operation: Operation, arguments: Mapping[str, Any], log: "Log") -> bool:
    """Return True if an operation with these arguments changes settings, or undoes a change of
    settings. `log`: the log in which the change to undo is looked up."""
    if operation.name != undo.name:
        return operation.is_for_settings
    number = _parse_number(arguments["number"].strip())
    return f"config:{SETTINGS_FILE}" in log.read_texts(number)


def _parse_number(written: str) -> int:
    """Return the number of a change that a person wrote. Return 0, which is the number of no
    change, if `written` is no number."""
    return int(written) if re.fullmatch("[0-9]{1,12}", written) else 0


def _need_undoable(log: "Log", written: str) -> "LoggedChange":
    """Return the logged change whose number a person wrote. Raises UsageError if there is no such
    change, if it was undone already, or if it cannot be undone."""
    number = _parse_number(written)
    change = log.get(number)
    if change is None:
        raise UsageError(
            f"there is no change {written[:12]!r}; `syndicator status --list changes` has the"
            " numbers of all"
        )
    if number in log.undone():
        raise UsageError(f"change {number} was taken back already")
    if change.lasting:
        raise UsageError(f"change {number} cannot be taken back: {change.lasting}")
    return change


def _plan_restore(app: "App", files: _Files) -> tuple[_Files, int]:
    """Plan the edits that restore the texts from before a change, but keep all later edits.

    `files`: the texts of the change, each as (before, after) by its name. Return the edits as (text
    now, restored text) by name, and the number of articles whose tags stay as they are because they
    were edited since. Raises UsageError if another text was edited since in the same place."""
    from syndicator.operations.changes import texts

    edits: _Files = {}
    unrestored_count = 0
    for name, (text_before, text_after) in files.items():
        kind, _, path = name.partition(":")  # such as "tags" and the id of an article
        if kind == "list":  # every visit adds to a list, which is no edit: restore it as it was
            edits[name] = (text_before, text_before)
            continue
        current = texts.read(app, name)
        try:
            edits[name] = (current, revert_edit(text_before, text_after, current))
        except ValueError as error:  # it was edited since in the same place
            if kind == "feed":
                raise UsageError(
                    f"{path} {current} since; take back the change that did it first"
                ) from error
            if kind != "tags":
                raise UsageError(f"{path}: {error}; it stays as it is") from error
            if current is not None:  # None: the article is gone
                unrestored_count += 1
    return edits, unrestored_count


def _refuse_older_list(log: "Log", change: "LoggedChange", files: _Files) -> None:
    """Raise UsageError if `change` set the learnt list of a source (how articles are found on its
    page), and a later change set this list again, unless that was undone. `files`: the texts of
    `change` by name."""
    list_names = {name for name in files if name.startswith("list:")}
    if not list_names:
        return
    undone_numbers = log.undone()
    for later in log.list_changes_of(change.subject):
        is_later = later.number > change.number
        is_undo = later.undoes is not None
        if not is_later or is_undo or later.number in undone_numbers:
            continue
        if list_names & log.read_texts(later.number).keys():
            raise UsageError(
                f"its list was pointed to again since; take change {later.number} back first"
            )
