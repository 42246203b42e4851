"""Acts on one source: what it says in sources.toml, and a visit out of turn."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from typing import Any

from syndicator.configuration.sources import registry
from syndicator.configuration.sources.rules_table import table
from syndicator.configuration.sources.schema import source_of
from syndicator.core import secrets
from syndicator.core.errors import UsageError
from syndicator.core.model import Source
from syndicator.services import followed
from syndicator.services.build import build_feeds
from syndicator.services.container import App
from syndicator.services.jobs.task import Acted, Task
from syndicator.services.naming import need_sources
from syndicator.services.refresh import Wanted, run

_TEXTS = ("title", "category", "every", "content", "licence", "language", "keep", "mute")


def stamp(source: Source) -> str:
    """What a form keeps of a source, to tell whether it was edited since."""
    return hashlib.sha256(json.dumps(table(source), default=list, sort_keys=True).encode()).hexdigest()[:32]


def retry(task: Task) -> Acted:
    """Visits a source now, due or not. A failure counts no more than one that was due."""
    key = task.text("key")
    need_sources(task.app, [key])

    async def visit() -> str:
        stop = asyncio.Event()
        report = await run(task.app, Wanted(keys=(key,), llm_seconds=0), stop=stop)
        outcome = next((one for one in report.outcomes if one.key == key), None)
        if outcome is None:
            return "was not visited"
        if outcome.status in ("failed", "disabled"):
            return f"{outcome.reason}: {outcome.detail}"
        return f"{len(outcome.added)} new, {len(outcome.changed)} changed, {outcome.pending} waiting"

    return Acted(subject=key, said=f"{key}: {asyncio.run(visit())}", logged=False)


def adopt_move(task: Task) -> Acted:
    """Writes down where a source moved to."""
    key = task.text("key")
    touch_source(task, key)
    moved = followed.apply_moves(task.app, only=key)
    if not moved:
        return Acted(subject=key, said=f"{key}: has not moved", logged=False, build=False)
    return Acted(subject=key, said=f"{key}: {moved[0][1]} is {moved[0][2]} now")


def rest(task: Task) -> Acted:
    """A source is visited no more until it is woken. Its articles and feeds stay."""
    return _switch(task, on=False)


def wake(task: Task) -> Acted:
    """A source that rested is visited again."""
    return _switch(task, on=True)


def _switch(task: Task, *, on: bool) -> Acted:
    source = source_of_task(task)
    touch_source(task, source.key)
    registry.change_source(_path(task.app), source.key, source, replace(source, enabled=on))
    return Acted(subject=source.key, said=f"{source.key}: {'is visited again' if on else 'rests'}")


def change(task: Task) -> Acted:
    """Gives a source what its form says. "stamp": of the source that the form had shown. Raises UsageError where it
    was edited meanwhile, ConfigError for a value that cannot be."""
    source = source_of_task(task)
    if stamp(source) != task.text("stamp"):
        raise UsageError(f"the source {source.key!r} was edited meanwhile, and stays as it is; look at it again")
    wanted = changed(source, task)
    if wanted == source:
        return Acted(subject=source.key, said=f"{source.key}: says so already", logged=False, build=False)
    touch_source(task, source.key)
    registry.change_source(_path(task.app), source.key, source, wanted)
    names = sorted({*table(source), *table(wanted)} - {"rules"})
    differ = [name for name in names if table(source).get(name) != table(wanted).get(name)]
    return Acted(subject=source.key, said=f"{source.key}: {', '.join(differ)} changed")


def changed(source: Source, task: Task) -> Source:
    """The source as the form has it, checked as a line of the file is. Pure. Raises ConfigError."""
    values: dict[str, Any] = table(source)
    for name in _TEXTS:
        if name in task.args:
            value = task.text(name).strip()
            values.pop(name, None)
            values |= {name: value} if value else {}
    if "tags" in task.args:
        tags = [one.strip() for one in task.text("tags").split(",") if one.strip()]
        values.pop("tags", None)
        values |= {"tags": tags} if tags else {}
    if "url" in task.args:
        values["url"] = task.text("url").strip()
        refuse_variables(values["url"], source.url)
    return source_of(values)


def refuse_variables(address: str, before: str) -> None:
    """A variable of this machine is sent where the address leads: that is for whoever may edit its files. Raises
    UsageError for an address with one that is not the one of before."""
    if address != before and (named := secrets.variables(address)):
        raise UsageError(f"an address that names a variable (${{{named[0]}}}) is written into sources.toml by hand")


def remove(task: Task) -> Acted:
    """Takes a source out of sources.toml. Its articles and feeds stay."""
    key = task.text("key")
    need_sources(task.app, [key])
    touch_source(task, key)
    followed.remove(task.app, [key])
    return Acted(subject=key, said=f"{key}: followed no more; its articles and feeds stay")


def build_all(task: Task) -> Acted:
    """Builds the feeds that are stale, those that were held back too."""
    report = asyncio.run(build_feeds(task.app))
    said = f"{len(report.written)} files written" + (f", {len(report.held)} held back" if report.held else "")
    return Acted(subject="feeds", said=said, logged=False, build=False)


def source_of_task(task: Task) -> Source:
    """The source that a job is about. Raises UsageError where there is none of its key."""
    key = task.text("key")
    need_sources(task.app, [key])
    return task.app.sources[key]


def _path(app: App) -> Any:
    return app.config / "sources.toml"


def touch_source(task: Task, key: str) -> None:
    """Says that the file in which the source stands is about to be changed: sources.toml or one of sources.d."""
    placed = registry.placed_sources(_path(task.app))
    found = next((one.file.path for one in placed if one.source.key == key), _path(task.app))
    task.touch("config", str(found.relative_to(task.app.config)))
