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

_MOST_SAMPLED = 3  # former pages that are requested before a move is believed: our choice
# share of the new feed's entries that must be filed articles before a move is believed
_LEAST_SHARE = 0.5
Listed = tuple[str, str]  # address and title of an article


async def grant_by_links(context: EntryContext, page: Page) -> EntryContext:
    """Return the context of an entry, with the right of its source to write the article on `page`
    if that page links the source's feed. A link on the front page of its site gives the source a
    right, too, which is stored."""
    # without a title and a text, the entry has nothing that must be trusted
    needs_right = bool(context.announced.title or context.announced.content)
    if not needs_right or not page.html or context.owns_for_now(page.url):
        return context
    is_linked = await _links_own_feed(context, page)
    if is_linked or urls.same_publisher(page.url, context.source.url):
        await confirm_ownership(context, page.url)
    if not is_linked:
        return context
    return replace(context, linking_pages=context.linking_pages | {urls.alias(page.url)})


async def _links_own_feed(context: EntryContext, page: Page) -> bool:
    """Return True if `page` links the source's feed."""
    own_feeds = _list_own_feeds(context)
    # To parse a page takes time. A link to another site contains the host of the feed.
    may_link = any(
        urls.same_site(page.url, url) or urlsplit(url).netloc.encode() in page.html
        for url in own_feeds.values()
    )
    if not may_link:
        return False
    linked_aliases = await _list_linked_feeds(context, page)
    if linked_aliases is None:
        return False
    return not own_feeds.keys().isdisjoint(linked_aliases)


def _list_own_feeds(context: EntryContext) -> dict[str, str]:
    """Return the addresses of the source's feed: the one in sources.toml and, if that is a page,
    the one of the feed that was found there. The keys are their alias keys, forms in which
    different spellings of an address are equal."""
    addresses = [context.source.url]
    state = context.state
    if state.discovery.found == "feed" and state.redirects.effective_url:
        addresses.append(state.redirects.effective_url)
    return {urls.alias(url): url for url in addresses if url}


async def confirm_ownership(context: EntryContext, url: str) -> bool:
    """Return True if the source owns the site of `url`. If the stored rights are not enough, the
    front page of the site is read: the source gets the right if the page links its feed, and loses
    the right if not. The front page is requested at most once a week. If the request fails, nothing
    changes."""
    if context.owns_for_now(url):
        return True
    rights_file = context.run.rights_file
    source = context.source
    site = urls.site(url)
    linked_aliases = await _list_front_page_feeds(context, url)
    if linked_aliases is None:
        return context.rights.owns(url)
    links_own_feed = not _list_own_feeds(context).keys().isdisjoint(linked_aliases)
    if links_own_feed:
        rights_file.link(source.key, site, context.run.clock().date())
    else:
        rights_file.unlink(source.key, site)
    return context.rights.owns(url)


async def _list_front_page_feeds(context: EntryContext, url: str) -> list[str] | None:
    """Return the alias keys of the feeds that the front page of the site of `url` links; None if
    the page could not be read. The answer is stored for a week, and the page is not requested
    again in this time."""
    run = context.run
    site = urls.site(url)
    note = f"front page {site} {context.source.key}"  # the key of the answer in the database
    feeds: list[str] | None
    async with run.front_page_locks.setdefault(site, asyncio.Lock()):
        with suppress(ValueError, TypeError):  # there is no stored answer, or it is damaged
            asked_at, feeds = json.loads(run.store.note(note) or "")
            if timedelta(0) <= run.clock() - datetime.fromisoformat(asked_at) < ASKED_AGAIN:
                return feeds
        result = await context.fetch_page(get_front_page(url))
        if isinstance(result, Failed) and _was_not_reached(result):
            return None  # this says nothing of the site, so it is not stored
        feeds = None
        if isinstance(result, Fetched) and urls.same_site(result.final_url, url):
            page = Page(html=result.body, url=result.final_url, headers=result.headers)
            feeds = await _list_linked_feeds(context, page)
        now = run.clock()
        run.store.set_note(note, json.dumps([now.isoformat(), feeds]), now)
        return feeds


def _was_not_reached(failed: Failed) -> bool:
    """Return True if no request reached the site, so that the failure says nothing about the
    site."""
    return failed.no_network or failed.ours or failed.unasked


async def _list_linked_feeds(context: EntryContext, page: Page) -> list[str] | None:
    """Return the alias keys of the feeds that `page` links; None if the worker process could not
    read the page. An alias key is a form in which different spellings of an address are equal."""
    try:
        feeds = await context.run.worker.call(
            worker_functions.find_linked_feeds, page.html, page.url, dict(page.headers)
        )
    except WorkerFailed:
        return None
    return [urls.alias(feed) for feed in feeds]


def get_front_page(url: str) -> str:
    """Return the address of the front page of the site of `url`. This is the front page of the
    host, or that of one user if many users have their sites on one host."""
    parts = urlsplit(urls.canonical(url))
    site = urls.site(url)  # the host, followed by the path of the user if many users share it
    host_front_page = f"{parts.scheme}://{parts.netloc}/"
    if urls.site(host_front_page) == site:
        return host_front_page
    return f"{parts.scheme}://{site}/"


