"""Operations on the rules of a source: try them on kept pages, and save them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from syndicator.core import text
from syndicator.core.errors import ConfigError, RulesError, UsageError
from syndicator.operations.operation import Argument, Change, Operation, Progress
from syndicator.operations.sources import Key, need_stamp

if TYPE_CHECKING:
    from syndicator.core.model import Rules, Source
    from syndicator.services.container import App
    from syndicator.services.mending.try_rules import Tried

RULES = ("select", "remove", "title", "author", "date", "cover")
_EDGE = 160  # characters at both ends of a text

Selectors = tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TryRules:
    """Show what rules make of the newest kept pages of a source. A rule that is not given stays as it is."""

    key: Key
    select: Annotated[Selectors, Argument("Where the text is.", metavar="CSS", lines=True)] = None
    remove: Annotated[Selectors, Argument("What is no text.", metavar="CSS", lines=True)] = None
    title: Annotated[Selectors, Argument("Where the title is.", metavar="CSS", lines=True)] = None
    author: Annotated[Selectors, Argument("Where the author is.", metavar="CSS", lines=True)] = None
    date: Annotated[Selectors, Argument("Where the date is.", metavar="CSS", lines=True)] = None
    cover: Annotated[Selectors, Argument("Where the picture is.", metavar="CSS", lines=True)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveRules(TryRules):
    """Write rules of a source. A rule that is not given stays as it is; articles stay until they are read again."""

    stamp: Annotated[str | None, Argument("The stamp of the source: refuse an edit made since.", hidden=True)] = None


def plan_try(app: App, arguments: TryRules, progress: Progress) -> Change:
    from syndicator.services.mending import try_rules

    source = _source(app, arguments)
    try:
        rules = _rules(source, arguments)
        tried = try_rules.try_out(app, source.key, rules, most=try_rules.POINTED)
        now = {one.id: one for one in try_rules.try_out(app, source.key, source.rules, most=try_rules.POINTED)}
    except RulesError as error:
        raise UsageError(str(error)) from error
    pages = [
        {
            "id": one.id,
            "title": one.title,
            "with": _reading(one),
            "now": _reading(now[one.id]) if one.id in now else None,
        }
        for one in tried
    ]
    data = {"pages": pages, "matched": try_rules.pages_matched(tried), "score": try_rules.score(tried)}
    return Change(subject=source.key, sentence=f"tried on {len(tried)} kept pages", data=data)


def _reading(one: Tried | None) -> dict[str, Any] | None:
    if one is None:
        return None
    if (trial := one.trial) is None:
        return {"failed": "reading it was given up"}
    if (draft := trial.draft) is None:
        return {"failed": f"it is no article then: {trial.kind}", "matches": dict(trial.matches)}
    plain = text.plain(draft.body)
    return {
        "failed": "",
        "matches": dict(trial.matches),
        "letters": trial.after,
        "title": draft.title or "",
        "author": draft.author or "",
        "date": f"{draft.published:%Y-%m-%d}" if draft.published else "",
        "cover": draft.cover or "",
        "begins": plain[:_EDGE],
        "ends": plain[-_EDGE:] if len(plain) > _EDGE else "",
    }


def plan_save(app: App, arguments: SaveRules, progress: Progress) -> Change:
    from syndicator.operations import texts
    from syndicator.services.mending import try_rules

    source = _source(app, arguments)
    need_stamp(source, arguments.stamp)
    rules = _rules(source, arguments)

    def act(progress: Progress) -> None:
        try:
            try_rules.save(app, source.key, rules)
        except RulesError as error:
            raise ConfigError(str(error)) from error

    if rules == source.rules:
        return Change(subject=source.key, sentence=f"{source.key}: these are its rules", is_empty=True)
    return Change(
        subject=source.key,
        sentence=f"{source.key}: rules saved; articles stay until they are read again",
        touches=(texts.of_source(app, source.key),),
        act=act,
    )


def _source(app: App, arguments: TryRules) -> Source:
    from syndicator.services.naming import need_sources

    need_sources(app, [arguments.key])
    return app.sources[arguments.key]


def _rules(source: Source, arguments: TryRules) -> Rules:
    """The rules as given over those of the source. Raises ConfigError, RulesError for an invalid selector."""
    from syndicator.configuration.sources.rules_table import table
    from syndicator.configuration.sources.schema import source_of

    values: dict[str, Any] = {name: one for name, one in table(source).items() if name != "rules"}
    given = {name: getattr(arguments, name) for name in RULES}
    merged = {**table(source).get("rules", {}), **{name: one for name, one in given.items() if one is not None}}
    rules = {name: list(one) if isinstance(one, tuple) else one for name, one in merged.items() if one != ()}
    return source_of({**values, "rules": rules} if rules else values).rules


OPERATIONS = (
    Operation("try-rules", TryRules, plan_try, unlocked=True, is_question=True),
    Operation("save-rules", SaveRules, plan_save, quick=True, unlocked=True),
)
