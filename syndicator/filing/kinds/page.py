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
    """Return the page if it can be followed as an article: it says that it is one, or reads as one,
    or lists articles and may be one nevertheless (a doubtful finding). A site's front page is never
    an article."""
    is_front = urls.is_front_page(search.url) or urls.is_front_page(search.answer.final_url)
    if is_front or not is_left_to_pages(search, earlier):
        return []
    rank = Place.ARTICLE
    if not search.is_declared_article:
        why_no_article = await search.run.worker.call(worker_functions.kind_of, *search.body)
        is_list = any(finding.kind == "list" for finding in earlier)
        if why_no_article and not is_list:
            return []
        if why_no_article:
            rank = Place.DOUBTFUL_ARTICLE
    title = search.document.title
    return [Finding(kind="page", place=rank, url=search.url, answer=search.answer, title=title)]


async def fetch(context: VisitContext) -> FetchResult:
    """Fetch the page."""
    return await fetch_source(context, "page")


async def read_entries(context: VisitContext, answer: Fetched) -> Announced:
    """Return the page as a feed of one entry, and the page itself, so that it need not be fetched
    again."""
    entry = Entry(id=context.source.url, url=answer.final_url, summary=answer.digest)
    page = Page(html=answer.body, url=answer.final_url, headers=answer.headers)
    feed = ParsedFeed(format="page", entries=(entry,))
    return Announced(feed=feed, answer=answer, page=page)
