"""A site that moved to another host for good: both sides have to say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from syndicator.core import urls
from syndicator.core.model import Entry, Fetched, ParsedFeed
from syndicator.core.text import words
from syndicator.pipeline.context import VisitContext
from syndicator.pipeline.requests import page_request

_SAMPLED = 3  # old pages that are asked where they are now; a choice: each is a request
_SHARE = 0.5  # of the new feed's entries that have to be articles we know; a site goes on publishing while it moves

Listed = tuple[str, str]  # address and title of an article


async def follow_move(context: VisitContext, result: Fetched, feed: ParsedFeed) -> VisitContext:
    """The context of the visit, in which the feed was answered as `result`, with the right to write for the host that
    the site moved to. The old host has to redirect the feed and sampled pages of articles permanently, the new feed has
    to announce the same articles, and nobody else who is followed may own the new host. The right holds while the
    feed comes from there."""
    new = urls.site(result.final_url)
    context = replace(context, answered=new)
    if new in (urls.site(context.source.url), ""):
        return context
    file, key = context.run.rights_file, context.source.key
    if new in file.moved(key):
        return replace(context, state=replace(context.state, site_moved=True))
    if context.rights.owns(result.final_url) or not _redirected(context, result):
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


def _redirected(context: VisitContext, result: Fetched) -> bool:
    """True if the old host redirects the feed permanently, or did when its new address was adopted."""
    return urls.same_site(result.moved_to or context.state.effective_url or "", result.final_url)


async def _all_moved(context: VisitContext, pairs: Sequence[tuple[str, str]]) -> bool:
    """True if each old address redirects permanently to the new one. Whatever fails is asked at the next visit."""
    run = context.run
    for old, new in pairs:
        answer = await run.fetcher.fetch(page_request(old, context.terms(old), run.settings, run.environ))
        if not isinstance(answer, Fetched) or answer.moved_to is None:
            return False
        if not urls.same_site(answer.final_url, new) or urls.alias(answer.moved_to) != urls.alias(new):
            return False
    return True
