"""From an address to a source: what is found there, a preview of its entries, and its lines in sources.toml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from syndicator import urls
from syndicator.errors import MissingError, NetworkDown, NotAFeed, UsageError
from syndicator.model import Entry, Failed, Fetched, FetchResult, ParsedFeed, Request, Source
from syndicator.ports import Fetcher
from syndicator.reasons import FeedReason, FetchReason
from syndicator.services.container import App, make_fetcher
from syndicator.sources import opml, registry
from syndicator.urls import secrets
from syndicator.visiting.feeds.discovery import Discovery, FeedLink, discover
from syndicator.visiting.feeds.parser import parse_feed

PREVIEW = 5  # entries shown
SHUT_PAGE = 'robots.txt disallows this address: it will not be read; robots = "ignore" in sources.toml overrides that'
_XML = re.compile(r"\s*(text|application)/((atom|rss|rdf)\+)?xml\b", re.I)
_LIKELY = ("guess", "link")  # of a feed's address: not certain enough to follow instead of an article


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A source as it would be added. `known`: it is in sources.toml already."""

    source: Source
    what: str  # "feed (rss20, 20 entries)", "single article"
    entries: tuple[Entry, ...] = ()
    known: bool = False
    warning: str = ""  # what the operator should know before adding it


async def preview(app: App, addresses: Sequence[str]) -> list[Preview]:
    """What each address is: a feed, a site that names its feed, an article, an OPML document. Nothing is written.
    Raises UsageError, MissingError, NetworkDown that name the address and the cure."""
    found: list[Preview] = []
    fetcher = make_fetcher(app)
    try:
        for address in addresses:
            found += await _look(app, fetcher, address, {one.source.key for one in found})
    finally:
        await fetcher.aclose()
    return found


def add(app: App, previews: Sequence[Preview]) -> list[Source]:
    """Writes the new ones to sources.toml, and returns them."""
    new = [one.source for one in previews if not one.known]
    for source in new:
        registry.add_source(app.config / "sources.toml", source)
    return new


async def _look(app: App, fetcher: Fetcher, address: str, taken: set[str]) -> list[Preview]:
    url = address if "://" in address else f"https://{address}"
    if not urls.host(url):
        raise UsageError(f"{address!r} is no web address; write it like https://example.org/feed")
    result = _arrived(url, await fetcher.fetch(_request(app, url)))
    found = discover(result.body, result.final_url, result.headers)
    if found.kind == "opml":
        try:
            outlines = opml.read_opml(result.body)
        except NotAFeed as refusal:
            raise MissingError(f"{url}: {refusal.detail or refusal}") from refusal
        listed = [Source(key=_key(app, taken, one.url), url=one.url, title=one.title or None) for one in outlines]
        return [_preview(app, source, "from an OPML document", taken) for source in listed]
    if found.kind != "page" or _XML.match(result.headers.get("content-type", "")):
        try:
            return [_feed(app, _Site(url, result, _parsed(result)), taken)]
        except NotAFeed as refusal:
            if refusal.reason != FeedReason.HTML:
                raise MissingError(f"{url}: {refusal}") from refusal
    return [await _page(app, fetcher, url, result, found, taken)]


async def _page(app: App, fetcher: Fetcher, url: str, result: Fetched, found: Discovery, taken: set[str]) -> Preview:
    """The feed that a page names; the page itself when it declares itself an article or names no feed."""
    article = found.article and not urls.is_root(url)
    site = await _site(app, fetcher, [link for link in found.feeds if not article or link.type not in _LIKELY])
    if site and (not article or urls.alias(site.feed.site_url) == urls.alias(result.final_url)):
        return _feed(app, site, taken)
    if urls.is_root(url):
        raise MissingError(f"{url} names no feed; look for its feed's address, or add single articles")
    source = Source(key=_key(app, taken, url), url=url, kind="page", title=found.title or None)
    what = f"single article; its site's feed: {site.url}" if site else "single article"
    return _preview(app, source, what, taken, warning=SHUT_PAGE if result.warning else "")


@dataclass(frozen=True, slots=True)
class _Site:
    """The feed of a page's site."""

    url: str
    result: Fetched
    feed: ParsedFeed


async def _site(app: App, fetcher: Fetcher, links: Sequence[FeedLink]) -> _Site | None:
    """The first of `links` that is a feed, None when none is."""
    for link in links:
        answer = await fetcher.fetch(_request(app, link.url))
        if not isinstance(answer, Fetched):
            continue
        with suppress(NotAFeed):
            return _Site(link.url, answer, _parsed(answer))
    return None


def _request(app: App, url: str) -> Request:
    values = secrets.known(url, app.environ)
    return Request(url=url, kind="feed", secrets=values, deadline=app.settings.fetch.feed_seconds)


def _arrived(url: str, result: FetchResult) -> Fetched:
    if isinstance(result, Fetched):
        return result
    failed = result if isinstance(result, Failed) else Failed(url=url, reason=FetchReason.NOT_MODIFIED)
    raise (NetworkDown if failed.no_network else MissingError)(f"{url}: {failed.reason}: {failed.detail}")


def _parsed(result: Fetched) -> ParsedFeed:
    """The feed in an answer. Raises NotAFeed, also when not one entry could be read."""
    feed = parse_feed(result.body, result.final_url, dict(result.headers))
    if not feed.complete and not feed.entries:
        raise NotAFeed(FeedReason.BROKEN_XML, "not one entry could be read")
    return feed


def _feed(app: App, site: _Site, taken: set[str]) -> Preview:
    address = site.result.moved_to or site.url
    source = Source(key=_key(app, taken, address, site.url), url=address, kind="feed", title=site.feed.title or None)
    what = f"feed ({site.feed.format}, {len(site.feed.entries)} entries)"
    return _preview(app, source, what, taken, site.feed.entries[:PREVIEW], site.result.warning)


def _preview(
    app: App, source: Source, what: str, taken: set[str], entries: tuple[Entry, ...] = (), warning: str = ""
) -> Preview:
    taken.add(source.key)
    same = {urls.alias(other.url): other for other in app.sources.values()}
    known = same.get(urls.alias(source.url))
    return Preview(source=known or source, what=what, entries=entries, known=known is not None, warning=warning)


def _key(app: App, taken: set[str], *addresses: str) -> str:
    """The key that a removed source had at one of these addresses, else a new one for the first of them."""
    used = {*app.sources, *taken}
    return app.beside.key_at(addresses, used) or registry.key_for(addresses[0], used | app.beside.keys())
