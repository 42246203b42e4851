"""Rights from outside: hosts that link a source's feed (FeedBurner, podcast hosts), sites that moved, articles that go
to their own site's source, and pages that only other sites' sources announce."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from syndicator.articles.beside.lists import ASKED_AGAIN
from syndicator.core import urls
from syndicator.core.errors import WorkerFailed
from syndicator.core.model import Article, Entry, Failed, Fetched, ParsedFeed
from syndicator.core.text import words
from syndicator.pipeline import jobs
from syndicator.pipeline.context import EntryContext, Page, VisitContext
from syndicator.pipeline.ownership import OWNS, claim_of


async def linked_by(context: EntryContext, page: Page) -> EntryContext:
    """The context with the right to write `page` if the page, or its front page (where related), links the feed."""
    bare = not context.announced.title and not context.announced.content
    if bare or not page.html or context.owns_for_now(page.url):
        return context
    links = (
        urls.same_site(page.url, context.source.url) or urlsplit(context.source.url).netloc.encode() in page.html
    ) and urls.alias(context.source.url) in (await _feeds_on(context, page) or ())
    if links or urls.same_publisher(page.url, context.source.url):
        await ask_front(context, page.url)
    return replace(context, pages=context.pages | {urls.alias(page.url)}) if links else context


async def ask_front(context: EntryContext, url: str) -> bool:
    """True if the source may speak for the site of `url`. Its front page is asked once a week, however many entries
    there are; one that answers and links the feed no longer ends the right. Each source asks for itself: another one
    may have asked on a bad day, or on another port."""
    if context.owns_for_now(url):
        return True
    run, site = context.run, urls.site(url)
    note = f"front page {site} {context.source.key}"
    async with run.asking.setdefault(site, asyncio.Lock()):
        feeds = _remembered(run.store.note(note), run.clock())
        if feeds is None:
            feeds = await _ask(context, url, note)
    if urls.alias(context.source.url) in feeds:
        run.rights_file.link(context.source.key, site, run.clock().date())
    elif feeds or json.loads(run.store.note(note) or "[0, null]")[1] is not None:  # it answered
        run.rights_file.unlink(context.source.key, site)
    return context.rights.owns(url)


async def _ask(context: EntryContext, url: str, note: str) -> Collection[str]:
    run, result = context.run, await context.ask(front_page(url))
    if isinstance(result, Failed) and (result.no_network or result.ours or result.unasked):
        return ()  # the host was not asked: nothing to remember
    feeds: Collection[str] | None = None
    if isinstance(result, Fetched) and urls.same_site(result.final_url, url):
        feeds = await _feeds_on(context, Page(html=result.body, url=result.final_url, headers=result.headers))
    now = run.clock()
    run.store.set_note(note, json.dumps([now.isoformat(), feeds]), now)
    return feeds or ()


async def _feeds_on(context: EntryContext, page: Page) -> list[str] | None:
    try:
        found = await context.run.worker.call(jobs.linked_feeds, page.html, page.url, dict(page.headers))
    except WorkerFailed:
        return None
    return [urls.alias(feed) for feed in found]


def front_page(url: str) -> str:
    """The front page of the site of `url`: of its host, or of the user whose site it is."""
    parts, site = urlsplit(urls.canonical(url)), urls.site(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    return root if urls.site(root) == site else f"{parts.scheme}://{site}/"


def _remembered(note: str | None, now: datetime) -> Collection[str] | None:
    try:
        at, feeds = json.loads(note or "")
        fresh = timedelta(0) <= now - datetime.fromisoformat(at) < ASKED_AGAIN
    except (ValueError, TypeError):
        return None
    return list(map(str, feeds or ())) if fresh else None


async def may_adopt(context: EntryContext, article: Article) -> bool:
    """True if the context's source adopts the known `article` that an entry announces; if no source of its site filed
    it, its page that was kept is looked at for a link to the source's feed."""
    kept = context.run.snapshots.get(article.id) if claim_of(article, context.run.owners) < OWNS else None
    if kept is not None:
        context = await linked_by(context, Page(html=kept[0], url=article.url, headers=kept[1]))
    return context.adopts(article)


_SAMPLED = 3  # old pages that are asked where they are now; a choice: each is a request
_SHARE = 0.5  # of the new feed's entries that have to be articles we know; a site goes on publishing while it moves

Listed = tuple[str, str]  # address and title of an article


async def follow_move(context: VisitContext, result: Fetched, feed: ParsedFeed) -> VisitContext:
    """The context with rights for the host that the site moved to: the old host must redirect feed and sampled pages
    permanently, the new feed must have the same articles, and nobody else followed may own the host. Holds while the
    feed comes from there."""
    new = urls.site(result.final_url)
    context = replace(context, answered=new)
    if new in (urls.site(context.source.url), ""):
        return context
    file, key = context.run.rights_file, context.source.key
    if new in file.moved(key):
        return replace(context, state=replace(context.state, site_moved=True))
    before = result.moved_to or context.state.effective_url or ""  # where the old host redirects, or did, for good
    if context.rights.owns(result.final_url) or not urls.same_site(before, result.final_url):
        return context
    if context.run.owners.of(result.final_url):
        return context
    pairs = same_articles(feed.entries, context.run.store.listed(key), new)
    if pairs and await _all_moved(context, pairs[:_SAMPLED]):
        old = urls.site(pairs[0][0])
        file.move(key, old, new, context.run.clock().date())
        context.log.info("the site moved", old=old, new=new)
        return replace(context, state=replace(context.state, site_moved=True))
    return context


def same_articles(entries: Sequence[Entry], listed: Iterable[Listed], new: str) -> list[tuple[str, str]]:
    """The old and the new address of the articles that a source filed (`listed`) and that its feed announces on the
    site `new`, by path or title; empty if they are fewer than half of those. Pure."""
    there = [entry for entry in entries if urls.site(entry.url) == new]
    paths: dict[str, str] = {}
    titles: dict[str, str] = {}
    for url, title in listed:
        if urls.site(url) != new:
            paths[urlsplit(url).path.rstrip("/")] = titles[" ".join(words(title))] = url
    pairs = []
    for entry in there:
        title = " ".join(words(entry.title))
        old = paths.get(urlsplit(entry.url).path.rstrip("/")) or (titles.get(title) if title else None)
        if old is not None:
            pairs.append((old, entry.url))
    return pairs if len(pairs) >= _SHARE * len(there) else []


async def _all_moved(context: VisitContext, pairs: Sequence[tuple[str, str]]) -> bool:
    """True if each old address redirects permanently to the new one. Whatever fails is asked at the next visit."""
    for old, new in pairs:
        answer = await context.ask(old)
        if not isinstance(answer, Fetched) or answer.moved_to is None:
            return False
        if not urls.same_site(answer.final_url, new) or urls.alias(answer.moved_to) != urls.alias(new):
            return False
    return True
