"""Grant a source rights for more sites: those that link its feed, and one it moved to.

Sites that link a feed are such as FeedBurner's and podcast hosts'."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from syndicator.articles.beside.rights_toml import ASKED_AGAIN
from syndicator.core import urls
from syndicator.core.errors import WorkerFailed
from syndicator.core.model import Article, Entry, Failed, Fetched, ParsedFeed
from syndicator.core.text import words
from syndicator.filing import worker_functions
from syndicator.filing.context import EntryContext, Page, VisitContext
from syndicator.filing.ownership import Claim, get_claim

_SAMPLED = 3  # old pages to request: a choice
_SHARE = 0.5  # least share of the new feed's entries that are filed articles
Listed = tuple[str, str]  # address and title of an article


async def grant_by_links(context: EntryContext, page: Page) -> EntryContext:
    """Return the context, with the right to write `page` if it or a related front page links the
    feed."""
    says_nothing = not context.announced.title and not context.announced.content
    if says_nothing or not page.html or context.owns_for_now(page.url):
        return context
    is_linked = await _links_own_feed(context, page)
    if is_linked or urls.same_publisher(page.url, context.source.url):
        await ask_front_page(context, page.url)
    if not is_linked:
        return context
    return replace(context, linking_pages=context.linking_pages | {urls.alias(page.url)})


async def _links_own_feed(context: EntryContext, page: Page) -> bool:
    """Return True if the page links the source's feed. Pages that cannot are not parsed."""
    own_feeds = _list_own_feeds(context)
    may_link = any(
        urls.same_site(page.url, url) or urlsplit(url).netloc.encode() in page.html
        for url in own_feeds.values()
    )
    if not may_link:
        return False
    linked = await _list_linked_feeds(context, page)
    return linked is not None and not own_feeds.keys().isdisjoint(linked)


def _list_own_feeds(context: EntryContext) -> dict[str, str]:
    """Return the addresses of the source's feed, its own and that of the feed that was found there,
    by alias key."""
    addresses = [context.source.url]
    state = context.state
    if state.discovery.found == "feed" and state.redirects.effective_url:
        addresses.append(state.redirects.effective_url)
    return {urls.alias(url): url for url in addresses if url}


async def ask_front_page(context: EntryContext, url: str) -> bool:
    """Return True if the source owns the site of `url`, as its front page links the source's feed.
    The page is requested weekly; if that fails, the source keeps its right."""
    if context.owns_for_now(url):
        return True
    file = context.run.rights_file
    source = context.source
    site = urls.site(url)
    feeds = await _list_front_page_feeds(context, url)
    if feeds is None:
        return context.rights.owns(url)
    if _list_own_feeds(context).keys().isdisjoint(feeds):
        file.unlink(source.key, site)
    else:
        file.link(source.key, site, context.run.clock().date())
    return context.rights.owns(url)


async def _list_front_page_feeds(context: EntryContext, url: str) -> list[str] | None:
    """Return alias keys of the feeds that the front page of the site of `url` links, as stored for
    a week; None if it could not be read."""
    run = context.run
    site = urls.site(url)
    note = f"front page {site} {context.source.key}"
    feeds: list[str] | None
    async with run.asking.setdefault(site, asyncio.Lock()):
        with suppress(ValueError, TypeError):
            asked_at, feeds = json.loads(run.store.note(note) or "")
            if timedelta(0) <= run.clock() - datetime.fromisoformat(asked_at) < ASKED_AGAIN:
                return feeds
        result = await context.fetch_page(get_front_page(url))
        if isinstance(result, Failed) and (result.no_network or result.ours or result.unasked):
            return None  # the host was not asked
        feeds = None
        if isinstance(result, Fetched) and urls.same_site(result.final_url, url):
            page = Page(html=result.body, url=result.final_url, headers=result.headers)
            feeds = await _list_linked_feeds(context, page)
        now = run.clock()
        run.store.set_note(note, json.dumps([now.isoformat(), feeds]), now)
        return feeds


async def _list_linked_feeds(context: EntryContext, page: Page) -> list[str] | None:
    """Return alias keys of the feeds that `page` links; None if it could not be read."""
    try:
        feeds = await context.run.worker.call(
            worker_functions.linked_feeds, page.html, page.url, dict(page.headers)
        )
    except WorkerFailed:
        return None
    return [urls.alias(feed) for feed in feeds]


