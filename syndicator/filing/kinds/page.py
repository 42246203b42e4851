"""Follow a single article: one page, which is read again when it changes.

No run decides that a page is a single article; a person has to say so."""

from collections.abc import Sequence

from syndicator.core import urls
from syndicator.core.model import Entry, Fetched, FetchResult, ParsedFeed
from syndicator.filing import worker_functions
from syndicator.filing.context import Page, VisitContext
from syndicator.filing.kinds.kind import Announced, Finding, Place, Search, fetch_source
from syndicator.filing.kinds.listing import is_left_to_pages


async def discover(search: Search, earlier: Sequence[Finding]) -> list[Finding]:
    """Return the page of `search` as a finding (a way to follow it) if it may be a single article:
    it says so, or it can be read as one, or it is a list of articles, which may be an article, too.
    Otherwise return []. `earlier`: the feeds and lists that were found."""
    if urls.is_front_page(search.url) or urls.is_front_page(search.answer.final_url):
        return []
    if not is_left_to_pages(search, earlier):
        return []
    rank = Place.ARTICLE
    if not search.is_declared_article:
        # the reason why it cannot be read as an article, "" if it can
        refusal = await search.run.worker.call(worker_functions.find_page_kind, *search.body)
        is_list = any(finding.kind == "list" for finding in earlier)
        if refusal and not is_list:
            return []
        if refusal:
            rank = Place.DOUBTFUL_ARTICLE
    title = search.document.title
    return [Finding(kind="page", place=rank, url=search.url, answer=search.answer, title=title)]


async def fetch(context: VisitContext) -> FetchResult:
    """Fetch the page."""
    return await fetch_source(context, "page")


async def read_entries(context: VisitContext, answer: Fetched) -> Announced:
    """Return the page in `answer` as a feed with one entry. The page itself is returned, too, so
    that it need not be fetched again for the entry."""
    entry = Entry(id=context.source.url, url=answer.final_url, summary=answer.digest)
    page = Page(html=answer.body, url=answer.final_url, headers=answer.headers)
    feed = ParsedFeed(format="page", entries=(entry,))
    return Announced(feed=feed, answer=answer, page=page)
