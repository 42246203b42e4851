"""Read a feed, or the list of links on a page with its further pages."""

from dataclasses import replace

from syndicator.core import urls
from syndicator.core.errors import NotAFeed, RulesError, WorkerFailed
from syndicator.core.model import Entry, Fetched, ParsedFeed, Source
from syndicator.core.reasons import FeedReason
from syndicator.core.requests import Seen
from syndicator.pipeline import jobs
from syndicator.pipeline.context import Page, VisitContext, refusal

MOST_PAGES = 5  # pages of a list, the first included: a choice


async def read_feed(context: VisitContext, result: Fetched) -> tuple[ParsedFeed, Page | None]:
    """Parse the feed or list in the answer. A "page" source, or an "auto" one that answers HTML at
    its first visit, becomes a feed of one entry, returned with its page (else None). Raises
    NotAFeed, WorkerFailed."""
    source = context.source
    call, answer = context.run.worker.call, (result.body, result.final_url, dict(result.headers))
    if source.rules.links:
        try:
            return public_site(
                await call(jobs.read_list, *answer, source.rules.links), source
            ), None
        except RulesError as error:
            raise NotAFeed(FeedReason.NO_LINKS, str(error)) from error
    if source.kind == "list":
        return public_site(await read_listing(context, result), source), None
    if source.kind != "page":
        try:
            feed = await call(jobs.parse_feed, *answer)
            if not feed.entries and not feed.complete:
                raise NotAFeed(FeedReason.BROKEN_XML, "not one entry could be read")
            return public_site(feed, source), None
        except NotAFeed as refused:
            if refused.reason != FeedReason.HTML:
                raise
            if source.kind == "feed" or context.state.last_success is not None:
                kind = await call(jobs.kind_of, *answer)
                walls = (FeedReason.BOT_CHECK, FeedReason.LOGIN, FeedReason.CONSENT)
                raise NotAFeed(kind, str(refused)) if kind in walls else refused from refused
    entry = Entry(id=source.url, url=result.final_url, summary=result.digest)
    page = Page(html=result.body, url=result.final_url, headers=result.headers)
    return ParsedFeed(format="page", entries=(entry,)), page


def public_site(feed: ParsedFeed, source: Source) -> ParsedFeed:
    """Return `feed` without a site address on a private network."""
    return replace(feed, site_url="") if refusal(feed.site_url, source) else feed


async def read_listing(context: VisitContext, result: Fetched) -> ParsedFeed:
    """Read the list on the page. Raises NotAFeed, WorkerFailed."""
    run, state = context.run, context.state
    seen = (
        ()
        if state.listing
        else tuple(Seen(url=url, title=title) for url, title in run.store.listed(state.key))
    )
    answer = (result.body, result.final_url, dict(result.headers))
    feed: ParsedFeed = await run.worker.call(jobs.read_listing, *answer, state.listing, seen)
    first = state.last_success is None  # also if the operator pointed to the list
    return feed if state.listing and not first else await _with_older(context, feed)


async def _with_older(context: VisitContext, feed: ParsedFeed) -> ParsedFeed:
    source, visited = context.source, {urls.alias(feed.site_url)}
    entries: dict[str, Entry] = {entry.id: entry for entry in feed.entries}
    page, first = feed, len(entries)
    while len(entries) < source.backfill and page.next_url and len(visited) < MOST_PAGES:
        if urls.alias(page.next_url) in visited:
            break
        visited.add(urls.alias(page.next_url))
        answer = await context.ask(page.next_url, source)
        if not isinstance(answer, Fetched) or not urls.same_site(answer.final_url, source.url):
            break
        try:
            body = (answer.body, answer.final_url, dict(answer.headers))
            page = await context.run.worker.call(jobs.read_listing, *body, feed.listing, ())
        except (NotAFeed, WorkerFailed):
            break
        entries = {
            **entries,
            **{entry.id: entry for entry in page.entries if entry.id not in entries},
        }
        context.log.debug("next page of a list", url=answer.final_url, entries=len(entries))
    return feed if len(entries) == first else replace(feed, entries=tuple(entries.values()))
