"""One announced entry: its page fetched, read, filed and recorded, or the reason why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from syndicator.configuration import page_rules
from syndicator.core import urls
from syndicator.core.errors import ConfigError, NotAnArticle, WorkerFailed
from syndicator.core.model import Entry, Failed, Fetched, NotModified, Rules
from syndicator.core.reasons import CommandReason, EntryReason, FetchReason, FileReason
from syndicator.pipeline import jobs
from syndicator.pipeline.context import BUGS, EntryContext, Page, describe_bug
from syndicator.pipeline.dedupe import made_before
from syndicator.pipeline.entry import endings, filing
from syndicator.pipeline.entry.endings import Decision, EntryResult
from syndicator.pipeline.entry.pages import all_pages, fullest
from syndicator.pipeline.owners import ask_front, linked_by, may_adopt
from syndicator.pipeline.requests import let_in, page_request, refusal, without_credentials
from syndicator.pipeline.results import PageReading
from syndicator.visiting.fetch.decompress import http_date

LEAST_CONTENT = 80  # characters; a feed's own content stands in for a page only when there is something to read
NO_PAGE = b"<!doctype html><title></title>"


async def ingest(context: EntryContext) -> EntryResult:
    """Take one pending entry to its end and record it. Raises only errors of the disk and the store."""
    try:
        return filing.carry_out(context, await _decide(context))
    except ConfigError as error:  # the article's file was edited and is no article any more
        decision = endings.ask_operator(context, FileReason.BAD_ARTICLE_FILE, str(error))
    except BUGS as bug:
        decision = endings.retry_or_refuse(context, CommandReason.BUG, describe_bug(bug))
    return filing.carry_out(context, decision)


async def _decide(context: EntryContext) -> Decision:
    row, at = context.row, context.run.store.known(context.aliases)
    if away := endings.why_away(at):
        return endings.end(context, "skip", away)
    private = refusal(context.announced.url, context.source)
    if private:
        return endings.end(context, "refuse", FetchReason.BLOCKED_ADDRESS, private)
    known = None if row.article_id else endings.known_article(context, at)
    if known and not await may_adopt(context, known):
        return endings.known_already(context, known)
    if row.article_id and (article := filing.only_points(context, row.article_id, at)):
        return endings.known_already(context, article)
    page = context.page or await _fetch(context)
    if isinstance(page, Failed):
        context.log.debug("no page", reason=page.reason, detail=page.detail)
        return _reported(await _without_page(context, page), wall=page_rules.wall_of(page.reason))
    return await _read(context, page)


async def _fetch(context: EntryContext) -> Page | Failed:
    """The entry's page, or why there is none. A source with `content = "feed"` needs none: its page is empty."""
    entry, run = context.announced, context.run
    address = entry.url or context.source.url
    source = context.terms(address)
    if source.rules.content == "feed":
        return Page(html=b"", url=address, headers={})
    if not urls.host(entry.url):
        detail = "the entry has no usable address of its own"
        return Failed(url=entry.url or entry.id, reason=EntryReason.NO_LINK, detail=detail)
    request = page_request(entry.url, source, run.settings, run.environ)
    result = without_credentials(request, source, run.environ) or await run.fetcher.fetch(request)
    if isinstance(result, NotModified):
        detail = "the page answered 304 to a request without conditions"
        return Failed(url=entry.url, reason=FetchReason.NOT_MODIFIED, detail=detail)
    if isinstance(result, Fetched):
        return Page(html=result.body, url=result.final_url, headers=result.headers)
    return result


async def _without_page(context: EntryContext, failed: Failed) -> Decision:
    row, entry, now = context.row, context.announced, context.run.clock()
    if failed.ours or (failed.no_network and context.uncertain):
        return endings.leave(context, failed, unreached=not failed.ours)
    if failed.unasked:
        return endings.wait(endings.postponed(row, failed, now), failed.reason, failed.detail)
    if endings.may_try_again(row, failed.reason):
        return endings.retry(context, failed.reason, failed.detail, failed.retry_after)
    private = failed.reason == FetchReason.BLOCKED_ADDRESS and not let_in(context.source)
    if not private and _stands_in(entry, entry.content or entry.summary):
        if await ask_front(context, entry.url):
            return await _read(context, _no_page(entry))
        return endings.end(context, "refuse", failed.reason, _not_its_own(context, failed.detail))
    return endings.end(context, "refuse", failed.reason, failed.detail)


