"""Fetch the further pages of a long article; read the AMP or print version of a stub."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus

from syndicator.articles.snapshots import READ_AT
from syndicator.core import urls
from syndicator.core.errors import NotAnArticle, WorkerFailed
from syndicator.core.model import Failed, Fetched
from syndicator.filing import worker_functions
from syndicator.filing.context import EntryContext, Page, refusal
from syndicator.filing.ownership import filed_by_neighbour
from syndicator.filing.page_reading import PageReading
from syndicator.reading.paging import Missing, Part, numbered, together

_LONGER = 2  # times that the other version must be longer: a choice
# of the page itself, if it has them
_PAGES_OWN = ("title", "author", "published", "updated", "cover")

Reader = Callable[[Page], Awaitable[PageReading]]
MOST_PAGES = 10  # of one article: a choice; more are books or slide shows
_NO_SUCH = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)  # a dead link is no missing page


async def fuller(
    context: EntryContext, page: Page, first: PageReading | NotAnArticle, read: Reader
) -> tuple[Page, PageReading | NotAnArticle]:
    """Read the AMP or print version of `page`; without more text, return `page` and `first`."""
    address = first.alternate or ""
    result = await context.ask(address, context.terms(page.url))
    if not isinstance(result, Fetched) or not urls.same_publisher(result.final_url, page.url):
        return page, first
    other = Page(html=result.body, url=page.url, headers={**result.headers, READ_AT: address})
    try:
        second = await read(other)
    except (NotAnArticle, WorkerFailed):
        return page, first
    if isinstance(first, PageReading):
        new = second.article
        old = first.article
        if new.id != old.id or len(new.body) <= _LONGER * len(old.body):
            return page, first
        second = _joined(first, second)
    context.log.debug("another version of the page was read", address=address)
    return other, second


def _joined(first: PageReading, second: PageReading) -> PageReading:
    own = {name: value for name in _PAGES_OWN if (value := getattr(first.article, name))}
    trace = {**second.trace, **{name: first.trace[name] for name in own if name in first.trace}}
    return replace(
        second,
        article=replace(second.article, **own),
        trace=trace,
        matches=first.matches,
        ruled=first.ruled,
    )


async def all_pages(
    context: EntryContext, page: Page, first: PageReading, read: Reader
) -> tuple[Page, PageReading]:
    """Fetch and read the further pages that `first` names. If one fails, the article is partial."""
    parts, missing = await _fetched(context, page, first.next_page, first.article.id)
    if len(parts) == 1 and missing is None:
        return page, first
    html, header = together(parts, missing)
    whole = Page(html=html, url=page.url, headers={**page.headers, **header})
    context.log.debug(
        "an article on several pages", pages=len(parts), missing=missing.url if missing else ""
    )
    try:
        return whole, await read(whole)
    except (NotAnArticle, WorkerFailed):
        return page, first


async def _fetched(
    context: EntryContext, page: Page, address: str | None, article: str
) -> tuple[list[Part], Missing | None]:
    source = context.terms(page.url)
    parts = [Part(page.html, page.url)]
    while address and len(parts) < MOST_PAGES and not _is_an_article(context, address, article):
        result = await context.ask(address, source)
        if isinstance(result, Failed):
            return parts, None if result.status in _NO_SUCH else Missing(address, result.reason)
        shape = numbered(result.final_url, page.url)
        if not isinstance(result, Fetched) or shape is None or shape.number != len(parts) + 1:
            break  # another place, such as the first page
        parts.append(Part(result.body, result.final_url))
        try:
            address = await context.run.worker.call(
                worker_functions.address_of_next,
                result.body,
                result.final_url,
                dict(result.headers),
                page.url,
                len(parts),
            )
        except WorkerFailed:
            break
    return parts, None


def _is_an_article(context: EntryContext, address: str, article: str) -> bool:
    """True if `address` must not be read as a further page of `article`: private, announced, or
    another article."""
    if refusal(address, context.source):
        return True
    alias = urls.alias(address)
    store = context.run.store
    article_id = store.find([alias])
    other = store.article(article_id) if article_id not in (None, article) else None
    return alias in context.in_feed or (
        other is not None and not filed_by_neighbour(other, context.run.owners)
    )