async def may_adopt(context: EntryContext, article: Article) -> bool:
    """Return True if the source of the entry has a stronger claim to `article` than the source that
    filed it. A link to its feed on the page of the article counts as a claim, too."""
    # no claim is stronger than that of a source that owns the site
    if get_claim(article, context.run.owners) < Claim.OWNS:
        snapshot = context.run.snapshots.get(article.id)  # the saved page
        if snapshot is not None:
            html, headers = snapshot
            page = Page(html=html, url=article.url, headers=headers)
            context = await grant_by_links(context, page)
    return context.has_stronger_claim(article)


async def follow_move(context: VisitContext, result: Fetched, feed: ParsedFeed) -> VisitContext:
    """Check if the site of the source moved to another host. If both hosts confirm this, give the
    source rights for the new host. Return the context of the visit, with the new site.

    `result`: the answer of the source in this visit, from the host that may be new. `feed`: the
    feed in this answer. The new host confirms the move if the feed lists articles of the old host.
    The old host confirms it if the pages of these articles redirect to the new one permanently."""
    new_site = urls.site(result.final_url)
    context = replace(context, feed_site=new_site)
    if new_site == "":
        return context
    rights_file = context.run.rights_file
    key = context.source.key
    is_own_address = new_site == urls.site(context.source.url)  # the one in sources.toml
    state = context.state
    if not is_own_address:
        state = replace(state, redirects=replace(state.redirects, site_moved=True))
    moved_context = replace(context, state=state)
    if new_site in rights_file.moved(key):  # the move was confirmed earlier
        return moved_context

    # the operator entered the address of the new host, or the old host redirects the feed to it
    if is_own_address and not _is_new_at_home(context, feed, new_site):
        return context
    if not is_own_address and not _is_feed_moved(context, result):
        return context

    # both hosts have the same articles, and the old one redirects their pages
    pairs = pair_articles(feed.entries, context.run.store.list_newest(key, own=True), new_site)
    if not pairs:
        return context
    old_page, _ = pairs[0]
    if not _may_leave(context, old_page):
        return context
    if not await _are_all_moved(context, pairs[:_MOST_SAMPLED]):
        return context
    old_site = urls.site(old_page)
    rights_file.move(key, old_site, new_site, context.run.clock().date())
    context.log.info("the site moved", old=old_site, new=new_site)
    return moved_context


def _is_feed_moved(context: VisitContext, result: Fetched) -> bool:
    """Return True if the feed is redirected permanently to the host from which its answer `result`
    came, and if no source owns that host."""
    if context.rights.owns(result.final_url) or context.run.owners.list_owners(result.final_url):
        return False
    target = result.moved_to or context.state.redirects.effective_url or ""
    return urls.same_site(target, result.final_url)


def _is_new_at_home(context: VisitContext, feed: ParsedFeed, home: str) -> bool:
    """Return True if there is a sign that the articles of the source came from another site until
    now, so that they must be compared with the `feed`. `home`: the site of the source's address in
    sources.toml, from which the feed came."""
    if context.state.visits.last_success is None:
        return False
    moves = context.run.rights_file.moved(context.source.key)
    # it moved away earlier, and is back
    if any(move.old == home for move in moves.values()):
        return True
    # if the operator changed the address, known entries are stored with another site
    home_ids = [entry.id for entry in feed.entries if urls.site(entry.url) == home]
    if not home_ids:
        return False
    oldest_id = home_ids[-1]  # the least likely to be new
    rows = context.run.store.entries(context.source.key, [oldest_id])
    return all(urls.site(row.url) != home for row in rows.values())


def _may_leave(context: VisitContext, old_page: str) -> bool:
    """Return True if the source may move articles away from the site of `old_page`: it may write
    there itself, or no other source owns that site."""
    other_owners = {*context.run.owners.list_owners(old_page)} - {context.source.key}
    return context.rights.owns(old_page) or not other_owners


def pair_articles(
    entries: Sequence[Entry], filed_articles: Iterable[Listed], new_site: str
) -> list[tuple[str, str]]:
    """Find the filed articles that are on `new_site` now, and return pairs (old address, new
    address). A filed article and an entry are a pair if their addresses have the same path, or else
    if they have the same title. All old addresses are of one site, the one with the most pairs.
    Return [] if fewer than half of the entries on the new site have a pair.

    `entries`: the entries of the new feed. `filed_articles`: the address and the title of each
    article that the source filed. Pure."""
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
    """Return the path of `url`. An article often keeps it when its site moves to another host."""
    return urlsplit(url).path.rstrip("/")


def _fold_title(title: str) -> str:
    """Return the words of a title with single spaces between them. Titles with the same words are
    equal in this form."""
    return " ".join(words(title))


async def _are_all_moved(context: VisitContext, pairs: Sequence[tuple[str, str]]) -> bool:
    """Request each old page, and return True if all of them redirect permanently to their new
    pages. `pairs`: the old and the new address of each page."""
    for old, new in pairs:
        answer = await context.fetch_page(old)
        if not isinstance(answer, Fetched) or answer.moved_to is None:
            return False
        if not urls.same_site(answer.final_url, new):
            return False
        if urls.alias(answer.moved_to) != urls.alias(new):
            return False
    return True
