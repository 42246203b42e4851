"""Rules of a source tried on its kept pages, saved, and applied to its articles."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from syndicator.configuration.sources.rules_table import stamp, table
from syndicator.configuration.sources.schema import source_of
from syndicator.core import text
from syndicator.core.errors import ConfigError, RulesError, UsageError
from syndicator.core.model import Rules
from syndicator.operations.old.sources import source_of_task, touch_source
from syndicator.operations.old.task import Acted, Task
from syndicator.services.mending import reread as rereading
from syndicator.services.mending import try_rules as try_out
from syndicator.services.mending.reread import Which
from syndicator.services.naming import need_sources

FIELDS = ("select", "remove", "title", "author", "date", "cover")
_LISTED = 50  # articles that change, of which each field is shown
_EDGE = 160  # characters at both ends of a text
_LONGEST = 400  # of a value


def rules_of(task: Task, before: Rules) -> Rules:
    """The rules of a form over the previous ones. Raises ConfigError, RulesError for an invalid selector."""
    said = {name: list(task.texts(name)) for name in FIELDS if name in task.args}
    merged = {**_table(before), **said}
    values = {name: value for name, value in merged.items() if value not in ([], None)}
    return source_of({"key": "a", "url": "https://example.org/", **({"rules": values} if values else {})}).rules


def _table(rules: Rules) -> dict[str, Any]:
    found = table(dataclasses.replace(source_of({"key": "a", "url": "https://example.org/"}), rules=rules))
    given: Mapping[str, Any] = found.get("rules", {})
    return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}


def try_rules(task: Task) -> Acted:
    """What rules make of the newest kept pages. Changes nothing."""
    source = source_of_task(task)
    try:
        rules = rules_of(task, source.rules)
        tried = try_out.try_out(task.app, source.key, rules, most=try_out.POINTED)
        now = {one.id: one for one in try_out.try_out(task.app, source.key, source.rules, most=try_out.POINTED)}
    except RulesError as error:
        raise UsageError(str(error)) from error
    shown = [_page(one, now.get(one.id)) for one in tried]
    result = {"pages": shown, "matched": try_out.pages_matched(tried), "score": try_out.score(tried)}
    said = f"tried on {len(tried)} kept pages"
    return Acted(subject=source.key, said=said, logged=False, build=False, result=result)


def _page(one: try_out.Tried, now: try_out.Tried | None) -> dict[str, Any]:
    return {"id": one.id, "title": one.title, "with": _reading(one), "now": _reading(now) if now else None}


def _reading(one: try_out.Tried) -> dict[str, Any]:
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


def save_rules(task: Task) -> Acted:
    """Writes rules as those of a source. "stamp": of the source that the form had shown."""
    source = source_of_task(task)
    if stamp(source) != task.text("stamp"):
        raise UsageError(f"the source {source.key!r} was edited meanwhile, and stays as it is; look at it again")
    rules = rules_of(task, source.rules)
    if rules == source.rules:
        return Acted(subject=source.key, said=f"{source.key}: these are its rules", logged=False, build=False)
    touch_source(task, source.key)
    try:
        try_out.save(task.app, source.key, rules)
    except RulesError as error:
        raise ConfigError(str(error)) from error
    return Acted(subject=source.key, said=f"{source.key}: rules saved; articles stay until they are read again")


def plan_reread(task: Task) -> Acted:
    """What reading the kept pages of a source again would change. Changes nothing."""
    key = task.text("key")
    need_sources(task.app, [key])
    planned = rereading.plan(task.app, Which(what=key), progress=task.progress)
    said = f"{key}: {len(planned.articles)} of {planned.looked} articles would change"
    return Acted(subject=key, said=said, logged=False, build=False, result=_planned(planned))


def reread(task: Task) -> Acted:
    """Reads the kept pages of a source again, and changes what they say now."""
    key = task.text("key")
    need_sources(task.app, [key])
    planned = rereading.plan(task.app, Which(what=key), progress=task.progress)
    for one in planned.articles:
        task.touch("article", one.path)
    rereading.apply_plan(task.app, planned, task.progress)
    count = len(planned.articles)
    said = f"{key}: {count} {'article' if count == 1 else 'articles'} read again"
    return Acted(subject=key, said=said, logged=bool(count), result=_planned(planned))


def _planned(planned: rereading.Plan) -> dict[str, Any]:
    return {
        "count": len(planned.articles),
        "looked": planned.looked,
        "unkept": len(planned.unkept),
        "due_again": planned.due_again,
        "problems": [f"{one.what}: {one.reason}: {one.detail}" for one in planned.problems],
        "articles": [
            {
                "id": one.before.id,
                "title": one.before.title,
                "changes": [
                    {"field": change.field, "old": change.old[:_LONGEST], "new": change.new[:_LONGEST]}
                    for change in one.now.changes
                ],
                "old_body": one.before.body if any(change.field == "body" for change in one.now.changes) else "",
                "new_body": one.now.article.body if any(change.field == "body" for change in one.now.changes) else "",
            }
            for one in planned.articles[:_LISTED]
        ],
    }
