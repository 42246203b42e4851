"""Apply a planned change, and log the texts that it changed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from syndicator.operations.changes import texts
from syndicator.operations.changes.log import Log, LoggedChange
from syndicator.operations.operation import Change, Operation, Progress, no_progress, plain
from syndicator.services.container import App, utc_now

_LONGEST = 1000  # characters of an argument that is logged: longer ones are in the texts


def apply(
    app: App,
    operation: Operation,
    arguments: Mapping[str, Any],
    planned: Change,
    *,
    who: str,
    progress: Progress = no_progress,
) -> tuple[Change, int | None]:
    """Apply the planned change, as `who`. Return it as applied, and its number in the log or None. If it fails midway,
    the finished part is logged. Raises the errors of the operation."""
    if operation.is_question or planned.is_empty:
        return planned, None
    names = (*planned.touches, *planned.edits)
    # edits of the configuration need no lock of runs, so another one makes sure that each logs only its own
    is_edit = any(name.startswith("config:") for name in names)
    with Log(app.settings.state_dir).alone() if is_edit else nullcontext():
        before = {name: texts.read(app, name) for name in names}
        try:
            texts.write(app, planned.edits)
            result = planned.act(progress) if planned.act else None
        except Exception:
            app.store.visits.commit()
            if before != {name: texts.read(app, name) for name in before}:
                ended = replace(planned, sentence=f"{planned.sentence}; ended midway")
                _log(app, operation, arguments, ended, before, who)
            raise
        applied = replace(planned, **result) if isinstance(result, dict) else planned
        before |= {name: None for name in applied.touches if name not in before}  # new files
        return applied, _log(app, operation, arguments, applied, before, who) if applied.logged else None


def _log(
    app: App, operation: Operation, arguments: Mapping[str, Any], done: Change, before: dict[str, texts.Text], who: str
) -> int:
    after = {name: texts.read(app, name) for name in before}
    args = {name: value for name, value in plain(arguments).items() if value and len(str(value)) <= _LONGEST}
    logged = LoggedChange(
        number=0,
        at=utc_now().isoformat(),
        who=who,
        act=operation.name,
        subject=done.subject,
        subjects=[*done.subjects],
        said=done.sentence,
        args=args,
        undoes=done.undoes,
        inverse=done.inverse,
    )
    files = {name: (text, after[name]) for name, text in before.items() if after[name] != text}
    return Log(app.settings.state_dir).add(logged, files).number
