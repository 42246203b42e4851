"""Fetch the further pages of a long article; read the AMP or print version of a stub.

A stub is a page with little text of its article."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from syndicator.articles.snapshots import READ_AT
from syndicator.core import urls
from syndicator.core.errors import NotAnArticle, WorkerFailed
from syndicator.core.model import Failed, Fetched
from syndicator.filing import worker_functions
from syndicator.filing.context import EntryContext, Page, explain_refusal
from syndicator.filing.ownership import filed_by_neighbour
from syndicator.filing.page_reading import PageReading
from syndicator.reading.paging import Missing, Part, join_pages, read_page_number

_LEAST_RATIO = (
    2  # the other version is used if its text is more than so many times as long: our choice
)
# fields that are taken from the page itself, not from its other version, if the page has them
_FROM_PAGE = ("title", "author", "published", "updated", "cover")

Reader = Callable[[Page], Awaitable[PageReading]]
MOST_PAGES = 10  # of one article; more are books or slide shows; our choice
_NO_SUCH_PAGE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)  # the link is dead: the article has no more


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVersion:
    """A page and its reading. If the page is no article, `reading` is the exception that says
    why."""

    page: Page
    reading: PageReading | NotAnArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class WholePage:
    """All pages of an article, joined to one page, and the reading of this page."""

    page: Page
    reading: PageReading


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """The pages of an article that were fetched, from the first one on. `missing`: the page at
    which the fetching failed, None if all were fetched."""

    parts: list[Part]
    missing: Missing | None = None


async def read_alternate(
    context: EntryContext, page: Page, first: PageReading | NotAnArticle, read: Reader
) -> PageVersion:
    """Fetch and read the AMP or print version of `page`. Return this version if it has more than
    twice the text of the same article, or if `page` itself is no article. Otherwise return `page`
    and `first`.

    `first`: the result of reading `page`; it names the address of the other version. `read`: the
    function that reads a page."""
    unchanged = PageVersion(page=page, reading=first)
    address = first.alternate or ""
    result = await context.fetch_page(address, context.limit_source(page.url))
    if not isinstance(result, Fetched) or not urls.same_publisher(result.final_url, page.url):
        return unchanged
    # it is read as the content of the page's own address; the header keeps where it came from
    other = Page(html=result.body, url=page.url, headers={**result.headers, READ_AT: address})
    try:
        second = await read(other)
    except (NotAnArticle, WorkerFailed):
        return unchanged
    if isinstance(first, PageReading):
        new = second.article
        old = first.article
        if new.id != old.id or len(new.body) <= _LEAST_RATIO * len(old.body):
            return unchanged
        second = _merge_readings(first, second)
    context.log.debug("another version of the page was read", address=address)
    return PageVersion(page=other, reading=second)


def _merge_readings(first: PageReading, second: PageReading) -> PageReading:
    """Return the reading of the other version of a page, with the title, author, times and cover
    of the page itself, which are more reliable. A field that the page lacks is not changed.
    `first`: the reading of the page. `second`: the reading of its other version."""
    from_page: dict[str, Any] = {}
    trace = dict(second.trace)  # the origins of the fields
    for name in _FROM_PAGE:
        value = getattr(first.article, name)
        if not value:
            continue
        from_page[name] = value
        if name in first.trace:
            trace[name] = first.trace[name]
    return replace(
        second,
        article=replace(second.article, **from_page),
        trace=trace,
        matches=first.matches,
        ruled=first.ruled,
    )


async def read_all_pages(
    context: EntryContext, page: Page, first: PageReading, read: Reader
) -> WholePage:
    """Fetch the further pages of an article, join all its pages to one page and read this. If a
    page cannot be fetched, the article is marked as partial. If there are no further pages, or if
    the joined page cannot be read, return `page` and `first`.

    `page`: the first page. `first`: the reading of the first page, which names the next one.
    `read`: the function that reads a page."""
    fetched = await _fetch_parts(context, page, first.next_page, first.article.id)
    missing = fetched.missing
    if len(fetched.parts) == 1 and missing is None:
        return WholePage(page=page, reading=first)
    html, header = join_pages(fetched.parts, missing)
    whole_page = Page(html=html, url=page.url, headers={**page.headers, **header})
    context.log.debug(
        "an article on several pages",
        pages=len(fetched.parts),
        missing=missing.url if missing else "",
    )
    try:
        return WholePage(page=whole_page, reading=await read(whole_page))
    except (NotAnArticle, WorkerFailed):
        return WholePage(page=page, reading=first)


async def _fetch_parts(
    context: EntryContext, page: Page, address: str | None, article_id: str
) -> _Parts:
    """Return `page`, the first page of an article, and the pages that follow it, which are fetched.
    There are at most ten in all (MOST_PAGES). If a page could not be fetched, the result names it
    and has no later ones.

    `address`: the address of the second page, None if there is none. `article_id`: the id of the
    article."""
    source = context.limit_source(page.url)
    parts = [Part(page.html, page.url)]
    while address and len(parts) < MOST_PAGES:
        if _is_no_further_page(context, address, article_id):
            break
        result = await context.fetch_page(address, source)
        if isinstance(result, Failed):
            missing = None  # a page that does not exist is no gap: the article ends before it
            if result.status not in _NO_SUCH_PAGE:
                missing = Missing(address, result.reason)
            return _Parts(parts=parts, missing=missing)
        # the page number in the address must be the next one
        shape = read_page_number(result.final_url, page.url)
        is_next_page = shape is not None and shape.number == len(parts) + 1
        if not isinstance(result, Fetched) or not is_next_page:
            break  # it redirects elsewhere, such as to the first page
        parts.append(Part(result.body, result.final_url))
        try:
            address = await context.run.worker.call(
                worker_functions.find_next_address,
                result.body,
                result.final_url,
                dict(result.headers),
                page.url,
                len(parts),
            )
        except WorkerFailed:
            break
    return _Parts(parts=parts)


def _is_no_further_page(context: EntryContext, address: str, article_id: str) -> bool:
    """Return True if the page at `address` must not be read as a further page of the article with
    the id `article_id`. This is so if the address is in a private network, if the feed announces it
    as an entry, or if another article has it."""
    if explain_refusal(address, context.source):
        return True
    alias = urls.alias(address)
    if alias in context.announced_aliases:
        return True
    store = context.run.store
    other_id = store.find([alias])
    if other_id is None or other_id == article_id:
        return False
    other = store.article(other_id)
    # a source of another site may have taken the further page for an article
    return other is not None and not filed_by_neighbour(other, context.run.owners)
