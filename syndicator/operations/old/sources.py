"""Acts on a source: edit, visit, look at an address and add, follow or replace the list of a page."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from syndicator.configuration.sources import registry
from syndicator.configuration.sources.rules_table import stamp, table
from syndicator.configuration.sources.schema import source_of
from syndicator.core import secrets
from syndicator.core.errors import UsageError
from syndicator.core.model import Failed, Fetched, Source, SourceState
from syndicator.core.reasons import FetchReason
from syndicator.core.requests import Wrapper
from syndicator.operations import texts
from syndicator.operations.old.task import Acted, Task
from syndicator.operations.texts import unpacked_list
from syndicator.pipeline.requests import feed_request
from syndicator.services import naming
from syndicator.services.adding import found as writing
from syndicator.services.adding import preview, search
from syndicator.services.adding.found import Candidate, Found, Session, by_address, if_known, open_session
from syndicator.services.adding.search import unanswered
from syndicator.services.build import build_feeds
from syndicator.services.container import App
from syndicator.services.naming import need_sources
from syndicator.services.refresh import Wanted, run

_TEXTS = ("title", "category", "every", "content", "licence", "language", "keep", "mute")


def retry(task: Task) -> Acted:
    """Visits a source now, due or not. A failure counts no more than one that was due."""
    key = task.text("key")
    need_sources(task.app, [key])

    async def visit() -> str:
        stop = asyncio.Event()
        report = await run(task.app, Wanted(keys=(key,), llm_seconds=0), stop=stop)
        if (outcome := next((one for one in report.outcomes if one.key == key), None)) is None:
            return "was not visited"
        if outcome.status in ("failed", "disabled"):
            return f"{outcome.reason}: {outcome.detail}"
        return f"{len(outcome.added)} new, {len(outcome.changed)} changed, {outcome.pending} waiting"

    return Acted(subject=key, said=f"{key}: {asyncio.run(visit())}", logged=False)


def adopt_move(task: Task) -> Acted:
    """Writes down where a source moved to."""
    key = task.text("key")
    touch_source(task, key)
    if not (moved := naming.apply_moves(task.app, only=key)):
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
    """Edit a source by its form. "stamp": of the source in the form. Raises UsageError if edited since, ConfigError."""
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
    """Raise UsageError for an address with a new variable: only who edits files may send variables out."""
    if address != before and (named := secrets.variables(address)):
        raise UsageError(f"an address that names a variable (${{{named[0]}}}) is written into sources.toml by hand")


def remove(task: Task) -> Acted:
    """Takes a source out of sources.toml. Its articles and feeds stay."""
    key = task.text("key")
    need_sources(task.app, [key])
    touch_source(task, key)
    naming.remove_followed(task.app, [key])
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
    task.touch(*texts.of_source(task.app, key).split(":", 1))


PREVIEWED = 3  # feeds of one address whose entries are read at once; others are when they are asked for


def look_for(task: Task) -> Acted:
    """What is at "address", or in the OPML document "opml"; how entries of the first feeds would be published."""
    address, opml = task.text("address").strip(), task.text("opml")
    if opml.strip():
        listed = search.from_elsewhere(search.read_list(opml.encode(), "the document"))  # whoever wrote it
        found = search.as_found(task.app, "OPML", listed)
        return Acted(subject="OPML", said=_said(found), build=False, logged=False, result=_plain(found, {}))
    refuse_variables(address, "")
    if search.is_file(address):  # a path of this machine is for the command line
        raise UsageError(f"{address!r} is a file here; paste what it has, or call `syndicator import` with it")
    found, shown = asyncio.run(_look(task, address))
    result = _plain(found, shown)
    return Acted(subject=address, said=_said(found), build=False, logged=False, result=result, page=found.page)


async def _look(task: Task, address: str) -> tuple[Found, dict[str, preview.Preview]]:
    async with open_session(task.app, task.texts("allow")) as session:
        found = await search.look(session, address)
        if found.error is not None and found.page is None:
            raise found.error
        task.progress(1, 2)
        return found, await _previews(session, found)


async def _previews(session: Session, found: Found) -> dict[str, preview.Preview]:
    """How entries would be published, by address of the source; of a list, which may be long, none."""
    some = [one for one in found.candidates if not one.known][: 0 if found.whole else PREVIEWED]
    named = [writing.named(session.app, [one], writing.Wishes())[0] for one in some]
    shown = await asyncio.gather(*(preview.preview(session, one) for one in named))
    return {one.source.url: made for one, made in zip(some, shown, strict=True)}


def add_source(task: Task) -> Acted:
    """Add the chosen "sources" (a table each), with the non-empty common fields of the form."""
    known = by_address(task.app)
    tables = task.args.get("sources", ())
    chosen = [
        if_known(known, Candidate(source=_source(one), kind="feed")) for one in tables if isinstance(one, Mapping)
    ]
    wishes = writing.Wishes(
        category=task.text("category").strip() or None,
        tags=tuple(one.strip() for one in task.text("tags").split(",") if one.strip()),
        every=task.text("every").strip() or None,
        content=task.args.get("content") or None,
        title=task.text("title").strip() or None if len(chosen) == 1 else None,
    )
    named = writing.named(task.app, chosen, wishes)
    if licence := task.text("licence").strip():
        named = [_licensed(one, licence) for one in named]
    if not any(not one.known for one in named):
        raise UsageError("all of it is followed already" if named else "nothing was chosen")
    task.touch("config", "sources.toml")
    added = writing.write_sources(task.app, named, known)
    keys = ", ".join(one.key for one in added)
    return Acted(subject=added[0].key, said=f"added: {keys}", result={"keys": [one.key for one in added]})


def _licensed(one: Candidate, licence: str) -> Candidate:
    if one.known:
        return one
    return dataclasses.replace(one, source=source_of(table(dataclasses.replace(one.source, licence=licence))))


def _source(values: Mapping[str, Any]) -> Any:
    return dataclasses.replace(source_of({**values, "key": "a"}), key="")


def _said(found: Found) -> str:
    count = len(found.candidates)
    if found.error is not None:
        return str(found.error)
    return f"{found.address}: {count} {'thing' if count == 1 else 'things'} to follow"


def _plain(found: Found, shown: Mapping[str, preview.Preview]) -> dict[str, Any]:
    return {
        "address": found.address,
        "fault": str(found.error or ""),
        "page": found.page.url if found.page else "",
        "whole": found.whole,
        "untried": found.untried,
        "skipped": [{"line": one.line, "name": one.name, "why": one.why} for one in found.skipped],
        "candidates": [_candidate(one, shown.get(one.source.url)) for one in found.candidates],
    }


def _candidate(one: Candidate, shown: preview.Preview | None) -> dict[str, Any]:
    source = preview.speaking(one, shown).source if shown else one.source
    values = {name: value for name, value in table(source).items() if name != "key"}
    return {
        "source": _listed(values),
        "key": one.source.key,
        "title": one.source.title or "",
        "url": one.source.url,
        "what": one.what,
        "announced": one.announced,
        "latest": f"{one.latest:%Y-%m-%d}" if one.latest else "",
        "same_as": one.same_as,
        "known": one.known,
        "comments": one.comments,
        "warning": one.warning,
        "titles": [entry.title for entry in one.entries],
        "articles": [_listed(dataclasses.asdict(article)) for article in shown.articles] if shown else [],
        "problems": [{"what": one.what, "reason": one.reason, "detail": one.detail} for one in shown.problems]
        if shown
        else [],
    }


def _listed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _listed(one) for name, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value


LEARNING: Final = frozenset(("follow-list", "use-list"))  # acts after which a source has another list


def fetch_list(task: Task) -> Acted:
    """Asks for the page of a source of kind "list", as a visit would, so that somebody can point at it."""
    source = source_of_task(task)
    if source.kind != "list" or source.rules.links:
        raise UsageError(f"{source.key}: its entries are not those of a list that is learnt; point to its articles")
    state = task.app.store.visits.state(source.key) or SourceState(key=source.key, url=source.url)
    request = feed_request(source, state.asked_whole(), task.app.settings, task.app.environ)

    async def fetch() -> Fetched | Failed:
        async with open_session(task.app) as session:
            answer = await session.fetcher.fetch(request)
        if isinstance(answer, Fetched | Failed):
            return answer
        return Failed(url=request.url, reason=FetchReason.NOT_MODIFIED)

    if isinstance(answer := asyncio.run(fetch()), Failed):
        raise unanswered(request.url, answer)
    return Acted(subject=source.key, said=f"{source.key}: its page is here", build=False, logged=False, page=answer)


def follow_list(task: Task) -> Acted:
    """Follow the list of a page. "sources": its table; "wrapper": the mark of its items."""
    wrapper = _wrapper(task)
    made = add_source(task)
    _remember(task, made.subject, _address(task), wrapper)
    said = f"{made.said}, by the list of {len(wrapper.seen)} articles that was pointed to"
    return replace(made, said=said, args={"address": _address(task)})


def use_list(task: Task) -> Acted:
    """Replace the list of a source of kind "list" by "wrapper"; its next visit is due now."""
    source, wrapper = source_of_task(task), _wrapper(task)
    _remember(task, source.key, source.url, wrapper)
    said = f"{source.key}: the list of {len(wrapper.seen)} articles that was pointed to is read from now on"
    return Acted(subject=source.key, said=said, build=False, args={"key": source.key})


def _remember(task: Task, key: str, url: str, wrapper: Wrapper) -> None:
    visits = task.app.store.visits
    task.touch("list", key)
    state = visits.state(key) or SourceState(key=key, url=url)
    visits.save_states([replace(state.asked_whole(), listing=wrapper)])


def _wrapper(task: Task) -> Wrapper:
    try:
        return unpacked_list(task.text("wrapper"))
    except (ValueError, TypeError) as error:
        raise UsageError("no list was pointed to") from error


def _address(task: Task) -> str:
    tables = task.args.get("sources") or [{}]
    return str(tables[0].get("url", ""))