async def _read(context: EntryContext, page: Page) -> Decision:
    context = await linked_by(context, page)
    run, source, entry = context.run, context.terms(page.url), context.heard(page.url)
    now = run.clock()
    rules = source.rules if page.html else replace(source.rules, content="feed")
    try:
        read = partial(_reading, context, rules=rules, now=now)
        page, reading = await all_pages(context, *await fullest(context, page, read), read)
    except ConfigError as error:  # a selector, or the taxonomy
        return endings.ask_operator(context, error.reason, f"source {source.key!r}: {error}")
    except NotAnArticle as refusal:
        return _reported(await _without_article(context, page, refusal), wall=page_rules.wall_of(refusal.kind))
    except WorkerFailed as failure:  # not the page's fault for certain: the machine may be busy or short of memory
        return endings.retry_or_refuse(context, failure.reason, failure.detail)
    context.log.debug("page read", bytes=len(page.html), characters=len(reading.article.body))
    made_before(reading.article.body, reading.sketch)
    behind = (added := run.added()) > now  # one of the two clocks is wrong, or was; so the server's counts
    latest = http_date(page.headers.get("date", "")) or added if behind else now
    article = filing.as_filed(
        reading.article, entry, source, context.state, latest, run.settings.describe.uncategorised
    )
    article = filing.in_sequence(article, added) if behind else article
    if run.traced:
        run.traced(article.id, reading.trace)
    known = filing.look_up(context, article)
    moved = await filing.as_moved(context, article, known)
    if known.earlier:  # what was asked of other pages meanwhile took time
        known = filing.look_up(context, article)
    decision = moved or filing.decide(context, page, replace(reading, article=article), known)
    if not page.html:
        return decision
    return _reported(decision, matches=reading.matches, wall=page_rules.LEAD if reading.article.partial else "")


def _reported(decision: Decision, **more: Any) -> Decision:
    return replace(decision, result=replace(decision.result, **more))


async def _reading(context: EntryContext, page: Page, *, rules: Rules, now: datetime) -> PageReading:
    run, source = context.run, context.terms(page.url)
    return await run.worker.call(
        jobs.read_and_render,
        page.html or NO_PAGE,
        page.url,
        run.taxonomy,
        render=source.content == "full",
        entry=context.heard(page.url),
        rules=rules,
        repeated=run.store.repeated(urls.own_host(page.url)),
        headers=page.headers,
        now=now,
        own=source.tags,
        traced=run.traced is not None,
        kept=bool(page.html),
    )


async def _reads_without_selectors(context: EntryContext, page: Page, now: datetime) -> bool:
    written = context.terms(page.url).rules
    rules = replace(written, select=(), remove=())
    if rules == written:
        return False
    try:
        await _reading(context, page, rules=rules, now=now)
    except (NotAnArticle, WorkerFailed):
        return False
    return True


async def _without_article(context: EntryContext, page: Page, refusal: NotAnArticle) -> Decision:
    entry = context.announced
    if page.html and await _reads_without_selectors(context, page, context.run.clock()):
        detail = f"source {context.source.key!r}: rules.select and rules.remove leave no article of a page that is one"
        return endings.ask_operator(context, EntryReason.BAD_RULES, detail)
    if page.html and _stands_in(entry, entry.content):
        if await ask_front(context, entry.url):
            return await _read(context, _no_page(entry))
        return endings.end(context, "refuse", refusal.kind, _not_its_own(context, refusal.detail))
    return endings.end(context, "refuse", refusal.kind, refusal.detail)


def _not_its_own(context: EntryContext, detail: str) -> str:
    place, key = urls.site(context.announced.url), context.source.key
    cure = f'speaks_for = ["{place}"] in sources.toml lets it'
    return f"{detail}; the feed's own text does not stand in, as {key} does not own {place}: {cure}".lstrip("; ")


def _stands_in(entry: Entry, content: str) -> bool:
    return len(content) >= LEAST_CONTENT and bool(urls.host(entry.url))


def _no_page(entry: Entry) -> Page:
    return Page(html=b"", url=entry.url, headers={})
