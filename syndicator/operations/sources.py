"""Operations on sources: edit, pause and resume, adopt a move, remove, visit; build the feeds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from syndicator.core.errors import UsageError
from syndicator.operations.operation import Argument, Change, Operation, Progress

if TYPE_CHECKING:
    from syndicator.core.model import Source
    from syndicator.services.container import App

Key = Annotated[str, Argument("The key of a source.", metavar="KEY", positional=True, completes="source")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Visit a source now, due or not. A failure counts no more than that of a visit that was due."""

    key: Key


def plan_retry(app: App, arguments: Retry, progress: Progress) -> Change:
    key = arguments.key
    _source(app, key)

    def act(progress: Progress) -> dict[str, object]:
        from syndicator.services.refresh import Wanted, run

        report = asyncio.run(run(app, Wanted(keys=(key,), llm_seconds=0), stop=asyncio.Event()))
        outcome = next((one for one in report.outcomes if one.key == key), None)
        if outcome is None:
            return {"sentence": f"{key}: was not visited"}
        if outcome.status in ("failed", "disabled"):
            return {"sentence": f"{key}: {outcome.reason}: {outcome.detail}"}
        counts = f"{len(outcome.added)} new, {len(outcome.changed)} changed, {outcome.pending} waiting"
        return {"sentence": f"{key}: {counts}", "data": {"new": outcome.added, "changed": outcome.changed}}

    return Change(subject=key, sentence=f"{key}: is visited", logged=False, act=act)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptMove:
    """Write down where a source moved to for good."""

    key: Key


def plan_adopt_move(app: App, arguments: AdoptMove, progress: Progress) -> Change:
    from syndicator.services import naming

    source = _source(app, arguments.key)
    address = naming.moved_to(app, source)
    if not address:
        return Change(subject=source.key, sentence=f"{source.key}: has not moved", is_empty=True)
    return _edit(app, source, replace(source, url=address), f"{source.url} is {address} now")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Visit a source no more until it is resumed. Its articles and feeds stay."""

    key: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Visit a source again that rests."""

    key: Key


def _plan_switch(on: bool) -> Callable[[App, Any, Progress], Change]:
    def plan(app: App, arguments: Pause | Resume, progress: Progress) -> Change:
        source = _source(app, arguments.key)
        return _edit(app, source, replace(source, enabled=on), "is visited again" if on else "rests")

    return plan


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSource:
    """Edit a source. What is not given stays as it is, and what is empty goes."""

    key: Key
    url: Annotated[str | None, Argument("Its address.")] = None
    title: Annotated[str | None, Argument("Its name in our feeds.")] = None
    category: Annotated[str | None, Argument("For articles that fit no category of taxonomy.toml.")] = None
    tags: Annotated[tuple[str, ...] | None, Argument("Put on each of its articles.", completes="tag")] = None
    every: Annotated[str | None, Argument("Visit it every 30m, 6h, 1d.", metavar="TIME")] = None
    content: Annotated[str | None, Argument("How much of it is published: full, excerpt, link.")] = None
    licence: Annotated[str | None, Argument("Its licence.")] = None
    language: Annotated[str | None, Argument("The language of its articles.")] = None
    keep: Annotated[str | None, Argument("Read only what this query finds.", metavar="QUERY")] = None
    mute: Annotated[str | None, Argument("Leave out what this query finds.", metavar="QUERY")] = None
    stamp: Annotated[str | None, Argument("The stamp of the source: refuse an edit made since.", hidden=True)] = None


