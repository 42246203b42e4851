"""Visit one source or all due ones; process a push of a hub; read saved pages again.

Saved pages are read again when blocks that repeat on a host's pages are found, so that these blocks
are cut from older articles, too."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from syndicator.articles.edits import By, find_writer, may_write
from syndicator.configuration import cron, settings
from syndicator.configuration.entry_rules import is_muted, merge_body_lengths
from syndicator.configuration.page_rules import KEPT, count_unmatched
from syndicator.core import urls
from syndicator.core.errors import (
    NetworkDown,
    NotAFeed,
    NotAnArticle,
    RulesError,
    WorkerFailed,
    find_reported_error,
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
from syndicator.filing.dedupe import make_comparison_data
from syndicator.filing.entry import endings
from syndicator.filing.entry.endings import EntryResult
from syndicator.filing.entry.ingest import has_session, ingest, postpone
from syndicator.filing.entry.select import (
    find_late_entries,
    list_due_rows,
    remove_private_addresses,
    select_entries,
    sort_for_reading,
    split_late_rows,
)
from syndicator.filing.granted_rights import follow_move
from syndicator.filing.kinds.kind import Finding, Visitable
from syndicator.filing.kinds.registry import choose_kind
from syndicator.filing.save_article import write_article
from syndicator.filing.sessions import name_ended_session
from syndicator.visiting import cadence, source_state
from syndicator.visiting.fetch.responses import DELTA
from syndicator.visiting.websub import find_offer

_LEAST_PAUSE = timedelta(minutes=5)  # before a poll that a hub causes: our choice
SIDE_BY_SIDE = 4  # entries of one source that are processed at the same time
# Limits of one source in a run: 50 pages are twice a usual first visit, a minute is the wait of
# `up`. Choices.
MOST_PAGES = 50
MOST_SECONDS = 60.0
# visits up to so long after the first one set the usual size of a source's texts
_FIRST_HOUR = timedelta(hours=1)
# Writes are committed after IDLE_SECONDS without a write, after COMMIT_WRITES writes, or after
# COMMIT_SECONDS. A crash before that loses little, as the articles are in files already.
IDLE_SECONDS = 1.0
COMMIT_WRITES = 100
COMMIT_SECONDS = 5  # half of the wait of other SQLite writers
COMMIT_VISITS = 100


async def reprocess(context: VisitContext, host: str, repeated: frozenset[str]) -> tuple[str, ...]:
    """Read the saved pages of `host` again that contain one of the blocks `repeated`, so that the
    block is cut from their articles. `repeated`: hashes of blocks of text that repeat on the host's
    pages. Return the ids of the articles that changed."""
    changed = []
    for article_id, blocks in context.run.store.blocks_by_article(host).items():
        if blocks & repeated and await _reread_article(context, article_id):
            changed.append(article_id)
    return tuple(changed)


async def _reread_article(context: VisitContext, article_id: str) -> bool:
    """Read the saved page of an article again, and write the article with the new text. Return True
    if its file changed. Nothing is written if the page was not saved, if it cannot be read as an
    article any more, or if another source filed the article."""
    run = context.run
    path = run.article_store.find(article_id)
    snapshot = run.snapshots.get(article_id)
    if path is None or snapshot is None:
        return False
    old = run.article_store.get(path)
    if old.source_key != context.source.key:
        return False

    source = context.limit_source(old.url)
    html, headers = snapshot
    page = Page(html=html, url=old.url, headers=headers)
    entry = Entry(id=old.source_id or old.url, url=old.url, categories=old.keywords)
    try:
        reading = await context.read_page(page, source, entry, run.clock())
    except (NotAnArticle, WorkerFailed, RulesError):
        return False

    old = run.article_store.get(path)  # the file may have changed during the reading
    default_category = source.category or run.settings.describe.uncategorised
    stored, changed = write_article(
        run.article_store,
        run.store,
        merge_reading(old, reading.article, default_category),
        before=old,
        path=path,
        html=reading.html,
        compared=lambda stored: make_comparison_data(stored, run.clock()),
    )
    if changed:
        context.log.info(
            "read again", host=urls.host(stored.url), article=stored.id, title=stored.title
        )
    return changed


def merge_reading(old: Article, new: Article, default_category: str) -> Article:
    """Return the article `old` with the text of `new`, which was read from its page again. Its
    excerpt, tags and category are replaced, too, but not those that the operator or a model wrote.
    `default_category`: the category if `new` has none. Pure."""
    better = replace(old, body=new.body)
    if find_writer(old, "excerpt") is By.EXTRACTIVE:
        better = replace(better, excerpt=new.excerpt)
    if may_write(old, "tags", By.MATCHED):
        better = replace(better, tags=new.tags, tags_by=new.tags_by)
    if may_write(old, "category", By.MATCHED):
        better = replace(better, category=new.category or default_category)
    return better


Due = tuple[Source, SourceState]


class Visit(NamedTuple):
    """A finished visit: its outcome, and the new state of the source, which is not stored yet."""

    outcome: Outcome
    state: SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a visit received from its source. `result`: the answer. `feed`: the feed in it, None if
    no feed was read. `page`: the fetched page of a source that is a single article, else None.
    `rows`: the entries to process in this visit."""

    context: VisitContext
    result: FetchResult
    rows: Sequence[EntryRow]
    feed: ParsedFeed | None = None
    page: Page | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Processed:
    """The results of the entries that a visit processed. `left`: how many of its entries were not
    processed and wait for the next visit."""

    results: Sequence[EntryResult]
    left: int


