"""Whether a site's own pages link the feed of a source, which may speak for it then (FeedBurner and its kind)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from syndicator import urls
from syndicator.articles.beside.rights import BELIEVED
from syndicator.errors import WorkerFailed
from syndicator.model import Failed, Fetched
from syndicator.pipeline import jobs
from syndicator.pipeline.context import EntryContext, Page
from syndicator.pipeline.requests import page_request


async def ask_page(context: EntryContext, page: Page) -> None:
    """Looks whether `page` links the source's feed, where the source does not own it and has something to say."""
    bare = not context.announced.title and not context.announced.content
    if page.html and not bare and not context.rights.owns(page.url):
        _believe(context, page.url, await _feeds_on(context, page))


async def ask_front(context: EntryContext, url: str) -> bool:
    """True when the source may speak for the site of `url`, which its front page is asked for: once a week, whatever
    the number of sources and entries."""
    if context.rights.owns(url):
        return True
    site, store = urls.site(url), context.run.store
    async with context.run.asking.setdefault(site, asyncio.Lock()):
        feeds = _remembered(store.note(_note(site)), context.run.clock())
        if feeds is None:
            feeds = await _ask(context, url)
    _believe(context, url, feeds)
    return context.rights.owns(url)


async def _ask(context: EntryContext, url: str) -> Collection[str]:
    run, front = context.run, front_page(url)
    result = await run.fetcher.fetch(page_request(front, context.terms(front), run.settings, run.environ))
    if isinstance(result, Failed) and (result.no_network or result.ours or result.unasked):
        return ()  # the host was not asked: nothing to remember
    feeds: Collection[str] = ()
    if isinstance(result, Fetched) and urls.same_site(result.final_url, url):
        feeds = await _feeds_on(context, Page(html=result.body, url=result.final_url, headers=result.headers))
    now = run.clock()
    run.store.set_note(_note(urls.site(url)), json.dumps([now.isoformat(), list(feeds)]), now)
    return feeds


async def _feeds_on(context: EntryContext, page: Page) -> Collection[str]:
    try:
        found = await context.run.worker.call(jobs.linked_feeds, page.html, page.url, dict(page.headers))
    except WorkerFailed:
        return ()
    return [urls.alias(feed) for feed in found]


def _believe(context: EntryContext, url: str, feeds: Collection[str]) -> None:
    if urls.alias(context.source.url) in feeds:
        context.run.rights_file.link(context.source.key, urls.site(url), context.run.clock().date())


def front_page(url: str) -> str:
    """The front page of the site of `url`: of its host, or of the user whose site it is."""
    parts, site = urlsplit(urls.canonical(url)), urls.site(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    return root if urls.site(root) == site else f"{parts.scheme}://{site}/"


def _remembered(note: str | None, now: datetime) -> Collection[str] | None:
    try:
        at, feeds = json.loads(note or "")
        fresh = timedelta(0) <= now - datetime.fromisoformat(at) < BELIEVED
    except (ValueError, TypeError):
        return None
    return list(map(str, feeds)) if fresh else None


def _note(site: str) -> str:
    return f"front {site}"
