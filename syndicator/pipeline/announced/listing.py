"""What a page lists whose list is learnt, at its first visit with what stands on further pages."""

from __future__ import annotations

from dataclasses import replace

from syndicator.core import urls
from syndicator.core.errors import NotAFeed, WorkerFailed
from syndicator.core.model import Entry, Fetched, ParsedFeed
from syndicator.core.requests import Seen
from syndicator.pipeline import jobs
from syndicator.pipeline.context import VisitContext
from syndicator.pipeline.requests import page_request

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
    """The list with what stands on its next pages, as far as the source's backfill goes. What of them cannot be read is
    left out: the list is there without it."""
    source, visited = context.source, {urls.alias(feed.site_url)}
    entries: dict[str, Entry] = {entry.id: entry for entry in feed.entries}
    page, found = feed, len(entries)
    while len(entries) < source.backfill and page.next_url and len(visited) < MOST_PAGES:
        if urls.alias(page.next_url) in visited:
            break
        visited.add(urls.alias(page.next_url))
        request = page_request(page.next_url, source, context.run.settings, context.run.environ)
        answer = await context.run.fetcher.fetch(request)
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