def is_signal(source: Source, state: SourceState, hub: str) -> bool:
    """Return True if a push is only a signal to poll the source, and its content is not used. This
    is so for sources that are no feeds or were not visited yet, and for a push that may be forged.
    `hub`: the address of the hub that sent the push."""
    if source.kind in ("page", "list") or source.rules.links or state.discovery.found == "list":
        return True
    if state.is_undiscovered:
        return True
    # a push without TLS may be forged, which matters if the source itself has TLS
    if urlsplit(source.url).scheme != "https" or urlsplit(hub).scheme == "https":
        return False
    return not urls.explain_private(hub)


def make_due_after_signal(state: SourceState, now: datetime) -> SourceState:
    """Return the `state` of a source after a hub sent a signal: its next poll is due at `now`, but
    not before five minutes after the last visit. A poll that is due earlier keeps its time, and so
    does the poll of a failing or paused source."""
    schedule = state.schedule
    if state.backoff.failures or schedule.next_due is None:
        return state
    poll_time = now
    if state.visits.last_visit is not None:
        poll_time = max(now, state.visits.last_visit + _LEAST_PAUSE)
    # while entries wait, `feed_due` is the time of the poll, and `next_due` that of the entries
    if schedule.feed_due is not None:
        feed_due = min(schedule.feed_due, poll_time)
        return replace(state, schedule=replace(schedule, feed_due=feed_due))
    next_due = min(schedule.next_due, poll_time)
    why = "its hub says that it has changed"
    return replace(state, schedule=replace(schedule, next_due=next_due, due_why=why))


@asynccontextmanager
async def deadline(reached: asyncio.Event, seconds: float | None) -> AsyncIterator[None]:
    """Run the block, and set the event `reached` if the block runs longer than `seconds`. The block
    itself is not stopped. `seconds`: None for no limit."""
    timer = None
    if seconds is not None:
        timer = asyncio.get_running_loop().call_later(seconds, reached.set)
    try:
        yield
    finally:
        if timer:
            timer.cancel()


