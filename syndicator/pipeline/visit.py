"""One source's visit, from its address to its outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from syndicator import cron, settings, urls
from syndicator.errors import NotAFeed, WorkerFailed
from syndicator.model import Entry, Failed, Fetched, FetchResult, Outcome, ParsedFeed, Request, Source, SourceState
from syndicator.pipeline.context import BUGS, Tools, said
from syndicator.pipeline.ingest import Page, Taken, source_headers, take
from syndicator.pipeline.reprocess import tidy
from syndicator.pipeline.select import select
from syndicator.ports import EntryRow
from syndicator.visiting import cadence
from syndicator.visiting.feeds.parser import parse_feed

SIDE_BY_SIDE = 4  # entries of one source under way at a time


async def visit(
    source: Source, state: SourceState, tools: Tools, *, limit: int | None = None, stop: asyncio.Event
) -> tuple[Outcome, SourceState]:
    """Visits `source` once and takes its pending entries, at most `limit` of them. Returns the outcome and the state to
    be remembered with it; storing the two is the caller's, which alone knows whether there is a network at all."""
    started = tools.clock()
    result = await tools.fetcher.fetch(_request(source, state, tools))
    feed: ParsedFeed | None = None
    page: Page | None = None
    if isinstance(result, Fetched) and result.digest != state.body_digest:
        try:
            feed, page = await _parse(source, state, result, tools)
            _announce(source, state, feed, tools, started)
        except (NotAFeed, WorkerFailed) as refusal:
            result = Failed(url=result.final_url, reason=_reason(refusal), detail=str(refusal))
        except BUGS as bug:
            feed, page = None, None
            result = Failed(url=result.final_url, reason="bug", detail=said(bug))
    if feed is not None:
        # what an article says of its feed is frozen when it is filed: a first visit must know it by then
        state = replace(
            state,
            feed_title=feed.title or state.feed_title,
            site_url=feed.site_url or state.site_url,
            feed_id=feed.id or state.feed_id,
        )
    taken = (
        []
        if isinstance(result, Failed) and result.no_network
        else await _take_all(source, state, page, tools, limit, stop)
    )
    after = _remember(source, state, result, feed, tools, started)
    return _outcome(source, after, result, feed, taken, tools, started), after


def _request(source: Source, state: SourceState, tools: Tools) -> Request:
    return Request(
        url=state.effective_url or source.url,
        kind="page" if source.kind == "page" else "feed",
        etag=state.etag,
        last_modified=state.last_modified,
        deadline=tools.settings.fetch.feed_seconds,
        headers=source_headers(source, tools.environ),
        allow=source.allow,
        robots=source.robots,
    )


async def _parse(source: Source, state: SourceState, result: Fetched, tools: Tools) -> tuple[ParsedFeed, Page | None]:
    """The feed in the answer. A source of kind "page" is a feed of one entry whose page is at hand, and so is one of
    kind "auto" that turns out to be HTML on its first visit."""
    if source.kind != "page":
        try:
            feed = await tools.worker.call(parse_feed, result.body, result.final_url, dict(result.headers))
            if not feed.entries and not feed.complete:
                raise NotAFeed("broken-xml", "not one entry could be read")
            return feed, None
        except NotAFeed as refusal:
            if source.kind == "feed" or refusal.reason != "html" or state.last_success is not None:
                raise
    entry = Entry(id=source.url, url=result.final_url, summary=result.digest)
    page = Page(html=result.body, url=result.final_url, headers=result.headers)
    return ParsedFeed(format="page", entries=(entry,)), page


def _announce(source: Source, state: SourceState, feed: ParsedFeed, tools: Tools, now: datetime) -> None:
    known = tools.store.entries(source.key, [entry.id for entry in feed.entries])
    chosen = select(
        source.key, feed.entries, known, first=state.last_success is None, backfill=source.backfill, now=now
    )
    tools.store.save_entries(chosen.rows)


async def _take_all(
    source: Source, state: SourceState, page: Page | None, tools: Tools, limit: int | None, stop: asyncio.Event
) -> list[Taken]:
    """The lanes keep each host polite; side by side here means that a slow page of one host holds no other host's."""
    room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(row: EntryRow) -> Taken | None:
        async with room:
            if stop.is_set():
                return None
            return await take(row, source, state, tools, page=page if row.entry_id == source.url else None)

    rows = tools.store.pending(source.key, tools.clock())[:limit]
    hosts = {urls.host(row.url) for row in rows}
    before = {host: tools.store.repeated(host) for host in hosts}
    # A group and not `gather`: what ends the run ends the other entries too, before the worker and the fetcher close
    # under them and they count that as a try of their page.
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(row)) for row in rows]
    found = [taken for task in tasks if (taken := task.result())]
    for host in sorted(hosts):
        learnt = tools.store.repeated(host) - before[host]
        if learnt and not stop.is_set():
            await tidy(host, learnt, source, tools)
    return found


def _remember(
    source: Source, state: SourceState, result: FetchResult, feed: ParsedFeed | None, tools: Tools, now: datetime
) -> SourceState:
    after = cadence.after(source, state, result, feed, now)
    due = cadence.next_visit(
        source,
        after,
        feed,
        result,
        now=now,
        floor=settings.seconds(tools.settings.fetch.every_min),
        ceiling=settings.seconds(tools.settings.fetch.every_max),
        jitter=tools.jitter(),
        cron_next=cron.next_fire,
    )
    return replace(after, next_due=due.at, due_why=due.why)


def _outcome(
    source: Source,
    state: SourceState,
    result: FetchResult,
    feed: ParsedFeed | None,
    taken: Sequence[Taken],
    tools: Tools,
    now: datetime,
) -> Outcome:
    added = tuple(one.added for one in taken if one.added)
    changed = tuple(one.changed for one in taken if one.changed)
    failed = result if isinstance(result, Failed) else None
    status: Literal["new", "unchanged", "failed", "disabled"] = "new" if added or changed else "unchanged"
    return Outcome(
        key=source.key,
        at=now,
        status="disabled" if state.disabled else "failed" if failed else status,
        reason=state.disabled or (failed.reason if failed else None),
        detail=failed.detail if failed else "",
        announced=len(feed.entries) if feed else 0,
        added=added,
        changed=changed,
        pending=len(tools.store.pending(source.key, datetime.max.replace(tzinfo=now.tzinfo))),
        skipped=tuple(one.problem for one in taken if one.problem),
        next_due=state.next_due,
        no_network=bool(failed and failed.no_network),
    )


def _reason(refusal: NotAFeed | WorkerFailed) -> str:
    return f"not-a-feed-{refusal.reason}" if isinstance(refusal, NotAFeed) else refusal.reason
