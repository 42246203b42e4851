"""Further pages of an article, read as one; the AMP or print version of a stub, if it has more text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus

from syndicator.articles.snapshots import READ_AT
from syndicator.core import urls
from syndicator.core.errors import NotAnArticle, WorkerFailed
from syndicator.core.model import Article, Failed, Fetched
from syndicator.pipeline import jobs
from syndicator.pipeline.context import EntryContext, Page
from syndicator.pipeline.ownership import filed_by_neighbour
from syndicator.pipeline.requests import page_request, refusal, without_credentials
from syndicator.pipeline.results import PageReading
from syndicator.reading.paging import Missing, Part, numbered, together

_MORE = 2  # how many times as long the other version must be; a choice
_PAGES_OWN = ("title", "author", "published", "updated", "cover")  # said by the page itself where it says them

Reader = Callable[[Page], Awaitable[PageReading]]


async def fullest(context: EntryContext, page: Page, read: Reader) -> tuple[Page, PageReading]:
    """The bytes that were read for `page`, and their reading by `read`: those of its AMP or print version where it is a
    stub of that. Raises what `read` raises for the page itself."""
    first: PageReading | None = None
    refusal: NotAnArticle | None = None
    try:
        first = await read(page)
        address = first.alternate
    except NotAnArticle as error:
        refusal, address = error, error.alternate
    other = await _other(context, page, address) if address else None
    second = await _read_other(other, read) if other else None
    if other and second and (first is None or _is_fuller(second.article, first.article)):
        context.log.debug("another version of the page was read", address=address)
        return other, _joined(first, second) if first else second
    if first is None:
        raise refusal or AssertionError("a page is read or refused")
    return page, first


async def _other(context: EntryContext, page: Page, address: str) -> Page | None:
    """The bytes at `address` under the address of `page`, whose article they are; None where they cannot be had."""
    run, source = context.run, context.terms(page.url)
    request = page_request(address, source, run.settings, run.environ)
    result = without_credentials(request, source, run.environ) or await run.fetcher.fetch(request)
    if not isinstance(result, Fetched) or not urls.same_publisher(result.final_url, page.url):
        return None
    return Page(html=result.body, url=page.url, headers={**result.headers, READ_AT: address})


async def _read_other(other: Page, read: Reader) -> PageReading | None:
    try:
        return await read(other)
    except (NotAnArticle, WorkerFailed):
        return None


def _is_fuller(other: Article, article: Article) -> bool:
    return other.id == article.id and len(other.body) > _MORE * len(article.body)


def _joined(first: PageReading, second: PageReading) -> PageReading:
    said = {name: value for name in _PAGES_OWN if (value := getattr(first.article, name))}
    trace = {**second.trace, **{name: first.trace[name] for name in said if name in first.trace}}
    return replace(
        second, article=replace(second.article, **said), trace=trace, matches=first.matches, ruled=first.ruled
    )


MOST_PAGES = 10  # of one article: our choice; longer ones are books or slide shows
_NO_SUCH = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)  # a link that leads nowhere is no page that is missing


async def all_pages(context: EntryContext, page: Page, first: PageReading, read: Reader) -> tuple[Page, PageReading]:
    """The bytes of `page` and its further pages, and their reading; `page` and `first` if there are none. If a page
    fails, the article ends before it and is partial."""
    if not first.next_page or not page.html:
        return page, first
    parts, missing = await _fetched(context, page, first.next_page, first.article.id)
    if len(parts) == 1 and missing is None:
        return page, first
    html, header = together(parts, missing)
    whole = Page(html=html, url=page.url, headers={**page.headers, **header})
    context.log.debug("an article on several pages", pages=len(parts), missing=missing.url if missing else "")
    try:
        return whole, await read(whole)
    except (NotAnArticle, WorkerFailed):
        return page, first


async def _fetched(
    context: EntryContext, page: Page, address: str | None, article: str
) -> tuple[list[Part], Missing | None]:
    run, source = context.run, context.terms(page.url)
    parts = [Part(page.html, page.url)]
    while address and len(parts) < MOST_PAGES and not _is_an_article(context, address, article):
        request = page_request(address, source, run.settings, run.environ)
        result = without_credentials(request, source, run.environ) or await run.fetcher.fetch(request)
        if isinstance(result, Failed):
            return parts, None if result.status in _NO_SUCH else Missing(address, result.reason)
        shape = numbered(result.final_url, page.url)
        if not isinstance(result, Fetched) or shape is None or shape.number != len(parts) + 1:
            break  # it leads elsewhere, such as back to the first
        parts.append(Part(result.body, result.final_url))
        try:
            address = await run.worker.call(
                jobs.address_of_next, result.body, result.final_url, dict(result.headers), page.url, len(parts)
            )
        except WorkerFailed:
            break
    return parts, None


def _is_an_article(context: EntryContext, address: str, article: str) -> bool:
    """True for an address that is known or announced as an article of its own, and not by a neighbour alone, or is
    none that we would ask."""
    if refusal(address, context.source):
        return True
    alias, store = urls.alias(address), context.run.store
    id = store.find([alias])
    known = store.article(id) if id not in (None, article) else None
    return alias in context.in_feed or (known is not None and not filed_by_neighbour(known, context.run.owners))