async def visit(context: VisitContext, *, limit: int | None = None, stop: asyncio.Event) -> Visit:
    """Visit the source once: request its feed, store the entries, and read the pages of the entries
    that are due. Return the outcome and the new state of the source. The caller stores both.

    If an earlier visit had no time for some entries, and the feed itself is not due yet, this visit
    only reads these entries. `limit`: the largest number of pages to read, None for the usual
    number. `stop`: after this event is set, no further page is begun."""
    run = context.run
    source = context.source
    started = run.clock()
    loop_start = asyncio.get_running_loop().time()
    if cadence.is_due_for_waiting_entries(context.state, started):
        return await _visit_waiting(context, limit, stop, started)

    # ask the source, and read the answer if it is new
    kind = choose_kind(source, context.state)
    result = await kind.fetch(context)
    pending = run.store.count_pending(source.key)
    waiting: list[EntryRow] = []
    if pending and not _has_no_network(result):
        waiting = sort_for_reading(run.store.pending(source.key, run.clock()), started)
    answer = _Answer(context=context, result=result, rows=waiting)
    if isinstance(result, Fetched) and result.digest != context.state.validators.body_digest:
        answer = await _read_answer(context, kind, result, waiting, started)
    context = answer.context
    feed = answer.feed
    result = name_ended_session(source, context.state.address, answer.result)
    if feed is not None:
        context = replace(context, state=record_channel(context.state, feed))
        context.log.debug(
            "feed read", format=feed.format, announced=len(feed.entries), to_read=len(answer.rows)
        )

    # process its entries, then plan the next visit
    announced_ids = _list_announced_ids(result, feed, answer.rows)
    rows_to_read = _save_unwanted(context, answer.rows, announced_ids)
    processed = await _ingest_all(context, rows_to_read, answer.page, limit, stop)
    state = _update_state(context, result, feed, started)
    return _end_visit(
        context,
        cadence.plan_waiting_entries(state, processed.left, started),
        result,
        feed,
        processed.results,
        started,
        loop_start,
        none_pending=isinstance(answer.result, NotModified) and not pending,
    )


def _has_no_network(result: FetchResult) -> bool:
    """Return True if the request failed because this machine has no network."""
    return isinstance(result, Failed) and result.no_network


def _list_announced_ids(
    result: FetchResult, feed: ParsedFeed | None, rows: Sequence[EntryRow]
) -> set[str] | None:
    """Return the ids of the entries that the source announces now. Return None if some of them are
    unknown, as the visit failed or the answer had only the new entries of a feed.

    `result`: the answer of the source. `feed`: the feed that was read, None if it did not change.
    `rows`: the pending entries of the source."""
    if isinstance(result, Failed):
        return None
    if isinstance(result, Fetched) and result.status == DELTA:
        return None
    if feed is None:  # it did not change, so it still has the pending entries
        return {row.entry_id for row in rows}
    return {entry.id for entry in feed.entries}


async def _read_answer(
    context: VisitContext,
    kind: Visitable,
    result: Fetched,
    waiting: Sequence[EntryRow],
    started: datetime,
) -> _Answer:
    """Read the entries of a new answer of the source and store them. Return the answer together
    with the entries to process. If the answer cannot be read, the returned result is a Failed.

    `kind`: the module that reads sources of this kind. `result`: the answer of the source.
    `waiting`: pending entries of earlier visits, which are processed, too. `started`: when the
    visit began."""
    rows = waiting
    try:
        announced = await kind.read_entries(context, result)
        feed = announced.feed
        result = announced.answer
        if announced.found is not None:
            context = replace(context, state=record_finding(context.state, announced.found))
        context = await follow_move(context, result, feed)
        announced_rows = _store_entries(context, feed, started)
        await _report_to_hubs(context, result, feed, announced_rows, started)
        rows = list_due_rows(rows, announced_rows, context.run.clock())
        context = replace(context, announced_aliases=_list_aliases(context.source.key, feed))
        warning = result.warning or _describe_feed(context, feed, started)
        result = replace(result, warning=warning)
    except (NotAFeed, WorkerFailed) as refusal:
        failed = describe_unreadable(result.final_url, refusal)
        return _Answer(context=context, result=failed, rows=rows)
    except BUGS as bug:
        failed = Failed(url=result.final_url, reason=CommandReason.BUG, detail=describe_bug(bug))
        return _Answer(context=context, result=failed, rows=rows)
    return _Answer(context=context, result=result, rows=rows, feed=feed, page=announced.page)


def _describe_feed(context: VisitContext, feed: ParsedFeed, started: datetime) -> str:
    """Return a message for the operator about the feed that was read; "" if there is nothing to
    say. It says how many entries were delayed because far more than usual were new. If none was
    delayed, it is the note about the list, if the feed was read from a list page."""
    note = feed.listing.note if feed.listing else ""
    visits = context.state.visits
    if visits.last_success is None:  # entries of the first visit are never delayed
        return note
    arrivals = context.run.store.list_seen_since(
        context.source.key, started - cadence.FLOOD_HISTORY
    )
    return cadence.describe_delay(arrivals, visits.first_visit, started) or note


