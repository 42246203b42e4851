"""What is at an address, as it would be published; and adding of that what was chosen."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from syndicator.configuration.sources.rules_table import table
from syndicator.configuration.sources.schema import source_of
from syndicator.core.errors import UsageError
from syndicator.services.adding import outlines, preview, search, writing
from syndicator.services.adding.found import Candidate, Found, by_address, if_known
from syndicator.services.adding.session import Session, open_session
from syndicator.services.jobs.acts.sources import refuse_variables
from syndicator.services.jobs.task import Acted, Task

PREVIEWED = 3  # feeds of one address whose entries are read at once; others are when they are asked for


def look_for(task: Task) -> Acted:
    """What is at "address", or in the OPML document "opml"; how entries of the first feeds would be published."""
    address, opml = task.text("address").strip(), task.text("opml")
    if opml.strip():
        listed = outlines.from_elsewhere(outlines.read_list(opml.encode(), "the document"))  # whoever wrote it
        found = outlines.as_found(task.app, "OPML", listed)
        return Acted(subject="OPML", said=_said(found), build=False, logged=False, result=_plain(found, {}))
    refuse_variables(address, "")
    if outlines.is_file(address):  # a path of this machine is for the command line
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
    """Adds what was chosen of a look: "sources", each as the table of one. With "category", "tags", "every", "content"
    and "licence" for all of them, where they are not empty."""
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
    """The source of a table without a key, checked as a line of sources.toml is. Raises ConfigError."""
    return dataclasses.replace(source_of({**values, "key": "a"}), key="")


def _said(found: Found) -> str:
    count = len(found.candidates)
    if found.error is not None:
        return str(found.error)
    return f"{found.address}: {count} {'thing' if count == 1 else 'things'} to follow"


def _plain(found: Found, shown: Mapping[str, preview.Preview]) -> dict[str, Any]:
    """What was found as JSON has it."""
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
        "latest": _time(one.latest),
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


def _time(value: datetime | None) -> str:
    return f"{value:%Y-%m-%d}" if value else ""


def _listed(value: Any) -> Any:
    """Tuples as lists and mappings as dicts, as JSON has them."""
    if isinstance(value, Mapping):
        return {str(name): _listed(one) for name, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value
