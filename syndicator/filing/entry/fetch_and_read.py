"""Fetch and read the page of an entry, or let the feed's text replace it."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from syndicator.core import urls
from syndicator.core.errors import ConfigError, NotAnArticle, WorkerFailed
from syndicator.core.model import Entry, Failed, Fetched, NotModified, Source
from syndicator.core.reasons import EntryReason, FetchReason, PageReason
from syndicator.filing.context import EntryContext, Page, may_use_private_networks
from syndicator.filing.entry import endings, pages
from syndicator.filing.entry.endings import Decision
from syndicator.filing.granted_rights import confirm_ownership
from syndicator.filing.page_reading import PageReading

LEAST_CONTENT = 80  # characters; a shorter text in a feed replaces no page


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """A page that was read at the time `now`, with its `reading`. `source`: the source, with only
    those settings that it may use for this page. `entry`: the part of the feed's entry that is
    trusted for this page."""

    context: EntryContext
    page: Page
    source: Source
    entry: Entry
    now: datetime
    reading: PageReading


async def fetch_page(context: EntryContext) -> Page | Failed:
    """Fetch the page of an entry. Return a Failed with the reason if this is not possible.

    If the source's rules say that the feed's text is read in place of pages (`rules.content`),
    nothing is requested, and the returned page has no HTML."""
    entry = context.announced
    address = entry.url or context.source.url
    source = context.limit_source(address)
    if source.rules.content == "feed":
        return Page(html=b"", url=address, headers={})
    if not urls.host(entry.url):
        detail = "the entry has no usable address of its own"
        return Failed(url=entry.url or entry.id, reason=EntryReason.NO_LINK, detail=detail)
    result = await context.fetch_page(entry.url, source)
    if isinstance(result, NotModified):
        detail = "the page answered 304 to a request without conditions"
        return Failed(url=entry.url, reason=FetchReason.NOT_MODIFIED, detail=detail)
    if isinstance(result, Fetched):
        return Page(html=result.body, url=result.final_url, headers=result.headers)
    return result


async def replace_missing_page(context: EntryContext, failed: Failed) -> Page | Decision:
    """Decide on an entry whose page could not be fetched. `failed`: the failure. The entry is left
    as it is, tried again later, or refused. Before it is refused, the feed's text is considered: if
    this can be read instead, return a page without HTML, which means that."""
    context.log.debug("no page", reason=failed.reason, detail=failed.detail)
    entry = context.announced
    is_network_down = failed.no_network and context.may_lack_network
    if failed.ours or is_network_down:  # the site is not at fault
        return endings.leave(context, failed, unreached=not failed.ours)
    if failed.unasked:  # no request was sent, for example as the host asked for a pause
        row = endings.postpone_row(context.row, failed, context.run.clock())
        return endings.wait(row, failed.reason, failed.detail)
    if endings.may_try_again(context.row, failed.reason):
        return endings.retry_or_refuse(context, failed.reason, failed.detail, failed.retry_after)
    is_private = failed.reason == FetchReason.BLOCKED_ADDRESS
    if is_private and not may_use_private_networks(context.source):
        return await _use_feed_text(context, "", failed.reason, failed.detail)
    text = entry.content or entry.summary
    return await _use_feed_text(context, text, failed.reason, failed.detail)


async def replace_refused_page(
    context: EntryContext, page: Page, refused: NotAnArticle
) -> Page | Decision:
    """Decide on an entry whose `page` was fetched, but is no article. `refused`: the reason.

    If the page is an article without the selectors in the source's rules, these are wrong, and the
    entry waits until the operator has mended them. Otherwise the feed's text is considered: if this
    can be read instead, return a page without HTML, which means that. Else the entry is refused."""
    trusted = context.limit_to_rights(page.url)
    source = trusted.source
    rules = replace(source.rules, select=(), remove=())
    if rules != source.rules:
        without_selectors = replace(source, rules=rules)
        with suppress(NotAnArticle, WorkerFailed):
            await context.read_page(page, without_selectors, trusted.entry, context.run.clock())
            detail = (
                f"source {source.key!r}: rules.select and rules.remove leave no article of a page"
                " that is one"
            )
            return endings.ask_operator(context, EntryReason.BAD_RULES, detail)
    return await _use_feed_text(context, context.announced.content, refused.kind, refused.detail)


async def _use_feed_text(
    context: EntryContext, text: str, reason: str, detail: str
) -> Page | Decision:
    """Return a page without HTML, which means that the feed's `text` is read in place of the page.
    For this, the text must be long enough, and the source must own the site of the entry's address.
    Otherwise decide to refuse the entry with `reason` and `detail`."""
    url = context.announced.url
    key = context.source.key
    if len(text) < LEAST_CONTENT or not urls.host(url):
        return endings.refuse(context, reason, detail)
    if await confirm_ownership(context, url):
        return Page(html=b"", url=url, headers={})
    site = urls.site(url)
    explanation = (
        f"the feed's own text does not stand in, as {key} does not own {site}:"
        f' speaks_for = ["{site}"] in sources.toml lets it'
    )
    if detail:
        explanation = f"{detail}; {explanation}"
    return endings.refuse(context, reason, explanation)


async def read_page(context: EntryContext, page: Page) -> ReadPage | NotAnArticle | Decision:
    """Read the page of an entry. If its AMP or print version, or further pages, have more of the
    text, these are fetched and read, too. A page without HTML means that the feed's text is read.

    Return a ReadPage if the page is an article, a NotAnArticle if not. If it cannot be read now,
    return the decision on the entry: to wait for the operator, to try again, or to refuse."""
    if _leads_to_front_page(context, page):
        return NotAnArticle(PageReason.FRONT_PAGE, page.url)
    trusted = context.limit_to_rights(page.url)
    source = trusted.source
    if not page.html:
        source = replace(source, rules=replace(source.rules, content="feed"))
    now = context.run.clock()
    read = partial(context.read_page, source=source, entry=trusted.entry, now=now, keep=True)
    try:
        reading = await _read_or_refuse(page, read)
        if reading.alternate:  # the address of an AMP or print version
            version = await pages.read_alternate(context, page, reading, read)
            page = version.page
            reading = version.reading
        if isinstance(reading, NotAnArticle):
            return reading
        if reading.next_page and page.html:
            whole_page = await pages.read_all_pages(context, page, reading, read)
            page = whole_page.page
            reading = whole_page.reading
    except ConfigError as error:  # a selector or the taxonomy is faulty
        return endings.ask_operator(context, error.reason, f"source {source.key!r}: {error}")
    except WorkerFailed as failure:  # the machine may be busy or short of memory
        return endings.retry_or_refuse(context, failure.reason, failure.detail)
    context.log.debug("page read", bytes=len(page.html), characters=len(reading.article.body))
    return ReadPage(
        context=context, page=page, source=source, entry=trusted.entry, now=now, reading=reading
    )


async def _read_or_refuse(page: Page, read: pages.Reader) -> PageReading | NotAnArticle:
    """Read `page` with the function `read`. Return the reading, or the exception that `read` raised
    because the page is no article."""
    try:
        return await read(page)
    except NotAnArticle as refused:
        return refused


def _leads_to_front_page(context: EntryContext, page: Page) -> bool:
    """Return True if the entry is new and its address led to the front page of a site. Sites
    redirect to it from articles that they deleted."""
    if context.row.article_id or not page.html:
        return False
    return urls.is_front_page(page.url)