def plan_change(app: App, arguments: ChangeSource, progress: Progress) -> Change:
    from syndicator.configuration.sources.rules_table import table
    from syndicator.configuration.sources.schema import source_of

    source = _source(app, arguments.key)
    need_stamp(source, arguments.stamp)
    values: dict[str, Any] = table(source)
    for name in ("url", "title", "category", "tags", "every", "content", "licence", "language", "keep", "mute"):
        given = getattr(arguments, name)
        if given is not None:
            value = list(given) if isinstance(given, tuple) else given.strip()
            values = {key: old for key, old in values.items() if key != name} | ({name: value} if value else {})
    refuse_variables(str(values.get("url", "")), source.url)
    wanted = source_of(values)
    names = sorted({*table(source), *table(wanted)} - {"rules"})
    differ = [name for name in names if table(source).get(name) != table(wanted).get(name)]
    return _edit(app, source, wanted, f"{', '.join(differ)} changed" if differ else "says so already")


def need_stamp(source: Source, seen: str | None) -> None:
    """Raise UsageError if the source was edited since it had this stamp."""
    from syndicator.configuration.sources.rules_table import stamp

    if seen not in (None, stamp(source)):
        raise UsageError(f"the source {source.key!r} was edited meanwhile, and stays as it is; look at it again")


def refuse_variables(address: str, before: str) -> None:
    """Raise UsageError for an address with a new variable: only who edits files may send variables out."""
    from syndicator.core import secrets

    if address != before and (named := secrets.variables(address)):
        raise UsageError(f"an address that names a variable (${{{named[0]}}}) is written into sources.toml by hand")


def _edit(app: App, source: Source, wanted: Source, said: str) -> Change:
    from syndicator.configuration.sources import registry
    from syndicator.configuration.sources.rules_table import table
    from syndicator.operations import texts

    return Change(
        subject=source.key,
        sentence=f"{source.key}: {said}",
        data={"before": table(source), "after": table(wanted)},
        touches=(texts.of_source(app, source.key),),
        is_empty=wanted == source,
        nothing="it says so already",
        act=lambda progress: registry.change_source(app.config / "sources.toml", source.key, source, wanted),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Remove sources, all of those named or none. Their articles and feeds stay."""

    key: Annotated[
        tuple[str, ...], Argument("Keys of sources.", metavar="KEY...", positional=True, completes="source", lines=True)
    ]


def plan_remove(app: App, arguments: Remove, progress: Progress) -> Change:
    from syndicator.operations import texts
    from syndicator.services import naming

    keys = tuple(dict.fromkeys(arguments.key))
    naming.need_sources(app, keys)
    return Change(
        subject=keys[0],
        sentence=f"{', '.join(keys)}: followed no more; articles and feeds stay",
        lines=lambda dry_run: [f"removed: {', '.join(keys)}; articles and feeds stay"],
        data={"removed": keys},
        touches=tuple({texts.of_source(app, key) for key in keys}),
        build=False,
        act=lambda progress: naming.remove_followed(app, keys),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """Build the stale feeds, also those that were held back."""


def plan_build(app: App, arguments: Build, progress: Progress) -> Change:
    def act(progress: Progress) -> dict[str, object]:
        from syndicator.services.build import build_feeds

        report = asyncio.run(build_feeds(app))
        held = f", {len(report.held)} held back" if report.held else ""
        return {"sentence": f"{len(report.written)} files written{held}"}

    return Change(subject="feeds", sentence="the stale feeds are built", logged=False, build=False, act=act)


def _source(app: App, key: str) -> Source:
    from syndicator.services.naming import need_sources

    need_sources(app, [key])
    return app.sources[key]


OPERATIONS = (
    Operation("remove-source", Remove, plan_remove, "remove", button="key", quick=True, unlocked=True),
    Operation("change-source", ChangeSource, plan_change, quick=True, unlocked=True),
    Operation("rest", Pause, _plan_switch(on=False), button="key", quick=True, unlocked=True),
    Operation("wake", Resume, _plan_switch(on=True), button="key", quick=True, unlocked=True),
    Operation("adopt-move", AdoptMove, plan_adopt_move, button="key", quick=True, unlocked=True),
    Operation("retry", Retry, plan_retry, button="key"),
    Operation("build", Build, plan_build, button=""),
)
