"""Hosts whose pages link the feed of a source, which may speak for them then (FeedBurner, podcast hosts, feeds on a
subdomain). A front page speaks for its host, for as long as it is seen to do so; any other page for itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from syndicator.articles.beside.lists import ASKED_AGAIN
from syndicator.core import urls
from syndicator.core.errors import WorkerFailed
from syndicator.core.model import Failed, Fetched
from syndicator.pipeline import jobs
from syndicator.pipeline.context import EntryContext, Page
from syndicator.pipeline.requests import page_request


async def linked_by(context: EntryContext, page: Page) -> EntryContext:
    """The context with the right to speak for `page`, if the page links the source's feed. Its front page is asked,
    too, if the page links the feed or is below the domain of the feed."""
    bare = not context.announced.title and not context.announced.content
    if bare or not page.html or _owns_for_now(context, page.url):
        return context
    links = _mentions(page, context.source.url) and await _links_feed(context, page)
    if links or urls.same_publisher(page.url, context.source.url):
        await ask_front(context, page.url)
    return replace(context, pages=context.pages | {urls.alias(page.url)}) if links else context


async def ask_front(context: EntryContext, url: str) -> bool:
    """True if the source may speak for the site of `url`. Its front page is asked once a week, whatever the number of
    sources and entries; one that answers and links the feed no longer ends the right."""
    if _owns_for_now(context, url):
        return True
    run, site = context.run, urls.site(url)
    async with run.asking.setdefault(site, asyncio.Lock()):
        feeds = _remembered(run.store.note(_note(site)), run.clock())
        if feeds is None:
            feeds = await _ask(context, url)
    if urls.alias(context.source.url) in feeds:
        run.rights_file.link(context.source.key, site, run.clock().date())
    elif feeds or _answered(run.store.note(_note(site))):
        run.rights_file.unlink(context.source.key, site)
    return context.rights.owns(url)


def _owns_for_now(context: EntryContext, url: str) -> bool:
    """True if the source owns `url` and no front page has to be asked for that again."""
    run, site = context.run, urls.site(url)
    today = run.clock().date()
    if site in run.rights_file.linked(context.source.key, today):
        return run.rights_file.is_fresh(context.source.key, site, today)
    return context.rights.owns(url)


async def _ask(context: EntryContext, url: str) -> Collection[str]:
    run, front = context.run, front_page(url)
    result = await run.fetcher.fetch(page_request(front, context.terms(front), run.settings, run.environ))
    if isinstance(result, Failed) and (result.no_network or result.ours or result.unasked):
        return ()  # the host was not asked: nothing to remember
    feeds: Collection[str] | None = None
    if isinstance(result, Fetched) and urls.same_site(result.final_url, url):
        feeds = await _feeds_on(context, Page(html=result.body, url=result.final_url, headers=result.headers))
    now = run.clock()
    run.store.set_note(_note(urls.site(url)), json.dumps([now.isoformat(), feeds]), now)
    return feeds or ()


async def _links_feed(context: EntryContext, page: Page) -> bool:
    return urls.alias(context.source.url) in (await _feeds_on(context, page) or ())


async def _feeds_on(context: EntryContext, page: Page) -> list[str] | None:
    """The feeds that a page links, None if it could not be read."""
    try:
        found = await context.run.worker.call(jobs.linked_feeds, page.html, page.url, dict(page.headers))
    except WorkerFailed:
        return None
    return [urls.alias(feed) for feed in found]


def _mentions(page: Page, feed: str) -> bool:
    """False if the page cannot link `feed`, which is mostly so and need not be parsed for."""
    return urls.same_site(page.url, feed) or urlsplit(feed).netloc.encode() in page.html


def front_page(url: str) -> str:
    """The front page of the site of `url`: of its host, or of the user whose site it is."""
    parts, site = urlsplit(urls.canonical(url)), urls.site(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    return root if urls.site(root) == site else f"{parts.scheme}://{site}/"


def _remembered(note: str | None, now: datetime) -> Collection[str] | None:
    """The feeds that a front page was seen to link lately, None if it is to be asked."""
    try:
        at, feeds = json.loads(note or "")
        fresh = timedelta(0) <= now - datetime.fromisoformat(at) < ASKED_AGAIN
    except (ValueError, TypeError):
        return None
    return list(map(str, feeds or ())) if fresh else None


def _answered(note: str | None) -> bool:
    """True if the front page answered when it was asked last."""
    return note is not None and json.loads(note)[1] is not None


def _note(site: str) -> str:
    return f"front page {site}"
