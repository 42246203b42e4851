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
from syndicator.pipeline.context import EntryContext, Page, refusal
from syndicator.pipeline.ownership import filed_by_neighbour
from syndicator.pipeline.results import PageReading
from syndicator.reading.paging import Missing, Part, numbered, together

_MORE = 2  # how many times as long the other version must be; a choice
_PAGES_OWN = ("title", "author", "published", "updated", "cover")  # said by the page itself where it says them

Reader = Callable[[Page], Awaitable[PageReading]]


async def fuller(
    context: EntryContext, page: Page, first: PageReading | NotAnArticle, read: Reader
) -> tuple[Page, PageReading | NotAnArticle]:
    """The AMP or print version that `page`, a stub, names, and its reading; `page` and `first` if that has no more."""
    address = first.alternate or ""
    result = await context.ask(address, context.terms(page.url))
    if not isinstance(result, Fetched) or not urls.same_publisher(result.final_url, page.url):
        return page, first
    other = Page(html=result.body, url=page.url, headers={**result.headers, READ_AT: address})
    second = await _read_other(other, read)
    if second is None or (isinstance(first, PageReading) and not _is_fuller(second.article, first.article)):
        return page, first
    context.log.debug("another version of the page was read", address=address)
    return other, _joined(first, second) if isinstance(first, PageReading) else second


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
    """The bytes of `page` and the further pages that `first` names, and their reading; `page` and `first` if there are
    none. If a page fails, the article ends before it and is partial."""
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
    source = context.terms(page.url)
    parts = [Part(page.html, page.url)]
    while address and len(parts) < MOST_PAGES and not _is_an_article(context, address, article):
        result = await context.ask(address, source)
        if isinstance(result, Failed):
            return parts, None if result.status in _NO_SUCH else Missing(address, result.reason)
        shape = numbered(result.final_url, page.url)
        if not isinstance(result, Fetched) or shape is None or shape.number != len(parts) + 1:
            break  # it leads elsewhere, such as back to the first
        parts.append(Part(result.body, result.final_url))
        try:
            address = await context.run.worker.call(
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
