"""Grant a source rights for more sites: those that link its feed, and one it moved to.

Feeds are often on another site than their articles, such as FeedBurner's or a podcast host's. An
article's site then shows by a link that it agrees with the feed."""

import asyncio
import json
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

_SAMPLED = 3  # former pages that are requested before a move is believed: our choice
_LEAST_SHARE = (
    0.5  # of the new feed's entries that must be filed articles, before a move is believed
)
Listed = tuple[str, str]  # address and title of an article


async def grant_by_links(context: EntryContext, page: Page) -> EntryContext:
    """Return the context of an entry, with the right to write the article on `page` if this page,
    or the front page of a site of the same publisher, links the source's feed. An entry without
    title and text needs no right, as there is nothing to trust."""
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
    """Return True if the page links the source's feed. To save time, a page is parsed only if it is
    on the site of the feed or contains the feed's host."""
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
    """Return the addresses of the source's feed by alias key: the configured one, and that of the
    feed that was found there."""
    addresses = [context.source.url]
    state = context.state
    if state.discovery.found == "feed" and state.redirects.effective_url:
        addresses.append(state.redirects.effective_url)
    return {urls.alias(url): url for url in addresses if url}


async def ask_front_page(context: EntryContext, url: str) -> bool:
    """Return True if the source owns the site of `url`. If its right is not fresh, the site's front
    page decides, which must link the source's feed. It is requested once a week; if that fails, the
    source keeps the rights that it has."""
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
    """Return the alias keys of the feeds that the front page of the site of `url` links, requested
    or as stored within the last week. None if it could not be read."""
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
        if isinstance(result, Failed) and _was_not_asked(result):
            return None  # this says nothing of the site, so it is not stored
        feeds = None
        if isinstance(result, Fetched) and urls.same_site(result.final_url, url):
            page = Page(html=result.body, url=result.final_url, headers=result.headers)
            feeds = await _list_linked_feeds(context, page)
        now = run.clock()
        run.store.set_note(note, json.dumps([now.isoformat(), feeds]), now)
        return feeds


def _was_not_asked(failed: Failed) -> bool:
    """Return True if the request did not reach the site, or was not even sent."""
    return failed.no_network or failed.ours or failed.unasked


async def _list_linked_feeds(context: EntryContext, page: Page) -> list[str] | None:
    """Return the alias keys of the feeds that `page` links; None if the worker could not read
    it."""
    try:
        feeds = await context.run.worker.call(
            worker_functions.linked_feeds, page.html, page.url, dict(page.headers)
        )
    except WorkerFailed:
        return None
    return [urls.alias(feed) for feed in feeds]


