"""Operations on the filed articles that the settings mute: withdraw them, and restore them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from syndicator.operations.operation import Argument, Change, Inverse, Operation, Progress

if TYPE_CHECKING:
    from syndicator.services.container import App


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawMuted:
    """Withdraw the filed articles that `publish.mute` and `publish.keep` leave out."""


def plan_withdrawals(app: App, arguments: WithdrawMuted, progress: Progress) -> Change:
    from syndicator.services.mending import editorial
    from syndicator.services.mending.muting import muted

    found = muted(app)

    def act(progress: Progress) -> None:
        for done, one in enumerate(found):
            progress(done, len(found))
            if app.store.index.path(one.id) is not None:  # it is another spelling of one before it, say
                editorial.withdraw(app, one.id)

    inverse = ("restore-muted", {"ids": [one.id for one in found]})
    return _change("withdrawn, as syndicator.toml mutes them", found, inverse, act)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreMuted:
    """Restore articles that were withdrawn as muted."""

    ids: Annotated[tuple[str, ...], Argument("Ids of articles.", lines=True)]


def plan_restoring(app: App, arguments: RestoreMuted, progress: Progress) -> Change:
    from syndicator.services.mending import editorial

    found = [one for id in arguments.ids if (one := editorial.withdrawn(app, id)) is not None]

    def act(progress: Progress) -> Mapping[str, Any]:
        return {"problems": editorial.bring_back(app, [one.id for one in found])}

    return _change("restored", found, ("withdraw-muted", {}), act)


def _change(
    done: str, articles: Sequence[Any], inverse: Inverse, act: Callable[[Progress], Mapping[str, Any] | None]
) -> Change:
    return Change(
        subject="syndicator.toml",
        sentence=f"articles {done}: {len(articles)}",
        lines=tuple(f"{done}: {one.title or one.id} ({one.url})" for one in articles),
        data={"articles": [{"id": one.id, "title": one.title, "url": one.url} for one in articles]},
        inverse=inverse,
        is_empty=not articles,
        nothing="there is no such article",
        act=act,
    )


OPERATIONS = (
    Operation("withdraw-muted", WithdrawMuted, plan_withdrawals),
    Operation("restore-muted", RestoreMuted, plan_restoring),
)
