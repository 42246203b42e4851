"""Rights that pages grant: sites that link a source's feed (FeedBurner, podcast hosts), and sites that moved."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
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

_SAMPLED = 3  # old pages to request: a choice
_SHARE = 0.5  # least share of the new feed's entries that are filed articles
Listed = tuple[str, str]  # address and title of an article


async def linked_by(context: EntryContext, page: Page) -> EntryContext:
    """Return the context, with the right to write `page` if it or a related front page links the feed."""
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
    """True if the front page of the site of `url` links the source's feed (asked weekly). A failure keeps the right."""
    if context.owns_for_now(url):
        return True
    file, source, site = context.run.rights_file, context.source, urls.site(url)
    feeds = await _front_feeds(context, url)
    if feeds is not None and urls.alias(source.url) in feeds:
        file.link(source.key, site, context.run.clock().date())
    elif feeds is not None:
        file.unlink(source.key, site)
    return context.rights.owns(url)


async def _front_feeds(context: EntryContext, url: str) -> list[str] | None:
    run, site = context.run, urls.site(url)
    note = f"front page {site} {context.source.key}"
    feeds: list[str] | None
    async with run.asking.setdefault(site, asyncio.Lock()):
        with suppress(ValueError, TypeError):
            at, feeds = json.loads(run.store.note(note) or "")
            if timedelta(0) <= run.clock() - datetime.fromisoformat(at) < ASKED_AGAIN:
                return feeds
        result = await context.ask(front_page(url))
        if isinstance(result, Failed) and (result.no_network or result.ours or result.unasked):
            return None  # the host was not asked
        feeds = None
        if isinstance(result, Fetched) and urls.same_site(result.final_url, url):
            feeds = await _feeds_on(context, Page(html=result.body, url=result.final_url, headers=result.headers))
        now = run.clock()
        run.store.set_note(note, json.dumps([now.isoformat(), feeds]), now)
        return feeds


async def _feeds_on(context: EntryContext, page: Page) -> list[str] | None:
    try:
        feeds = await context.run.worker.call(jobs.linked_feeds, page.html, page.url, dict(page.headers))
    except WorkerFailed:
        return None
    return [urls.alias(feed) for feed in feeds]


def front_page(url: str) -> str:
    """Return the front page of the site of `url`: of its host, or of the user on a shared host."""
    parts, site = urlsplit(urls.canonical(url)), urls.site(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    return root if urls.site(root) == site else f"{parts.scheme}://{site}/"


async def may_adopt(context: EntryContext, article: Article) -> bool:
    """True if the source should own `article`, counting feed links on its saved page."""
    snapshot = context.run.snapshots.get(article.id) if claim_of(article, context.run.owners) < OWNS else None
    if snapshot is not None:
        context = await linked_by(context, Page(html=snapshot[0], url=article.url, headers=snapshot[1]))
    return context.adopts(article)


async def follow_move(context: VisitContext, result: Fetched, feed: ParsedFeed) -> VisitContext:
    """Return the context with rights for the host that the site moved to, if the old host redirects feed and pages for
    good, the feed has the same articles, and no other source owns the host."""
    new = urls.site(result.final_url)
    context = replace(context, answered=new)
    if new in (urls.site(context.source.url), ""):
        return context
    file, key = context.run.rights_file, context.source.key
    if new in file.moved(key):
        return replace(context, state=replace(context.state, site_moved=True))
    before = result.moved_to or context.state.effective_url or ""  # permanent redirect of the old host
    owned = context.rights.owns(result.final_url) or context.run.owners.of(result.final_url)
    if owned or not urls.same_site(before, result.final_url):
        return context
    pairs = same_articles(feed.entries, context.run.store.listed(key), new)
    if pairs and await _all_moved(context, pairs[:_SAMPLED]):
        old = urls.site(pairs[0][0])
        file.move(key, old, new, context.run.clock().date())
        context.log.info("the site moved", old=old, new=new)
        return replace(context, state=replace(context.state, site_moved=True))
    return context


def same_articles(entries: Sequence[Entry], listed: Iterable[Listed], new: str) -> list[tuple[str, str]]:
    """Pair (old, new) addresses of articles on the site `new`, by path or title; [] if too few match. Pure."""
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
    for old, new in pairs:
        answer = await context.ask(old)
        if not isinstance(answer, Fetched) or answer.moved_to is None:
            return False
        if not urls.same_site(answer.final_url, new) or urls.alias(answer.moved_to) != urls.alias(new):
            return False
    return True