async def take_push(
    context: VisitContext, pushed: Fetched, *, stop: asyncio.Event
) -> tuple[Outcome | None, SourceState]:
    """Process `pushed`, the feed that a hub sent: store its entries, and read the pages of those
    that are due. Return the outcome and the new state of the source; the caller stores both. If the
    feed cannot be read, the outcome is None, and by the new state the source is polled soon.

    `stop`: after this event is set, no further page is begun."""
    run = context.run
    source = context.source
    started = run.clock()
    loop_start = asyncio.get_running_loop().time()
    try:
        feed = (await choose_kind(source, context.state).read_entries(context, pushed)).feed
        rows = list_due_rows([], _store_entries(context, feed, started), run.clock())
    except (NotAFeed, WorkerFailed, *BUGS) as refusal:
        context.log.info("a push could not be read", detail=str(refusal))
        return None, make_due_after_signal(context.state, started)
    context = replace(
        context,
        announced_aliases=_list_aliases(source.key, feed),
        state=record_channel(context.state, feed),
    )
    new_entries = sum(row.first_seen == started for row in rows)
    if run.hubs:
        run.hubs.record_push(source.key, new_entries, started)
    rows = _save_unwanted(context, rows, announced_ids=None)
    processed = await _ingest_all(context, rows, page=None, limit=None, stop=stop)
    state = source_state.update_after_push(context.state, feed, new_entries, started)
    state = cadence.plan_waiting_entries(state, processed.left, started)
    return _end_visit(context, state, pushed, feed, processed.results, started, loop_start)


async def _visit_waiting(
    context: VisitContext, limit: int | None, stop: asyncio.Event, started: datetime
) -> Visit:
    """Process the entries for which an earlier visit had no time, without requesting the feed.
    Return the outcome and the new state of the source. If no server is reached, the entries wait
    until the next poll of the feed.

    `limit`: the largest number of pages to read, None for the usual number. `stop`: after this
    event is set, no further page is begun. `started`: when this visit began."""
    run = context.run
    source = context.source
    loop_start = asyncio.get_running_loop().time()
    waiting = sort_for_reading(run.store.pending(source.key, started), started)
    rows = _save_unwanted(context, waiting, announced_ids=None)
    context.log.debug("taking what waits", entries=len(rows))
    processed = await _ingest_all(
        replace(context, may_lack_network=True), rows, page=None, limit=limit, stop=stop
    )
    # the feed was not requested, so a failed connection may be due to this machine's network
    failures = [result.unreached for result in processed.results if result.unreached]
    if failures:
        unreached = failures[0]
        state = cadence.plan_waiting_entries(context.state, 0, started)
    else:
        unreached = None
        state = cadence.plan_waiting_entries(context.state, processed.left, started)
    return _end_visit(context, state, unreached, None, processed.results, started, loop_start)


async def _report_to_hubs(
    context: VisitContext,
    result: Fetched,
    feed: ParsedFeed,
    rows: Sequence[EntryRow],
    started: datetime,
) -> None:
    """Record two results of this poll for the subscriptions to hubs: the hub that the source names,
    and its new entries. Do nothing if the run has no subscriptions, or if the answer had only the
    new entries of a feed, and so perhaps not its hub.

    `result`: the answer of the source. `feed`: the feed in it. `rows`: its new and changed entries.
    `started`: when the visit began, which is also when its new entries were first seen."""
    hubs = context.run.hubs
    if hubs is None or result.status == DELTA:
        return
    owner_of_links = feed
    may_name_hub = b"hub" in result.body
    if feed.format in ("page", "list") and may_name_hub:  # the hub is in the HTML of the page
        owner_of_links = await context.run.worker.call(
            worker_functions.read_websub_links, result.body, result.final_url, dict(result.headers)
        )
    new_entries = [row.entry for row in rows if row.first_seen == started and row.entry]
    hubs.record_poll(
        context.source,
        find_offer(result.headers, owner_of_links, result.final_url),
        new_entries,
        context.state.visits.last_success,
        started,
    )


