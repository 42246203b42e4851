"""Take back a logged change (`undo`); do one operation on several subjects (`each`)."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final

from syndicator.core.errors import UsageError
from syndicator.core.text import counted
from syndicator.operations.changes.log import Log, undone
from syndicator.operations.operation import (
    Argument,
    Change,
    Operation,
    Progress,
    arguments_of,
    fields_of,
    need,
    operation,
    parsed,
)
from syndicator.operations.sources import SETTINGS_FILE

if TYPE_CHECKING:
    from syndicator.app.container import App
    from syndicator.operations.changes.log import Log, LoggedChange

Text = str | None
_Files = dict[str, tuple[Text, Text]]
# Operations that `each` does on several articles or sources, and their words for the result.
EACH: Final = {
    **{
        "confirm": "confirmed",
        "reject": "tags taken off",
        "hide": "hidden",
        "release": "published",
    },
    **{"withdraw": "withdrawn", "restore": "restored", "set-tags": "tags set"},
    **{"rest": "paused", "wake": "resumed", "change-source": "changed"},
}


@operation("undo", quick=True)
def undo(
    app: "App",
    progress: Progress,
    number: Annotated[str, Argument("The number of the change.", "NUMBER", positional=True)],
) -> Change:
    """Take back a change, and keep later edits. Changes nothing if a later edit conflicts."""
    from syndicator.operations.changes import texts

    log = Log(app.configuration.settings.state_dir)
    change = _undoable(log, number.strip())
    sentence = f"taken back: {change.said}"
    if change.back is not None:
        name, values = change.back
        inverse = need(name)
        planned = inverse.plan(app, arguments_of(inverse, values), progress)
        subjects = (*change.subjects,)
        return replace(
            planned,
            subject=change.subject,
            subjects=subjects,
            sentence=sentence,
            undoes=change.number,
        )
    if not (files := log.files(change.number)):
        raise UsageError(f"the texts of change {change.number} are no longer there: {change.said}")
    if change.act == "retag":  # logged by an earlier version, without its feeds
        old, new = (f"tag/{change.args[name]}" for name in ("old_feed", "new_feed"))
        files[f"feed:{old}"] = ("here", f"leads to {new}")
    _refuse_older_list(log, change, files)
    wanted, edited = _before(app, files)
    more = f"; {edited} with tags that were edited since stay as they are" if edited else ""
    return Change(
        subject=change.subject,
        subjects=(*change.subjects,),
        sentence=sentence + more,
        data={"number": change.number, "touches": sorted(wanted)},
        # undoing a merge cannot be undone: merge again
        touches=tuple(wanted) if not any(name.startswith("feed:") for name in files) else (),
        undoes=change.number,
        act=lambda progress: texts.write(app, wanted, progress),
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

    inner = need(name)
    about = fields_of(inner)[0].name
    arguments = dict(part.partition("=")[::2] for part in values)
    problems = reconcile.files(app.archive, app.configuration) if about == "id" else ()
    reconciled = replace(
        app, archive=replace(app.archive, is_reconciled=name != "restore")
    )  # restore reads the files again
    inputs = [parsed(inner, {**arguments, about: subject}) for subject in dict.fromkeys(subjects)]
    planned = [inner.plan(reconciled, words, progress) for words in inputs]
    parts = [part for part in planned if not part.is_empty]

    def act(progress: Progress) -> None:
        for done, part in enumerate(parts):
            progress(done, len(parts))
            if part.act is not None:
                part.act(progress)

    backs = [part.inverse for part in parts if part.inverse is not None]
    back = (
        {
            "name": backs[0][0],
            "subjects": [str(part) for _, names in backs for part in names.values()],
        }
        if backs
        else {}
    )
    return Change(
        subject=parts[0].subject if parts else "",
        subjects=tuple(part.subject for part in parts),
        sentence=f"{counted(len(parts), 'article' if about == 'id' else 'source')} {EACH[name]}",
        data={"changed": [part.subject for part in parts]},
        problems=problems,
        touches=tuple(dict.fromkeys(text for part in parts for text in part.touches)),
        edits={text: edit for part in parts for text, edit in part.edits.items()},
        inverse=("each", back) if back else None,
        is_empty=not parts,
        nothing="it is so already",
        act=act,
    )


def changes_settings(operation: Operation, arguments: Mapping[str, Any], log: "Log") -> bool:
    """Return True if `operation` with `arguments` changes settings, or takes back a change in `log`
    that did."""
    if operation.name != undo.name:
        return operation.is_for_settings
    return f"config:{SETTINGS_FILE}" in log.files(_parse_number(arguments["number"].strip()))


def _parse_number(written: str) -> int:
    return int(written) if re.fullmatch("[0-9]{1,12}", written) else 0


def _undoable(log: "Log", written: str) -> "LoggedChange":
    number = _parse_number(written)
    if (change := log.get(number)) is None:
        raise UsageError(f"there is no change {written[:12]!r}")
    if number in log.undone():
        raise UsageError(f"change {number} was taken back already")
    if change.lasting:
        raise UsageError(f"change {number} cannot be taken back: {change.lasting}")
    return change


def _before(app: "App", files: _Files) -> tuple[_Files, int]:
    """Return edits that restore the texts, and the number of articles with tags edited since.
    Raises UsageError."""
    from syndicator.operations.changes import texts

    wanted: _Files = {}
    edited = 0
    for name, (before, after) in files.items():
        kind, _, path = name.partition(":")
        # every visit adds to a list: that is no edit
        now = before if kind == "list" else texts.read(app, name)
        try:
            wanted[name] = now, before if kind == "list" else undone(before, after, now)
        except ValueError as error:
            if kind == "feed":
                raise UsageError(
                    f"{path} {now} since; take back the change that did it first"
                ) from error
            if kind != "tags":
                raise UsageError(f"{path}: {error}; it stays as it is") from error
            edited += now is not None
    return wanted, edited


def _refuse_older_list(log: "Log", change: "LoggedChange", files: _Files) -> None:
    lists = {name for name in files if name.startswith("list:")}
    taken = log.undone()
    for later in log.of(change.subject) if lists else ():
        if later.number <= change.number or later.number in taken or later.undoes is not None:
            continue
        if lists & log.files(later.number).keys():
            raise UsageError(
                f"its list was pointed to again since; take change {later.number} back first"
            )