def get_front_page(url: str) -> str:
    """Return the address of the front page of the site of `url`: that of its host or, on a host
    that many users share, that of the user."""
    parts = urlsplit(urls.canonical(url))
    site = urls.site(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    if urls.site(root) == site:
        return root
    return f"{parts.scheme}://{site}/"


async def may_adopt(context: EntryContext, article: Article) -> bool:
    """Return True if the source has a stronger claim to `article` than the source that filed it,
    counting a link to its feed on the saved page of the article."""
    if get_claim(article, context.run.owners) < Claim.OWNS:
        snapshot = context.run.snapshots.get(article.id)
        if snapshot is not None:
            html, headers = snapshot
            page = Page(html=html, url=article.url, headers=headers)
            context = await grant_by_links(context, page)
    return context.has_stronger_claim(article)


async def follow_move(context: VisitContext, result: Fetched, feed: ParsedFeed) -> VisitContext:
    """Return the context, with rights for the host to which the source's site moved if both hosts
    confirm the move.

    The new host confirms it if its feed lists the same articles, and if either the operator entered
    its address, or the old host redirects the feed there permanently and no other source owns it.
    The old host confirms it if it redirects the articles' pages there permanently."""
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
    if new_site in file.moved(key):  # the move was confirmed earlier
        return moved_context
    if is_followed_there and not _is_new_at_home(context, feed, new_site):
        return context
    if not is_followed_there and not _is_feed_moved(context, result):
        return context
    pairs = pair_articles(feed.entries, context.run.store.list_newest(key, own=True), new_site)
    if not pairs:
        return context
    old_page, _ = pairs[0]
    if not _may_leave(context, old_page):
        return context
    if not await _are_all_moved(context, pairs[:_SAMPLED]):
        return context
    old_site = urls.site(old_page)
    file.move(key, old_site, new_site, context.run.clock().date())
    context.log.info("the site moved", old=old_site, new=new_site)
    return moved_context


def _is_feed_moved(context: VisitContext, result: Fetched) -> bool:
    """Return True if the old host redirects the feed permanently to a host that no source owns."""
    if context.rights.owns(result.final_url) or context.run.owners.list_owners(result.final_url):
        return False
    target = result.moved_to or context.state.redirects.effective_url or ""
    return urls.same_site(target, result.final_url)


def _is_new_at_home(context: VisitContext, feed: ParsedFeed, home: str) -> bool:
    """Return True if there is a sign that the source's articles come from another host: the
    operator edited the source's address, or the site moved away from `home` earlier and is back.
    Without such a sign, the expensive comparison is omitted."""
    if context.state.visits.last_success is None:
        return False
    moves = context.run.rights_file.moved(context.source.key)
    if any(move.old == home for move in moves.values()):
        return True
    home_ids = [entry.id for entry in feed.entries if urls.site(entry.url) == home]
    if not home_ids:
        return False
    oldest_id = home_ids[-1]  # the least likely to be new
    rows = context.run.store.entries(context.source.key, [oldest_id])
    return all(urls.site(row.url) != home for row in rows.values())


def _may_leave(context: VisitContext, old_page: str) -> bool:
    """Return True if the source may move articles away from the site of `old_page`: no other source
    owns that site, or this source may write there, too."""
    other_owners = {*context.run.owners.list_owners(old_page)} - {context.source.key}
    return context.rights.owns(old_page) or not other_owners


def pair_articles(
    entries: Sequence[Entry], filed_articles: Iterable[Listed], new_site: str
) -> list[tuple[str, str]]:
    """Return (old, new) addresses of articles that are on `new_site` now. `entries`: those of the
    new feed; `filed_articles`: the source's filed articles.

    Articles are paired by the path of their address, else by title. All old addresses returned are
    of one site, the one with the most pairs. [] if fewer than half of the new entries have a pair.
    Pure."""
    new_entries = [entry for entry in entries if urls.site(entry.url) == new_site]
    urls_by_path: dict[str, str] = {}
    urls_by_title: dict[str, str] = {}
    for url, title in filed_articles:
        if urls.site(url) != new_site:
            urls_by_path[_get_path(url)] = url
            urls_by_title[_fold_title(title)] = url
    pairs_by_site: dict[str, list[tuple[str, str]]] = {}  # by the site of the old address
    for entry in new_entries:
        old_url = urls_by_path.get(_get_path(entry.url))
        title = _fold_title(entry.title)
        if old_url is None and title:
            old_url = urls_by_title.get(title)
        if old_url is not None:
            pairs_by_site.setdefault(urls.site(old_url), []).append((old_url, entry.url))
    most_pairs = max(pairs_by_site.values(), key=len, default=[])
    if len(most_pairs) < _LEAST_SHARE * len(new_entries):
        return []
    return most_pairs


def _get_path(url: str) -> str:
    """Return the path of `url`, which an article often keeps on another host."""
    return urlsplit(url).path.rstrip("/")


def _fold_title(title: str) -> str:
    """Return the words of a title as one text, by which titles are compared."""
    return " ".join(words(title))


async def _are_all_moved(context: VisitContext, pairs: Sequence[tuple[str, str]]) -> bool:
    """Return True if each old page of the `pairs` redirects permanently to its new page."""
    for old, new in pairs:
        answer = await context.fetch_page(old)
        if not isinstance(answer, Fetched) or answer.moved_to is None:
            return False
        if not urls.same_site(answer.final_url, new):
            return False
        if urls.alias(answer.moved_to) != urls.alias(new):
            return False
    return True