def _store_entries(
    context: VisitContext, feed: ParsedFeed, started: datetime
) -> tuple[EntryRow, ...]:
    """Store the new and changed entries of `feed`, which this visit fetched, and return their rows.
    If far more entries than usual are new, some of them are read only on later days. `started`:
    when the visit began."""
    source = context.source
    store = context.run.store
    stored = store.entries(source.key, [entry.id for entry in feed.entries])
    # entries of a list page that are done are not compared again: the text around a link changes
    # without a change of its article ("3 hours ago")
    entries = feed.entries
    is_list_page = bool(source.rules.links or feed.listing)
    if is_list_page:
        entries = tuple(
            entry
            for entry in feed.entries
            if entry.id not in stored or stored[entry.id].status != "done"
        )
    # the first visit of a mailbox is limited by days, not by a number of entries
    backfill = len(entries) if feed.format == "mail" else source.backfill

    # choose the entries to store
    publish = context.run.settings.publish
    muted_ids = [entry.id for entry in entries if is_muted(source, entry, publish)]
    last_success = context.state.visits.last_success
    sites = {urls.site(source.url), urls.site(feed.site_url or context.state.channel.site_url)}
    rows = select_entries(
        source.key,
        entries,
        stored,
        first=last_success is None,
        backfill=backfill,
        now=started,
        late=find_late_entries(entries, stored, last_success, sites),
        muted=muted_ids,
    )
    has_new_entries = any(row.first_seen == started for row in rows)
    if has_new_entries and last_success is not None:
        arrivals = store.list_seen_since(source.key, started - cadence.FLOOD_HISTORY)
        rows = cadence.delay_flood(rows, arrivals, context.state.visits.first_visit, started)

    public_rows = tuple(_remove_private_addresses(row, source) for row in rows)
    store.save_entries(public_rows)
    return public_rows


def _remove_private_addresses(row: EntryRow, source: Source) -> EntryRow:
    """Return the row without addresses in its entry that lead to private networks."""
    if row.entry is None:
        return row
    return replace(row, entry=remove_private_addresses(row.entry, source))


def _save_unwanted(
    context: VisitContext, rows: Sequence[EntryRow], announced_ids: Collection[str] | None
) -> list[EntryRow]:
    """Store those of the pending `rows` that are not processed, as muted or as skipped, and return
    the others. Muted are the entries that the operator does not want. Skipped are late entries that
    the feed no longer has. `announced_ids`: ids of the entries in the feed, None if not all are
    known."""
    publish = context.run.settings.publish
    not_muted = []
    muted = []
    for row in rows:
        if row.entry is None or row.article_id:  # it has an article already, or cannot be judged
            not_muted.append(row)
        elif is_muted(context.source, row.entry, publish):
            muted.append(endings.mute_row(row))
        else:
            not_muted.append(row)
    split = split_late_rows(not_muted, announced_ids)
    context.run.store.save_entries([*split.changed, *muted])
    return split.to_read


def _list_aliases(key: str, feed: ParsedFeed) -> frozenset[str]:
    """Return the alias keys of the feed's entries: one of the address and one of the id of each
    entry. An alias key is a form in which different spellings of an address are equal. `key`: the
    key of the source."""
    aliases = set()
    for entry in feed.entries:
        aliases.add(urls.alias(entry.url))
        aliases.add(urls.guid_alias(key, entry.id))
    return frozenset(aliases)


def describe_unreadable(url: str, refusal: NotAFeed | WorkerFailed) -> Failed:
    """Return the failure of a visit whose answer could not be read. `url`: the address of the
    answer. `refusal`: the error, which says that it is no feed, or that the worker process failed
    to read it. Pure."""
    reason = refusal.reason
    if isinstance(refusal, NotAFeed):
        reason = f"{NOT_A_FEED}{refusal.reason}"
    return Failed(url=url, reason=reason, detail=str(refusal))


