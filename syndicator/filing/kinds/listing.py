"""Follow a page that lists articles: learn its list at the first visit, find it later."""

from collections.abc import Sequence
from dataclasses import replace

from syndicator.core import urls
from syndicator.core.errors import NotAFeed, WorkerFailed
from syndicator.core.model import Entry, Fetched, FetchResult, ParsedFeed
from syndicator.core.requests import Seen
from syndicator.filing import worker_functions
from syndicator.filing.context import VisitContext
from syndicator.filing.kinds import feed as feeds
from syndicator.filing.kinds.kind import (
    Announced,
    Finding,
    Place,
    Search,
    fetch_source,
    remove_private_site,
)

MOST_PAGES = 5  # pages of a list that are read, including the first: our choice


async def discover(search: Search, earlier: Sequence[Finding]) -> list[Finding]:
    """Return the page of `search` as a finding (a way to follow it) if it is a list of articles and
    no feed has them. Otherwise return []. `earlier`: the findings before this one, such as
    feeds."""
    if not is_left_to_pages(search, earlier):
        return []
    try:
        feed: ParsedFeed = await search.run.worker.call(worker_functions.read_listing, *search.body)
    except (NotAFeed, WorkerFailed):
        return []
    is_mainly_list = feed.listing is not None and feed.listing.whole
    if search.is_declared_article and not is_mainly_list:  # the list is beside the article
        return []
    finding = Finding(
        kind="list",
        place=Place.MAINLY_LIST if is_mainly_list else Place.LIST,
        url=search.url,
        answer=search.answer,
        title=search.document.title,
        feed=feed,
    )
    return [finding]


def is_left_to_pages(search: Search, earlier: Sequence[Finding]) -> bool:
    """Return True if the page of `search` may itself be followed, as a list or an article, because
    no feed is a better choice. `earlier`: the findings before this one, such as feeds."""
    if search.document.kind != "page":
        return False
    has_feed = any(finding.place == Place.FEED for finding in earlier)
    if not has_feed:
        return True
    if not search.is_declared_article:
        return False
    # the feeds may belong to the whole site, and not to this article
    page = search.answer.final_url
    return not any(feeds.is_about(finding, page) for finding in earlier)


async def fetch(context: VisitContext) -> FetchResult:
    """Fetch the page."""
    return await fetch_source(context, "page")


async def read_entries(context: VisitContext, answer: Fetched) -> Announced:
    """Return the articles that the page lists; at the first visit also those of its next pages.
    Raises NotAFeed, WorkerFailed."""
    feed = await _read_list(context, answer)
    return Announced(feed=remove_private_site(feed, context.source), answer=answer)


async def _read_list(context: VisitContext, answer: Fetched) -> ParsedFeed:
    """Return the articles that the page in `answer` lists, as a feed. The place of the list on the
    page is known if an earlier visit learnt it. Otherwise it is learnt now, with the help of the
    articles that are filed already."""
    run = context.run
    state = context.state
    learnt = state.discovery.listing
    filed: tuple[Seen, ...] = ()
    if not learnt:
        filed = tuple(Seen(url=url, title=title) for url, title in run.store.list_newest(state.key))
    body = (answer.body, answer.final_url, dict(answer.headers))
    feed: ParsedFeed = await run.worker.call(worker_functions.read_listing, *body, learnt, filed)
    # at a first visit, a list can be known only because the operator pointed to it
    is_first_visit = state.visits.last_success is None
    if learnt and not is_first_visit:
        return feed
    return await _add_older_pages(context, feed)


async def _add_older_pages(context: VisitContext, feed: ParsedFeed) -> ParsedFeed:
    """Return `feed`, the entries of the first page of a list, with the entries of its next pages,
    until there are as many as the source's setting `backfill` says. At most five pages are read in
    all."""
    source = context.source
    visited = {urls.alias(feed.site_url)}  # alias keys of the addresses of read pages
    entries: dict[str, Entry] = {entry.id: entry for entry in feed.entries}
    count_on_first_page = len(entries)
    page = feed
    while page.next_url and len(entries) < source.backfill:
        next_alias = urls.alias(page.next_url)
        if next_alias in visited or len(visited) >= MOST_PAGES:
            break
        visited.add(next_alias)
        answer = await context.fetch_page(page.next_url, source)
        if not isinstance(answer, Fetched) or not urls.same_site(answer.final_url, source.url):
            break
        try:
            body = (answer.body, answer.final_url, dict(answer.headers))
            page = await context.run.worker.call(
                worker_functions.read_listing, *body, feed.listing, ()
            )
        except (NotAFeed, WorkerFailed):
            break
        for entry in page.entries:
            entries.setdefault(entry.id, entry)
        context.log.debug("next page of a list", url=answer.final_url, entries=len(entries))
    if len(entries) == count_on_first_page:
        return feed
    return replace(feed, entries=tuple(entries.values()))
