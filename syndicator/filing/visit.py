"""Visit one source or all due ones; process a push of a hub; read saved pages again.

Pages are read again to cut repeated blocks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from syndicator.articles.edits import By, by_of, may_write
from syndicator.configuration import cron, settings
from syndicator.configuration.entry_rules import is_muted, remember_bodies
from syndicator.configuration.page_rules import KEPT, counted
from syndicator.core import urls
from syndicator.core.errors import (
    NetworkDown,
    NotAFeed,
    NotAnArticle,
    RulesError,
    WorkerFailed,
    first_of,
)
from syndicator.core.model import (
    OURS,
    Article,
    Entry,
    Outcome,
    PageRecord,
    ParsedFeed,
    Source,
    SourceState,
)
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import NOT_A_FEED, CommandReason
from syndicator.core.requests import Failed, Fetched, FetchResult, NotModified
from syndicator.filing import worker_functions
from syndicator.filing.context import (
    BUGS,
    FilingContext,
    Page,
    RunContext,
    VisitContext,
    describe_bug,
)
from syndicator.filing.dedupe import compared
from syndicator.filing.entry import endings
from syndicator.filing.entry.endings import EntryResult
from syndicator.filing.entry.ingest import has_session, ingest, postpone
from syndicator.filing.entry.select import (
    due_entries,
    held_back,
    in_turn,
    late_entries,
    public,
    select,
)
from syndicator.filing.granted_rights import follow_move
from syndicator.filing.kinds.kind import Finding
from syndicator.filing.kinds.registry import kind_of
from syndicator.filing.save_article import refile
from syndicator.filing.sessions import name_ended_session
from syndicator.visiting import cadence, source_state
from syndicator.visiting.fetch.responses import DELTA
from syndicator.visiting.websub import offered

_LEAST = timedelta(minutes=5)  # between two polls caused by a hub: a choice
SIDE_BY_SIDE = 4  # concurrent entries of one source
# Limits of one source in a run: 50 pages are twice a usual first visit, a minute is the wait of
# `up`. Choices.
MOST_PAGES = 50
MOST_SECONDS = 60.0
_FIRST_HOUR = timedelta(hours=1)
# A commit waits for IDLE_SECONDS without writes, or COMMIT_WRITES, or COMMIT_SECONDS: articles are
# files by then.
IDLE_SECONDS = 1.0
COMMIT_WRITES = 100
COMMIT_SECONDS = 5  # half of the wait of other SQLite writers
COMMIT_VISITS = 100


async def reprocess(context: VisitContext, host: str, repeated: frozenset[str]) -> tuple[str, ...]:
    """Read saved pages of `host` that contain `repeated` blocks again; return ids of changed
    articles."""
    changed = []
    for article_id, blocks in context.run.store.blocks_by_article(host).items():
        if blocks & repeated and await _reread(context, article_id):
            changed.append(article_id)
    return tuple(changed)


async def _reread(context: VisitContext, article_id: str) -> bool:
    run = context.run
    path = run.article_store.find(article_id)
    snapshot = run.snapshots.get(article_id)
    if path is None or snapshot is None:
        return False
    old = run.article_store.get(path)
    if old.source_key != context.source.key:
        return False
    source, (html, headers) = context.terms(old.url), snapshot
    entry = Entry(id=old.source_id or old.url, url=old.url, categories=old.keywords)
    try:
        reading = await context.read(
            Page(html=html, url=old.url, headers=headers), source, entry, run.clock()
        )
    except (NotAnArticle, WorkerFailed, RulesError):
        return False  # keep the first reading
    old = run.article_store.get(path)  # it may have changed meanwhile
    stored, changed = refile(
        run.article_store,
        run.store,
        better_reading(
            old, reading.article, source.category or run.settings.describe.uncategorised
        ),
        before=old,
        path=path,
        html=reading.html,
        compared=lambda stored: compared(stored, run.clock()),
    )
    if changed:
        context.log.info(
            "read again", host=urls.host(stored.url), article=stored.id, title=stored.title
        )
    return changed


def better_reading(old: Article, new: Article, otherwise: str) -> Article:
    """Return `old` with text and description of `new`, except edits. `otherwise`: category if none
    fits. Pure."""
    better = replace(old, body=new.body)
    if by_of(old, "excerpt") is By.EXTRACTIVE:
        better = replace(better, excerpt=new.excerpt)
    if may_write(old, "tags", By.MATCHED):
        better = replace(better, tags=new.tags, tags_by=new.tags_by)
    if may_write(old, "category", By.MATCHED):
        better = replace(better, category=new.category or otherwise)
    return better


Due = tuple[Source, SourceState]


def is_signal(source: Source, state: SourceState, hub: str) -> bool:
    """True if the source must be polled after a push: lists, pages, new feeds, and pushes without
    TLS for a source with it."""
    is_page = (
        source.kind in ("page", "list") or source.rules.links or state.discovery.found == "list"
    )
    if is_page or state.is_undiscovered:
        return True
    return urlsplit(source.url).scheme == "https" != urlsplit(hub).scheme and not urls.private(hub)


def signalled(state: SourceState, now: datetime) -> SourceState:
    """Make `state` due now, or five minutes after the last request. A failing or paused source
    keeps its time."""
    schedule = state.schedule
    if state.backoff.failures or schedule.next_due is None:
        return state
    soon = max(now, (state.visits.last_visit or now - _LEAST) + _LEAST)
    if schedule.feed_due is not None:  # it is due for entries that wait, and its feed later
        return replace(state, schedule=replace(schedule, feed_due=min(schedule.feed_due, soon)))
    next_due = min(schedule.next_due, soon)
    why = "its hub says that it has changed"
    return replace(state, schedule=replace(schedule, next_due=next_due, due_why=why))


@asynccontextmanager
async def deadline(reached: asyncio.Event, seconds: float | None) -> AsyncIterator[None]:
    """Set the event `reached` after `seconds` (None: never), while the block runs."""
    timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, reached.set)
    try:
        yield
    finally:
        if timer:
            timer.cancel()


async def visit(
    context: VisitContext, *, limit: int | None = None, stop: asyncio.Event
) -> tuple[Outcome, SourceState]:
    """Visit the source once and process at most `limit` pending entries. Return outcome and new
    state, unstored."""
    run = context.run
    source = context.source
    started = run.clock()
    began = asyncio.get_running_loop().time()
    if cadence.only_waiting(context.state, started):
        return await _take_waiting(context, limit, stop, started)
    kind = kind_of(source, context.state)
    result = await kind.visit(context)
    no_network = isinstance(result, Failed) and result.no_network
    pending = run.store.count_pending(source.key)
    rows = (
        in_turn(run.store.pending(source.key, run.clock()), started)
        if pending and not no_network
        else []
    )
    quiet = isinstance(result, NotModified) and not pending
    feed: ParsedFeed | None = None
    page: Page | None = None
    if isinstance(result, Fetched) and result.digest != context.state.validators.body_digest:
        try:
            announced_by = await kind.entries(context, result)
            feed = announced_by.feed
            page = announced_by.page
            result = announced_by.answer
            if announced_by.found is not None:
                context = replace(context, state=discovered(context.state, announced_by.found))
            context = await follow_move(context, result, feed)
            announced_now = _announce(context, feed, started)
            await _tell_hubs(context, result, feed, announced_now, started)
            rows = due_entries(rows, announced_now, run.clock())
            context = replace(context, in_feed=_in_feed(source.key, feed))
            note = feed.listing.note if feed.listing else ""
            # a first visit leaves nothing for later days
            if context.state.visits.last_success is not None:
                seen = run.store.seen_since(source.key, started - cadence.WEEKS)
                note = cadence.told(seen, context.state.visits.first_visit, started) or note
            result = replace(result, warning=result.warning or note)
        except (NotAFeed, WorkerFailed) as refusal:
            feed = None
            page = None
            result = unreadable(result.final_url, refusal)
        except BUGS as bug:
            feed = None
            page = None
            result = Failed(
                url=result.final_url, reason=CommandReason.BUG, detail=describe_bug(bug)
            )
    result = name_ended_session(source, context.state.address, result)
    if feed is not None:
        context = replace(context, state=introduced(context.state, feed))
        context.log.debug(
            "feed read", format=feed.format, announced=len(feed.entries), to_read=len(rows)
        )
    announced = {entry.id for entry in feed.entries} if feed else {row.entry_id for row in rows}
    partial = isinstance(result, Failed) or (isinstance(result, Fetched) and result.status == DELTA)
    rows = _held_back(context, rows, None if partial else announced)
    results, left = await _ingest_all(context, rows, page, limit, stop)
    state = cadence.planned(_remember(context, result, feed, started), left, started)
    return _ended(context, state, result, feed, results, started, began, quiet=quiet)


async def take_push(
    context: VisitContext, pushed: Fetched, *, stop: asyncio.Event
) -> tuple[Outcome | None, SourceState]:
    """Process the feed that a hub `pushed`. If it is unreadable, return None and make the source
    due."""
    run = context.run
    source = context.source
    started = run.clock()
    began = asyncio.get_running_loop().time()
    try:
        feed = (await kind_of(source, context.state).entries(context, pushed)).feed
        rows = due_entries([], _announce(context, feed, started), run.clock())
    except (NotAFeed, WorkerFailed, *BUGS) as refusal:
        context.log.info("a push could not be read", detail=str(refusal))
        return None, signalled(context.state, started)
    context = replace(
        context, in_feed=_in_feed(source.key, feed), state=introduced(context.state, feed)
    )
    new = sum(row.first_seen == started for row in rows)
    if run.hubs:
        run.hubs.brought(source.key, new, started)
    results, left = await _ingest_all(context, _held_back(context, rows, None), None, None, stop)
    state = cadence.planned(source_state.pushed(context.state, feed, new, started), left, started)
    return _ended(context, state, pushed, feed, results, started, began)


async def _take_waiting(
    context: VisitContext, limit: int | None, stop: asyncio.Event, now: datetime
) -> tuple[Outcome, SourceState]:
    """Process waiting entries without polling the feed. Failed connections count as no try: the
    network may be down."""
    run = context.run
    source = context.source
    began = asyncio.get_running_loop().time()
    rows = _held_back(context, in_turn(run.store.pending(source.key, now), now), None)
    context.log.debug("taking what waits", entries=len(rows))
    results, left = await _ingest_all(replace(context, uncertain=True), rows, None, limit, stop)
    unreached = next((result.unreached for result in results if result.unreached), None)
    state = cadence.planned(context.state, 0 if unreached else left, now)
    return _ended(context, state, unreached, None, results, now, began)


async def _tell_hubs(
    context: VisitContext,
    result: Fetched,
    feed: ParsedFeed,
    rows: Sequence[EntryRow],
    now: datetime,
) -> None:
    hubs = context.run.hubs
    if hubs is None or result.status == DELTA:
        return
    if feed.format in ("page", "list") and b"hub" in result.body:
        feed = await context.run.worker.call(
            worker_functions.page_links, result.body, result.final_url, dict(result.headers)
        )
    new = [row.entry for row in rows if row.first_seen == now and row.entry]
    hubs.polled(
        context.source,
        offered(result.headers, feed, result.final_url),
        new,
        context.state.visits.last_success,
        now,
    )


def _announce(context: VisitContext, feed: ParsedFeed, now: datetime) -> tuple[EntryRow, ...]:
    source = context.source
    store = context.run.store
    stored = store.entries(source.key, [entry.id for entry in feed.entries])
    # the text around a link changes by itself ("3 hours ago")
    if source.rules.links or feed.listing:
        new = (
            entry
            for entry in feed.entries
            if entry.id not in stored or stored[entry.id].status != "done"
        )
        feed = replace(feed, entries=tuple(new))
    before = context.state.visits.last_success
    sites = {urls.site(source.url), urls.site(feed.site_url or context.state.channel.site_url)}
    rows = select(
        source.key,
        feed.entries,
        stored,
        first=before is None,
        # of a mailbox the first visit takes days, not a number
        backfill=len(feed.entries) if feed.format == "mail" else source.backfill,
        now=now,
        late=late_entries(feed.entries, stored, before, sites),
        muted=[
            entry.id
            for entry in feed.entries
            if is_muted(source, entry, context.run.settings.publish)
        ],
    )
    if before is not None and any(row.first_seen == now for row in rows):
        seen = store.seen_since(source.key, now - cadence.WEEKS)
        rows = cadence.slowed(rows, seen, context.state.visits.first_visit, now)
    rows = tuple(
        replace(row, entry=public(row.entry, source)) if row.entry else row for row in rows
    )
    store.save_entries(rows)
    return rows


def _held_back(
    context: VisitContext, rows: Sequence[EntryRow], announced: Collection[str] | None
) -> list[EntryRow]:
    """Return the rows to read now. Save the others: muted ones, and late ones that end."""
    new = ((row, row.entry) for row in rows if row.entry and not row.article_id)
    muted = [
        row for row, entry in new if is_muted(context.source, entry, context.run.settings.publish)
    ]
    muted_ids = {row.entry_id for row in muted}
    take, changed = held_back([row for row in rows if row.entry_id not in muted_ids], announced)
    context.run.store.save_entries([*changed, *map(endings.muted, muted)])
    return take


def _in_feed(key: str, feed: ParsedFeed) -> frozenset[str]:
    return frozenset(
        alias
        for entry in feed.entries
        for alias in (urls.alias(entry.url), urls.guid_alias(key, entry.id))
    )


def unreadable(url: str, refusal: NotAFeed | WorkerFailed) -> Failed:
    """Return the failure of an answer that is no feed or could not be read. Pure."""
    reason = refusal.reason
    if isinstance(refusal, NotAFeed):
        reason = f"{NOT_A_FEED}{refusal.reason}"
    return Failed(url=url, reason=reason, detail=str(refusal))


def discovered(state: SourceState, found: Finding) -> SourceState:
    """Return `state` with what stands at its address. Pure."""
    if found.kind == "list":
        return replace(state, discovery=replace(state.discovery, found="list"))
    if found.kind == "page" or urls.alias(found.asked) == urls.alias(state.url):
        return replace(state, discovery=replace(state.discovery, found=""))
    return replace(
        state,
        discovery=replace(state.discovery, found="feed"),
        redirects=replace(state.redirects, effective_url=found.url, moved_at=None),
    )


def introduced(state: SourceState, feed: ParsedFeed) -> SourceState:
    """Return `state` with the feed's title, site, id and icons; a first visit needs them before
    it files articles. Pure."""
    known = state.channel
    channel = replace(
        known,
        feed_title=feed.title or known.feed_title,
        site_url=feed.site_url or known.site_url,
        feed_id=feed.id or known.feed_id,
        feed_icons=feed.icons or known.feed_icons,
    )
    return replace(state, channel=channel)


async def _ingest_all(
    context: VisitContext,
    rows: Sequence[EntryRow],
    page: Page | None,
    limit: int | None,
    stop: asyncio.Event,
) -> tuple[list[EntryResult], int]:
    """Process entries up to `limit`; return results and the number left. `page`: fetched, of a
    "page" source."""
    store = context.run.store
    if not rows:
        return [], 0
    room = asyncio.Semaphore(SIDE_BY_SIDE)
    spent = asyncio.Event()
    session_ended = asyncio.Event()

    async def take(row: EntryRow) -> EntryResult | None:
        async with room:
            if stop.is_set() or spent.is_set():
                return None
            entry = context.entry(row, page if row.entry_id == context.source.url else None)
            if session_ended.is_set() and has_session(entry):
                result = await postpone(entry)
            else:
                result = await ingest(entry)
            context.run.count_pages(0, 1)
            if result.session_ended:
                session_ended.set()
            if result.unreached:
                spent.set()
            return result

    readable = context.run.readable
    taken = [row for row in rows if readable is None or readable(row.url)]
    taken = (taken if limit is None else in_turn(taken, context.run.clock(), limit))[:MOST_PAGES]
    hosts = {urls.own_host(row.url) for row in taken}
    before = {host: store.repeated(host) for host in hosts}
    context.run.count_pages(len(taken), 0)
    # A task group, so that an error stops the other entries before worker and fetcher close.
    async with deadline(spent, MOST_SECONDS), asyncio.TaskGroup() as group:
        tasks = [group.create_task(take(row)) for row in taken]
    results = [result for task in tasks if (result := task.result())]
    context.run.count_pages(len(results) - len(taken), 0)  # the others are left to the next run
    for host in sorted(hosts):
        if (repeated := store.repeated(host) - before[host]) and not stop.is_set():
            await reprocess(context, host, repeated)
    return results, len(rows) - len(results)


def _remember(
    context: VisitContext, result: FetchResult, feed: ParsedFeed | None, now: datetime
) -> SourceState:
    source = context.source
    fetch = context.run.settings.fetch
    asked = context.run.asked
    after = source_state.after(source, context.state, result, feed, now, asked=asked)
    due = cadence.next_visit(
        source,
        after,
        feed,
        result,
        now=now,
        floor=settings.seconds(fetch.every_min),
        ceiling=settings.seconds(fetch.every_max),
        jitter=context.run.jitter(),
        cron_next=cron.next_fire,
        asked=asked,
        trust=context.run.hubs.trust(source.key, now) if context.run.hubs else 0.0,
    )
    return replace(
        after, schedule=replace(after.schedule, next_due=due.at, due_why=due.why, feed_due=None)
    )


def _counted(
    run: RunContext,
    source: Source,
    state: SourceState,
    results: Sequence[EntryResult],
    now: datetime,
) -> SourceState:
    publish = run.settings.publish
    chooses = bool(source.keep or source.mute or publish.keep or publish.mute)
    if not results and not (chooses or state.muted):
        return state
    unmatched = counted(
        state.pages.unmatched, (result.matches for result in results if result.matches)
    )
    muted = run.store.count_muted(source.key) if chooses else 0
    read = [result.characters for result in results if result.characters is not None]
    stood = [result.wall for result in results if result.wall is not None]
    first_visit = state.visits.first_visit
    is_first = first_visit is None or now - first_visit < _FIRST_HOUR
    bodies = remember_bodies(read, state.pages.bodies, is_first=is_first)
    behind = (*stood, *state.pages.walls)[:KEPT]
    return replace(
        state, pages=PageRecord(unmatched=unmatched, bodies=bodies, walls=behind), muted=muted
    )


def _ended(
    context: VisitContext,
    state: SourceState,
    result: FetchResult | None,
    feed: ParsedFeed | None,
    results: Sequence[EntryResult],
    now: datetime,
    began: float,
    *,
    quiet: bool = False,
) -> tuple[Outcome, SourceState]:
    run = context.run
    state = _counted(run, context.source, state, results, now)
    added = tuple(entry.added for entry in results if entry.added)
    changed = tuple(entry.changed for entry in results if entry.changed)
    failed = result if isinstance(result, Failed) else None
    status: Literal["new", "unchanged", "failed", "disabled"] = (
        "new" if added or changed else "unchanged"
    )
    outcome = Outcome(
        key=state.key,
        at=now,
        status="disabled" if state.backoff.disabled else "failed" if failed else status,
        reason=state.backoff.disabled or (failed.reason if failed else None),
        detail=failed.detail if failed else "",
        announced=len(feed.entries) if feed else 0,
        added=added,
        changed=changed,
        pending=0 if quiet else run.store.count_pending(state.key),
        waiting=state.schedule.waiting,
        skipped=tuple(entry.problem for entry in results if entry.problem),
        next_due=state.schedule.next_due,
        due_why=state.schedule.due_why,
        refused=sum(entry.refused for entry in results),
        bytes=len(result.body) if isinstance(result, Fetched) else 0,
        no_network=bool(failed and failed.no_network),
        seconds=round(asyncio.get_running_loop().time() - began, 1),
    )
    context.log.info(
        "visited",
        status=outcome.status,
        reason=outcome.reason,
        new=len(added),
        next_due=state.schedule.next_due,
    )
    return outcome, state


async def visit_all(
    due: Sequence[Due],
    run: RunContext,
    *,
    limit: int | None = None,
    max_seconds: float | None = None,
    stop: asyncio.Event,
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Visit the `due` sources and store each outcome, durable within COMMIT_SECONDS. After
    `max_seconds`, or once `stop` is set, no new visit or page begins. If no source was reached,
    raise NetworkDown and store no failure."""
    room = asyncio.Semaphore(run.settings.fetch.concurrency)
    unreached: list[tuple[Outcome, SourceState]] = []
    outcomes: list[Outcome] = []

    async def visit_one(source: Source, state: SourceState) -> None:
        async with room:
            if stop.is_set():
                return
            async with run.hubs.alone(source.key) if run.hubs else nullcontext():
                outcome, after = await visit(run.visit(source, state), limit=limit, stop=stop)
        if outcome.no_network:
            unreached.append((outcome, after))
        elif outcome.reason != OURS:  # which does not count as its failure
            run.store.end_visit(outcome, after)
        outcomes.append(outcome)
        if len(outcomes) % COMMIT_VISITS == 0:
            run.store.commit()
        done(outcome)

    try:
        async with (
            deadline(stop, max_seconds),
            sharing_commits(run),
            run.mailboxes.closing(),
            asyncio.TaskGroup() as group,
        ):
            for source, state in due:
                group.create_task(visit_one(source, state))
    except BaseExceptionGroup as failed:
        raise first_of(failed) from failed
    if outcomes and len(unreached) == len(outcomes):
        first = unreached[0][0]
        raise NetworkDown(
            f"no network: none of {len(unreached)} sources could be reached ({first.key}:"
            f" {first.reason} {first.detail}); nothing was counted against them. `syndicator demo`"
            " shows the whole trip without a network"
        )
    with run.store.shared():
        for outcome, after in unreached:
            run.store.end_visit(outcome, after)
    return outcomes


@asynccontextmanager
async def sharing_commits(run: FilingContext) -> AsyncIterator[None]:
    """Commit writes of visits together, after syncing files: no row precedes its file."""

    async def commit_when_due() -> None:
        before = 0
        looks = 0
        while True:
            await asyncio.sleep(IDLE_SECONDS)
            waiting = run.store.waiting()
            looks = looks + 1
            if (
                waiting == before
                or waiting >= COMMIT_WRITES
                or looks * IDLE_SECONDS >= COMMIT_SECONDS
            ):
                run.store.commit()
                looks = 0
            before = run.store.waiting()

    with run.article_store.together() as settle, run.store.shared(settle):
        async with asyncio.TaskGroup() as group:
            ticking = group.create_task(commit_when_due())
            try:
                yield
            finally:
                ticking.cancel()