def record_finding(state: SourceState, finding: Finding) -> SourceState:
    """Return `state` with the result of the first visit, which found out the kind of the source.
    `finding`: a list, a single page, or a feed, which is at the source's address or on a page
    there. Pure."""
    if finding.kind == "list":
        return replace(state, discovery=replace(state.discovery, found="list"))
    is_feed_itself = urls.alias(finding.asked) == urls.alias(state.url)
    if finding.kind == "page" or is_feed_itself:
        return replace(state, discovery=replace(state.discovery, found=""))
    # the page names the feed: request the feed from now on
    return replace(
        state,
        discovery=replace(state.discovery, found="feed"),
        redirects=replace(state.redirects, effective_url=finding.url, moved_at=None),
    )


def record_channel(state: SourceState, feed: ParsedFeed) -> SourceState:
    """Return `state` with the title, site, id and icons that `feed` states. A value that the feed
    lacks is not changed. Call this before entries are processed, as articles store these values.
    Pure."""
    stored = state.channel
    channel = replace(
        stored,
        feed_title=feed.title or stored.feed_title,
        site_url=feed.site_url or stored.site_url,
        feed_id=feed.id or stored.feed_id,
        feed_icons=feed.icons or stored.feed_icons,
    )
    return replace(state, channel=channel)


async def _ingest_all(
    context: VisitContext,
    rows: Sequence[EntryRow],
    page: Page | None,
    limit: int | None,
    stop: asyncio.Event,
) -> _Processed:
    """Process the entries `rows`, four at a time, and return their results and the number of
    entries that are left for a later visit. No entry is begun after `stop` is set, after a minute,
    or after the network failed.

    `page`: the page of a source that is a single article, if it was fetched already, else None.
    `limit`: the largest number of entries, None for the usual number."""
    store = context.run.store
    if not rows:
        return _Processed(results=[], left=0)
    slots = asyncio.Semaphore(SIDE_BY_SIDE)
    time_is_up = asyncio.Event()
    session_ended = asyncio.Event()

    async def process_row(row: EntryRow) -> EntryResult | None:
        """Process one entry; return None if there is no time for it. Each task of the group below
        calls this once."""
        async with slots:
            if stop.is_set() or time_is_up.is_set():
                return None
            is_source_itself = row.entry_id == context.source.url
            entry = context.make_entry_context(row, page if is_source_itself else None)
            if session_ended.is_set() and has_session(entry):
                result = await postpone(entry)
            else:
                result = await ingest(entry)
            context.run.count_pages(0, 1)  # one more is read
            if result.session_ended:
                session_ended.set()
            if result.unreached:
                time_is_up.set()
            return result

    # process the entries
    rows_to_read = _choose_rows(context, rows, limit)
    hosts = {urls.own_host(row.url) for row in rows_to_read}
    known_blocks = {host: store.find_boilerplate(host) for host in hosts}
    context.run.count_pages(len(rows_to_read), 0)
    # With a task group, an error of one entry ends the others before worker and fetcher are closed.
    async with deadline(time_is_up, MOST_SECONDS), asyncio.TaskGroup() as group:
        tasks = [group.create_task(process_row(row)) for row in rows_to_read]
    outcomes = [task.result() for task in tasks]
    results = [result for result in outcomes if result is not None]
    not_begun = len(rows_to_read) - len(results)
    context.run.count_pages(-not_begun, 0)  # they are not read in this run

    # blocks that were found to repeat are cut from older articles, too
    for host in sorted(hosts):
        new_blocks = store.find_boilerplate(host) - known_blocks[host]
        if new_blocks and not stop.is_set():
            await reprocess(context, host, new_blocks)
    return _Processed(results=results, left=len(rows) - len(results))


def _choose_rows(
    context: VisitContext, rows: Sequence[EntryRow], limit: int | None
) -> list[EntryRow]:
    """Return the rows whose pages this visit reads, at most 50 (MOST_PAGES). Pages that the run may
    not read are left out. `limit`: the number of rows to return, which are the newest; None for no
    further limit."""
    may_read = context.run.may_read_page
    readable_rows = list(rows)
    if may_read is not None:
        readable_rows = [row for row in rows if may_read(row.url)]
    if limit is not None:
        readable_rows = sort_for_reading(readable_rows, context.run.clock(), limit)
    return readable_rows[:MOST_PAGES]


