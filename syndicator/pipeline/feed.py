"""Read a feed, or the list of links of a page, its further pages included."""

from __future__ import annotations

from dataclasses import replace

from syndicator.core import urls
from syndicator.core.errors import NotAFeed, RulesError, WorkerFailed
from syndicator.core.model import Entry, Fetched, ParsedFeed, Source
from syndicator.core.reasons import FeedReason
from syndicator.core.requests import Seen
from syndicator.pipeline import jobs
from syndicator.pipeline.context import Page, VisitContext, refusal


async def read_feed(context: VisitContext, result: Fetched) -> tuple[ParsedFeed, Page | None]:
    """The feed in the answer, or the links of a list. A "page" source, or an "auto" one with HTML at first, is a feed
    of one entry. Raises NotAFeed, WorkerFailed."""
    source = context.source
    if source.rules.links or source.kind == "list":
        return public_site(await (_list if source.rules.links else read_listing)(context, result), source), None
    if source.kind != "page":
        try:
            feed = await context.run.worker.call(jobs.parse_feed, result.body, result.final_url, dict(result.headers))
            if not feed.entries and not feed.complete:
                raise NotAFeed(FeedReason.BROKEN_XML, "not one entry could be read")
            return public_site(feed, source), None
        except NotAFeed as refused:
            if refused.reason != FeedReason.HTML:
                raise
            if source.kind == "feed" or context.state.last_success is not None:
                kind = await context.run.worker.call(jobs.kind_of, result.body, result.final_url, dict(result.headers))
                walls = (FeedReason.BOT_CHECK, FeedReason.LOGIN, FeedReason.CONSENT)
                raise NotAFeed(kind, str(refused)) if kind in walls else refused from refused
    entry = Entry(id=source.url, url=result.final_url, summary=result.digest)
    page = Page(html=result.body, url=result.final_url, headers=result.headers)
    return ParsedFeed(format="page", entries=(entry,)), page


def public_site(feed: ParsedFeed, source: Source) -> ParsedFeed:
    """`feed` without a site on a private network, which would lead subscribers into their own."""
    return replace(feed, site_url="") if refusal(feed.site_url, source) else feed


async def _list(context: VisitContext, result: Fetched) -> ParsedFeed:
    read, links = context.run.worker.call, context.source.rules.links
    try:
        return await read(jobs.read_list, result.body, result.final_url, dict(result.headers), links)
    except RulesError as error:
        raise NotAFeed(FeedReason.NO_LINKS, str(error)) from error


MOST_PAGES = 5  # of a list that are read for a source's backfill, the first included; a choice


async def read_listing(context: VisitContext, result: Fetched) -> ParsedFeed:
    """The list of the page in `result`. Raises NotAFeed, WorkerFailed."""
    run, state = context.run, context.state
    seen = () if state.listing else tuple(Seen(url=url, title=title) for url, title in run.store.listed(state.key))
    told = (result.body, result.final_url, dict(result.headers))
    feed: ParsedFeed = await run.worker.call(jobs.read_listing, *told, state.listing, seen)
    first = state.last_success is None  # of a list that somebody pointed to, too
    return feed if state.listing and not first else await _with_older(context, feed)


async def _with_older(context: VisitContext, feed: ParsedFeed) -> ParsedFeed:
    """The list with the entries of its next pages, up to the backfill. Pages that fail are left out."""
    source, visited = context.source, {urls.alias(feed.site_url)}
    entries: dict[str, Entry] = {entry.id: entry for entry in feed.entries}
    page, found = feed, len(entries)
    while len(entries) < source.backfill and page.next_url and len(visited) < MOST_PAGES:
        if urls.alias(page.next_url) in visited:
            break
        visited.add(urls.alias(page.next_url))
        answer = await context.ask(page.next_url, source)
        if not isinstance(answer, Fetched) or not urls.same_site(answer.final_url, source.url):
            break
        try:
            told = (answer.body, answer.final_url, dict(answer.headers))
            page = await context.run.worker.call(jobs.read_listing, *told, feed.listing, ())
        except (NotAFeed, WorkerFailed):
            break
        entries = {**entries, **{entry.id: entry for entry in page.entries if entry.id not in entries}}
        context.log.debug("next page of a list", url=answer.final_url, entries=len(entries))
    return feed if len(entries) == found else replace(feed, entries=tuple(entries.values()))
