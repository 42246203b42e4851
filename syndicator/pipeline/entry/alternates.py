"""The AMP or print version of a page that is a stub: asked for once, and taken where it has more of the text.

Some systems send the text of a page with a script, and leave it out of nothing but what they make for phones or paper.
Which version that is says the page itself (`rel=amphtml`, a print link), and it must be of the same site. A page that
keeps its text for those who pay is no stub: its publisher wants it so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from syndicator.articles.snapshots import READ_AT
from syndicator.core import urls
from syndicator.core.errors import NotAnArticle, WorkerFailed
from syndicator.core.model import Article, Fetched
from syndicator.pipeline.context import EntryContext, Page
from syndicator.pipeline.requests import page_request, without_credentials
from syndicator.pipeline.results import PageReading

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
    """True when `other` is the same article, by its own word, and has more text."""
    return other.id == article.id and len(other.body) > _MORE * len(article.body)


def _joined(first: PageReading, second: PageReading) -> PageReading:
    """`second` with what the page itself, read as `first`, says of the article."""
    said = {name: value for name in _PAGES_OWN if (value := getattr(first.article, name))}
    trace = {**second.trace, **{name: first.trace[name] for name in said if name in first.trace}}
    return replace(
        second, article=replace(second.article, **said), trace=trace, matches=first.matches, ruled=first.ruled
    )