def _update_state(
    context: VisitContext, result: FetchResult, feed: ParsedFeed | None, started: datetime
) -> SourceState:
    """Return the state of the source after a visit, with the time of the next visit. `result`: the
    answer of the source. `feed`: the feed that was read, None without one. `started`: when the
    visit began."""
    source = context.source
    run = context.run
    fetch = run.settings.fetch
    state = source_state.update_after_visit(
        source, context.state, result, feed, started, asked_by_person=run.asked_by_person
    )
    trust = 0.0  # the share of new entries that the source's hub pushes: it makes polls rarer
    if run.hubs:
        trust = run.hubs.trust(source.key, started)
    due = cadence.plan_next_visit(
        source,
        state,
        feed,
        result,
        now=started,
        floor=settings.parse_duration(fetch.every_min),
        ceiling=settings.parse_duration(fetch.every_max),
        jitter=run.jitter(),
        cron_next=cron.find_next_time,
        asked_by_person=run.asked_by_person,
        trust=trust,
    )
    schedule = replace(state.schedule, next_due=due.at, due_why=due.why, feed_due=None)
    return replace(state, schedule=schedule)


def _count_results(
    run: RunContext,
    source: Source,
    state: SourceState,
    results: Sequence[EntryResult],
    started: datetime,
) -> SourceState:
    """Return `state` with its statistics of the last pages updated by the `results` of this visit,
    one for each processed entry. The statistics are: selectors of the operator's rules that matched
    nothing, lengths of texts, walls (such as paywalls) that pages showed, and the number of muted
    entries. `started`: when the visit began."""
    publish = run.settings.publish
    has_entry_rules = bool(source.keep or source.mute or publish.keep or publish.mute)
    may_change = bool(results or has_entry_rules or state.muted)
    if not may_change:
        return state
    matches = [result.matches for result in results if result.matches]
    text_sizes = [result.characters for result in results if result.characters is not None]
    walls = [result.wall for result in results if result.wall is not None]
    first_visit = state.visits.first_visit
    is_first_hour = first_visit is None or started - first_visit < _FIRST_HOUR
    pages = PageRecord(
        unmatched=count_unmatched(state.pages.unmatched, matches),
        bodies=merge_body_lengths(text_sizes, state.pages.bodies, is_first=is_first_hour),
        walls=(*walls, *state.pages.walls)[:KEPT],
    )
    muted = 0
    if has_entry_rules:
        muted = run.store.count_muted(source.key)
    return replace(state, pages=pages, muted=muted)


def _end_visit(
    context: VisitContext,
    state: SourceState,
    result: FetchResult | None,
    feed: ParsedFeed | None,
    results: Sequence[EntryResult],
    started: datetime,
    loop_start: float,
    *,
    none_pending: bool = False,
) -> Visit:
    """Summarise a visit: log it, and return its outcome with the new state of the source.

    `state`: the state of the source, with the time of its next visit. `result`: the answer of the
    source, None if it was not requested. `feed`: the feed in the answer, None without one.
    `results`: the results of the processed entries. `started`: when the visit began. `loop_start`:
    the same time by the clock of the event loop. `none_pending`: True if the source is known to
    have no pending entry; otherwise they are counted."""
    run = context.run
    state = _count_results(run, context.source, state, results, started)
    added = tuple(entry.added for entry in results if entry.added)
    changed = tuple(entry.changed for entry in results if entry.changed)
    problems = tuple(entry.problem for entry in results if entry.problem)
    failed = result if isinstance(result, Failed) else None
    pending = 0
    if not none_pending:
        pending = run.store.count_pending(state.key)
    received_bytes = len(result.body) if isinstance(result, Fetched) else 0
    outcome = Outcome(
        key=state.key,
        at=started,
        status=_name_status(state, failed, has_news=bool(added or changed)),
        reason=state.backoff.disabled,
        announced=len(feed.entries) if feed else 0,
        added=added,
        changed=changed,
        pending=pending,
        waiting=state.schedule.waiting,
        skipped=problems,
        next_due=state.schedule.next_due,
        due_why=state.schedule.due_why,
        refused=sum(entry.refused for entry in results),
        bytes=received_bytes,
        seconds=round(asyncio.get_running_loop().time() - loop_start, 1),
    )
    if failed is not None:
        outcome = _add_failure(outcome, failed)
    context.log.info(
        "visited",
        status=outcome.status,
        reason=outcome.reason,
        new=len(added),
        next_due=state.schedule.next_due,
    )
    return Visit(outcome, state)


