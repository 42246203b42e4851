"""From an address to a source: what is there, what it would bring, and its lines in sources.toml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syndicator import urls
from syndicator.app.wiring import App, make_fetcher
from syndicator.errors import MissingError, NetworkDown, NotAFeed, UsageError
from syndicator.model import Entry, Failed, Fetched, FetchResult, Request, Source
from syndicator.ports import Fetcher
from syndicator.sources import opml, registry
from syndicator.visiting.discover import discover
from syndicator.visiting.entries import parse_feed

PREVIEW = 5  # entries shown
SHUT_PAGE = 'robots.txt shuts this address, so it will not be read; robots = "ignore" in sources.toml overrides that'


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A source as it would be added. `known` when it stands in sources.toml already."""

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
        outlines = opml.read_opml(result.body)
        listed = [Source(key=_key(app, one.url, taken), url=one.url, title=one.title or None) for one in outlines]
        return [_preview(app, source, "from an OPML document", taken) for source in listed]
    if found.kind in ("feed", "sitemap"):
        return [_feed(app, result, url, taken)]
    for link in found.feeds:
        answer = await fetcher.fetch(_request(app, link.url))
        if isinstance(answer, Fetched) and discover(answer.body, answer.final_url, answer.headers).kind == "feed":
            return [_feed(app, answer, link.url, taken)]
    if urls.is_root(url):
        raise MissingError(f"{url} names no feed; look for its feed's address, or add single articles")
    source = Source(key=_key(app, url, taken), url=url, kind="page", title=found.title or None)
    warning = SHUT_PAGE if result.warning else ""
    return [_preview(app, source, "single article", taken, warning=warning)]


def _request(app: App, url: str) -> Request:
    return Request(url=url, kind="feed", deadline=app.settings.fetch.feed_seconds)


def _arrived(url: str, result: FetchResult) -> Fetched:
    if isinstance(result, Fetched):
        return result
    failed = result if isinstance(result, Failed) else Failed(url=url, reason="http-304")
    raise (NetworkDown if failed.no_network else MissingError)(f"{url}: {failed.reason}: {failed.detail}")


def _feed(app: App, result: Fetched, url: str, taken: set[str]) -> Preview:
    try:
        feed = parse_feed(result.body, result.final_url, dict(result.headers))
    except NotAFeed as refusal:
        raise MissingError(f"{url}: {refusal}") from refusal
    address = result.moved_to or url
    source = Source(key=_key(app, address, taken), url=address, kind="feed", title=feed.title or None)
    what = f"feed ({feed.format}, {len(feed.entries)} entries)"
    return _preview(app, source, what, taken, feed.entries[:PREVIEW], result.warning)


def _preview(
    app: App, source: Source, what: str, taken: set[str], entries: tuple[Entry, ...] = (), warning: str = ""
) -> Preview:
    taken.add(source.key)
    same = {urls.alias(other.url): other for other in app.sources.values()}
    known = same.get(urls.alias(source.url))
    return Preview(source=known or source, what=what, entries=entries, known=known is not None, warning=warning)


def _key(app: App, url: str, taken: set[str]) -> str:
    return registry.key_for(url, set(app.sources) | taken)
