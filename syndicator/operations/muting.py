"""Operations on the filed articles that the settings mute: withdraw them, and restore them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from syndicator.operations.operation import Argument, Change, Operation, Progress

if TYPE_CHECKING:
    from syndicator.services.container import App


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawMuted:
    """Withdraw the filed articles that `publish.mute` and `publish.keep` leave out."""


def plan_withdrawals(app: App, arguments: WithdrawMuted, progress: Progress) -> Change:
    from syndicator.services.mending.muting import muted

    shown = [{"id": one.id, "title": one.title, "url": one.url} for one in muted(app)]
    return _change("withdrawn, as syndicator.toml mutes them", shown, "restore-muted")


def withdraw(app: App, planned: Change, progress: Progress) -> Change:
    from syndicator.services.mending import editorial

    for done, id in enumerate(planned.detail):
        progress(done, len(planned.detail))
        if app.store.index.path(id) is not None:  # it is another spelling of one before it, say
            editorial.withdraw(app, id)
    return planned


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreMuted:
    """Restore articles that were withdrawn as muted."""

    ids: Annotated[tuple[str, ...], Argument("Ids of articles.", lines=True)]


def plan_restoring(app: App, arguments: RestoreMuted, progress: Progress) -> Change:
    from syndicator.services.mending import editorial

    back = [one for id in arguments.ids if (one := editorial.withdrawn(app, id)) is not None]
    return _change("restored", [{"id": one.id, "title": one.title, "url": one.url} for one in back], "withdraw-muted")


def restore(app: App, planned: Change, progress: Progress) -> Change:
    from syndicator.services.mending import editorial

    return replace(planned, problems=editorial.bring_back(app, planned.detail))


def _change(done: str, articles: Sequence[dict[str, str]], inverse: str) -> Change:
    ids = [one["id"] for one in articles]
    arguments: dict[str, Any] = {"ids": ids} if inverse == "restore-muted" else {}
    return Change(
        subject="syndicator.toml",
        sentence=f"articles {done}: {len(ids)}",
        lines=tuple(f"{done}: {one['title'] or one['id']} ({one['url']})" for one in articles),
        data={"articles": articles},
        inverse=(inverse, arguments),
        is_empty=not ids,
        nothing="there is no such article",
        detail=ids,
    )


OPERATIONS = (
    Operation("withdraw-muted", WithdrawMuted, plan_withdrawals, withdraw),
    Operation("restore-muted", RestoreMuted, plan_restoring, restore),
)
