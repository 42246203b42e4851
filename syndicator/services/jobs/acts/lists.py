"""Acts on the list of a page without a feed: fetched to be pointed at, followed, and used in place of another."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from syndicator.core.errors import UsageError
from syndicator.core.model import Failed, Fetched, SourceState
from syndicator.core.reasons import FetchReason
from syndicator.core.requests import Wrapper
from syndicator.pipeline.requests import feed_request
from syndicator.services.adding.search import unanswered
from syndicator.services.adding.session import open_session
from syndicator.services.jobs.acts import looking
from syndicator.services.jobs.acts.sources import source_of_task
from syndicator.services.jobs.task import Acted, Task, unpacked_list

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

    answer = asyncio.run(fetch())
    if isinstance(answer, Failed):
        raise unanswered(request.url, answer)
    return Acted(subject=source.key, said=f"{source.key}: its page is here", build=False, logged=False, page=answer)


def follow_list(task: Task) -> Acted:
    """Follows a page for the list that somebody pointed to. "sources": the table of it; "wrapper": what its items are
    known by."""
    wrapper = _wrapper(task)
    made = looking.add_source(task)
    _remember(task, made.subject, _address(task), wrapper)
    said = f"{made.said}, by the list of {len(wrapper.seen)} articles that was pointed to"
    return replace(made, said=said, args={"address": _address(task)})


def use_list(task: Task) -> Acted:
    """Another list of its page for a source of kind "list": "wrapper" is what its items are known by. It is read at the
    next visit, which is due."""
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