def _add_failure(outcome: Outcome, failed: Failed) -> Outcome:
    """Return the `outcome` of a visit with the failure `failed` in it."""
    return replace(
        outcome,
        # it has a reason already if the source is disabled, which is more important
        reason=outcome.reason or failed.reason,
        detail=failed.detail,
        no_network=failed.no_network,
    )


def _name_status(
    state: SourceState, failed: Failed | None, *, has_news: bool
) -> Literal["new", "unchanged", "failed", "disabled"]:
    """Return the status of a visit for the database. `failed`: the failure of the visit, None if it
    succeeded. `has_news`: True if an article was added or changed."""
    if state.backoff.disabled:
        return "disabled"
    if failed is not None:
        return "failed"
    return "new" if has_news else "unchanged"


async def visit_all(
    due: Sequence[Due],
    run: RunContext,
    *,
    limit: int | None = None,
    max_seconds: float | None = None,
    stop: asyncio.Event,
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Visit the `due` sources, store the outcome of each visit, and return the outcomes. `done` is
    called with each outcome.

    `limit`: the largest number of pages to read for each source, None for the usual number.
    `max_seconds`: after this time, no visit or page is begun, and `stop` is set; None for no limit.
    `stop`: after this event is set, no visit or page is begun. Raises NetworkDown if none of the
    sources could be reached; then no failure is counted against them."""
    slots = asyncio.Semaphore(run.settings.fetch.concurrency)
    unreached: list[Visit] = []
    outcomes: list[Outcome] = []

    async def visit_one(source: Source, state: SourceState) -> None:
        """Visit a source and store the outcome. Two outcomes are not stored: a failure of this
        machine, and that of a source that was not reached. The latter is added to `unreached`."""
        async with slots:
            if stop.is_set():
                return
            async with run.hubs.lock_source(source.key) if run.hubs else nullcontext():
                finished = await visit(
                    run.make_visit_context(source, state), limit=limit, stop=stop
                )
        outcome = finished.outcome
        if outcome.no_network:
            unreached.append(finished)
        elif outcome.reason != OURS:  # a failure of this machine is not one of the source
            run.store.end_visit(outcome, finished.state)
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
        raise find_reported_error(failed) from failed

    # if no source was reached, the network is at fault and not the sources
    if outcomes and len(unreached) == len(outcomes):
        raise _make_network_error(unreached)
    with run.store.shared():
        for finished in unreached:
            run.store.end_visit(finished.outcome, finished.state)
    return outcomes


def _make_network_error(unreached: Sequence[Visit]) -> NetworkDown:
    """Return the error for a run that could reach none of its sources. `unreached`: the visits to
    these sources, at least one."""
    first = unreached[0].outcome
    return NetworkDown(
        f"no network: none of {len(unreached)} sources could be reached ({first.key}:"
        f" {first.reason} {first.detail}); nothing was counted against them. `syndicator demo`"
        " shows the whole trip without a network"
    )


@asynccontextmanager
async def sharing_commits(run: FilingContext) -> AsyncIterator[None]:
    """Commit the database writes in the block together, about once a second, so that a run has
    fewer commits. Before each commit, the files of articles are synced to disk, as no row may exist
    without its file."""

    async def commit_when_due() -> None:
        """Commit the waiting writes when no more are added, when they are many, or when they have
        waited long. This runs beside the block, until its end."""
        last_waiting = 0
        checks = 0
        while True:
            await asyncio.sleep(IDLE_SECONDS)
            waiting = run.store.count_uncommitted()
            checks += 1
            is_idle = waiting == last_waiting
            are_many = waiting >= COMMIT_WRITES
            is_late = checks * IDLE_SECONDS >= COMMIT_SECONDS
            if is_idle or are_many or is_late:
                run.store.commit()
                checks = 0
            last_waiting = run.store.count_uncommitted()

    with run.article_store.batch_writes() as sync_files, run.store.shared(sync_files):
        async with asyncio.TaskGroup() as group:
            committing = group.create_task(commit_when_due())
            try:
                yield
            finally:
                committing.cancel()
