"""Operations on one article: withdraw and restore."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from syndicator.operations.operation import Argument, Change, Operation, Progress

if TYPE_CHECKING:
    from syndicator.services.container import App
    from syndicator.services.mending.editorial import Withdrawal

Id = Annotated[str, Argument("An article: its URL, file or id.", metavar="URL|FILE|ID", positional=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Remove an article from every feed and page, for good."""

    id: Id
    purge: Annotated[bool, Argument("Keep no file to undo it with; forgets one that was kept.")] = False


def plan_withdrawal(app: App, arguments: Withdraw, progress: Progress) -> Change:
    from syndicator.services.mending import editorial

    if (before := editorial.withdrawn(app, arguments.id) if arguments.purge else None) is not None:
        return _withdrawal(replace(before, kept=False), arguments)
    return _withdrawal(replace(editorial.plan_withdrawal(app, arguments.id), kept=not arguments.purge), arguments)


def withdraw(app: App, planned: Change, progress: Progress) -> Change:
    from syndicator.services.mending import editorial

    editorial.withdraw(app, planned.subject, purge=planned.detail.purge)
    return planned


def _withdrawal(done: Withdrawal, arguments: Withdraw) -> Change:
    lines = [f"withdrawn: {f'{done.title} ({done.url})' if done.title else done.url}; from: {_names(done)}"]
    lines += [f"a copy of it is published by itself now: {one.title} ({one.url})" for one in done.copies]
    lines += ["for 30 days `syndicator withdraw --undo` brings it back as its file was"] if done.kept else []
    return Change(
        subject=done.id,
        sentence=f"{done.url}: withdrawn from {len(done.feeds)} feeds",
        lines=tuple(lines),
        data={"withdrawn": done.id, **_data(done)},
        inverse=("restore", {"id": done.id}),
        detail=arguments,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Let it come back: for 30 days as its file was, with your edits."""

    id: Id


def plan_return(app: App, arguments: Restore, progress: Progress) -> Change:
    from syndicator.services.mending import editorial

    done = editorial.plan_return(app, arguments.id)
    how = "as its file was" if done.kept else "once its source announces it, for its file is no longer kept"
    return Change(
        subject=done.id,
        sentence=f"{done.url}: is back" if done.kept else f"{done.url}: comes back when announced",
        lines=(f"comes back {how}: {done.url}; it was in: {_names(done)}",),
        data={"returned": done.id, **_data(done)},
        inverse=("withdraw", {"id": done.id}),
    )


def restore(app: App, planned: Change, progress: Progress) -> Change:
    from syndicator.services.mending import editorial

    return replace(planned, problems=editorial.undo_withdrawal(app, planned.subject).problems)


def _names(done: Withdrawal) -> str:
    return ", ".join(_feeds(done)) or "no feed"


def _feeds(done: Withdrawal) -> list[str]:
    from syndicator.publishing import paths

    return [paths.stem(key) for key in done.feeds]


def _data(done: Withdrawal) -> dict[str, object]:
    return {"url": done.url, "kept": done.kept, "feeds": _feeds(done), "copies": [copy.url for copy in done.copies]}


OPERATIONS = (
    Operation("withdraw", Withdraw, plan_withdrawal, withdraw, "withdraw", button="id", quick=True),
    Operation("restore", Restore, plan_return, restore, "withdraw --undo", button="id", quick=True),
)