def get_front_page(url: str) -> str:
    """Return the front page of the site of `url`: of its host, or of the user on a shared host."""
    parts = urlsplit(urls.canonical(url))
    site = urls.site(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    if urls.site(root) == site:
        return root
    return f"{parts.scheme}://{site}/"


async def may_adopt(context: EntryContext, article: Article) -> bool:
    """Return True if the source should own `article`, counting feed links on its saved page."""
    if get_claim(article, context.run.owners) < Claim.OWNS:
        snapshot = context.run.snapshots.get(article.id)
        if snapshot is not None:
            html, headers = snapshot
            page = Page(html=html, url=article.url, headers=headers)
            context = await grant_by_links(context, page)
    return context.has_stronger_claim(article)


async def follow_move(context: VisitContext, result: Fetched, feed: ParsedFeed) -> VisitContext:
    """Return the context with rights for the host that the site moved to, if both hosts confirm it.
    The new host: it answers with the feed of the same articles, and the operator follows it there,
    or the old host redirects the feed for good and no other source owns the new one. The old host:
    it redirects the articles' pages for good."""
    new_site = urls.site(result.final_url)
    context = replace(context, feed_site=new_site)
    if new_site == "":
        return context
    file = context.run.rights_file
    key = context.source.key
    is_followed_there = new_site == urls.site(context.source.url)
    state = context.state
    if not is_followed_there:
        state = replace(state, redirects=replace(state.redirects, site_moved=True))
    moved_context = replace(context, state=state)
    if new_site in file.moved(key):
        return moved_context
    if is_followed_there and not _is_new_at_home(context, feed, new_site):
        return context
    if not is_followed_there and not _is_feed_moved(context, result):
        return context
    pairs = pair_articles(feed.entries, context.run.store.list_newest(key, own=True), new_site)
    if not pairs:
        return context
    old_page = pairs[0][0]
    if not _may_leave(context, old_page) or not await _are_all_moved(context, pairs[:_SAMPLED]):
        return context
    old_site = urls.site(old_page)
    file.move(key, old_site, new_site, context.run.clock().date())
    context.log.info("the site moved", old=old_site, new=new_site)
    return moved_context


def _is_feed_moved(context: VisitContext, result: Fetched) -> bool:
    """Return True if the old host redirects the feed for good to a host that no source owns."""
    if context.rights.owns(result.final_url) or context.run.owners.list_owners(result.final_url):
        return False
    target = result.moved_to or context.state.redirects.effective_url or ""
    return urls.same_site(target, result.final_url)


def _is_new_at_home(context: VisitContext, feed: ParsedFeed, home: str) -> bool:
    """Return True if the feed's articles may come from another host: the operator edited the
    source's address, or the site moved away before and is back. Without such a sign nothing is
    compared."""
    if context.state.visits.last_success is None:
        return False
    moves = context.run.rights_file.moved(context.source.key)
    if any(move.old == home for move in moves.values()):
        return True
    entry_ids = [entry.id for entry in feed.entries if urls.site(entry.url) == home]
    if not entry_ids:
        return False
    rows = context.run.store.entries(context.source.key, entry_ids[-1:])  # the oldest is seldom new
    return all(urls.site(row.url) != home for row in rows.values())


def _may_leave(context: VisitContext, old_page: str) -> bool:
    """Return True unless the site of the page is another source's alone."""
    other_owners = {*context.run.owners.list_owners(old_page)} - {context.source.key}
    return context.rights.owns(old_page) or not other_owners


def pair_articles(
    entries: Sequence[Entry], filed_articles: Iterable[Listed], new_site: str
) -> list[tuple[str, str]]:
    """Return (old, new) addresses of articles that are on `new_site` now, paired by path or title.
    `filed_articles`: the source's filed articles. All old addresses are of one site, the one with
    the most pairs; [] if fewer than half of the new entries have a pair. Pure."""
    new_entries = [entry for entry in entries if urls.site(entry.url) == new_site]
    urls_by_path: dict[str, str] = {}
    urls_by_title: dict[str, str] = {}
    for url, title in filed_articles:
        if urls.site(url) != new_site:
            urls_by_path[_get_path(url)] = url
            urls_by_title[_fold_title(title)] = url
    pairs: list[tuple[str, str]] = []
    for entry in new_entries:
        old_url = urls_by_path.get(_get_path(entry.url))
        title = _fold_title(entry.title)
        if old_url is None and title:
            old_url = urls_by_title.get(title)
        if old_url is not None:
            pairs.append((old_url, entry.url))
    counts = Counter(urls.site(old_url) for old_url, _ in pairs)
    old_site = max(counts, key=lambda site: counts[site], default="")
    pairs_of_site = [pair for pair in pairs if urls.site(pair[0]) == old_site]
    if len(pairs_of_site) < _SHARE * len(new_entries):
        return []
    return pairs_of_site


def _get_path(url: str) -> str:
    """Return the path of `url`, by which an article is found on another host."""
    return urlsplit(url).path.rstrip("/")


def _fold_title(title: str) -> str:
    """Return the words of a title, for comparison."""
    return " ".join(words(title))


async def _are_all_moved(context: VisitContext, pairs: Sequence[tuple[str, str]]) -> bool:
    """Return True if each old page redirects for good to the new one."""
    for old, new in pairs:
        answer = await context.fetch_page(old)
        if not isinstance(answer, Fetched) or answer.moved_to is None:
            return False
        if not urls.same_site(answer.final_url, new):
            return False
        if urls.alias(answer.moved_to) != urls.alias(new):
            return False
    return True
