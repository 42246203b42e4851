"""Search an address for feeds, articles, lists of articles, sitemaps and OPML lists."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from syndicator.configuration.sources import opml
from syndicator.configuration.sources.schema import source_of
from syndicator.core import secrets, urls
from syndicator.core.errors import (
    MissingError,
    NetworkDown,
    NotAFeed,
    NotAnArticle,
    SyndicatorError,
    UsageError,
    WorkerFailed,
)
from syndicator.core.model import Failed, Fetched, ParsedFeed, Request, Rules, Source
from syndicator.core.reasons import FeedReason, FetchReason, explained
from syndicator.describing.taxonomy.vocabulary import load as load_vocabulary
from syndicator.pipeline import jobs
from syndicator.pipeline.context import unset_detail
from syndicator.services.adding.found import (
    MOST_ITEMS,
    SHOWN,
    SHUT_PAGE,
    Candidate,
    Found,
    Session,
    by_address,
    if_known,
)
from syndicator.services.container import App
from syndicator.visiting.feeds.discovery import (
    Discovery,
    FeedLink,
    best_first,
    is_comments,
    known_feeds,
)

# placeholder for a key that is chosen later, so that the other settings can be checked
_KEYLESS = "a"


def is_file(address: str) -> bool:
    return address == "-" or Path(address).is_file()


def read_file(address: str, *, is_trusted: bool = False) -> opml.SubscriptionList:
    """Return the subscriptions of an OPML file, or on stdin for "-". `is_trusted`: an export of the
    operator's own, as in `opml.read_opml`. Raises MissingError."""
    try:
        data = sys.stdin.buffer.read() if address == "-" else Path(address).read_bytes()
    except OSError as error:
        raise MissingError(
            f"{address} cannot be read: {error.strerror}; give the path of an OPML file"
        ) from error
    return read_list(data, address, is_trusted=is_trusted)


def read_list(data: bytes, where: str, *, is_trusted: bool = False) -> opml.SubscriptionList:
    """Return the subscriptions of an OPML document with this name. Raises MissingError."""
    try:
        return opml.read_opml(data, is_trusted=is_trusted)
    except NotAFeed as refusal:
        cure = "export the list from the other reader as OPML"
        raise MissingError(f"{where}: {refusal.detail or refusal}; {cure}") from refusal


def as_found(
    app: App, address: str, listed: opml.SubscriptionList, folders: opml.Folders = "category"
) -> Found:
    """Return the candidates of an OPML list; `skipped`: outlines that cannot be followed. Only a
    list of the operator's own takes the key of a source that was removed, whose feed has readers,
    for another address."""
    followed, path = by_address(app), app.taxonomy.toml
    reserved = frozenset[str]() if listed.is_trusted else app.beside.keys()
    defined = load_vocabulary(path).category if path.exists() else ()
    categories = {category.name.casefold(): category.name for category in defined}
    candidates: list[Candidate] = []
    skipped = list(listed.skipped)
    for outline in listed.outlines:
        try:
            values = opml.followed(outline, folders, categories)
            source = source_of({"key": _KEYLESS, **values})
            if "key" not in values or source.key in reserved:
                # chosen when it is added; a source that comes back gets its old one
                source = replace(source, key="")
            candidates.append(if_known(followed, Candidate(source=source, kind="opml")))
        except UsageError as error:
            skipped.append(opml.Skipped(line=outline.line, name=outline.title, why=str(error)))
    skipped.sort(key=lambda outline: outline.line)
    return Found(
        address=address,
        candidates=tuple(candidates),
        whole=True,
        listed=listed,
        skipped=tuple(skipped),
    )


def export(app: App) -> bytes:
    sites = {key: state.site_url for key, state in app.store.visits.states().items()}
    return opml.write_opml(app.settings.site.title, list(app.sources.values()), sites)


async def _page_candidates(
    session: Session, url: str, answer: Fetched, discovery: Discovery
) -> list[Candidate]:
    """Return the page as article, list of articles, or both, the likelier first. Raises
    MissingError."""
    title = discovery.title[: opml.LONGEST_TITLE].strip() or None
    source = Source(key="", url=url, kind="page", title=title, allow=session.allow)
    warning = SHUT_PAGE if answer.warning else ""
    page = if_known(
        session.known, Candidate(source=source, kind="article", warning=warning, answer=answer)
    )
    listed = await _list(session, page, answer)
    if urls.is_root(url):
        return listed
    if listed and listed[0].whole:
        return [*listed, page]
    if discovery.article:
        return [page]
    if (refused := await _refused(session, answer)) and not listed:
        raise MissingError(
            f"{url} names no feed, and is neither an article nor a list of them: {refused}"
        )
    return [*listed, page] if refused else [page, *listed]


async def _list(session: Session, page: Candidate, answer: Fetched) -> list[Candidate]:
    page_answer = (answer.body, answer.final_url, dict(answer.headers))
    try:
        feed: ParsedFeed = await session.worker.call(jobs.read_listing, *page_answer)
    except (NotAFeed, WorkerFailed):
        return []
    source = page.source if page.known else replace(page.source, kind="list")
    learnt = feed.listing.by if feed.listing else ""
    latest = max((entry.published for entry in feed.entries if entry.published), default=None)
    listed = replace(
        page, kind="list", source=source, format=learnt, announced=len(feed.entries), latest=latest
    )
    whole = feed.listing is not None and feed.listing.whole
    return [replace(listed, entries=feed.entries[:MOST_ITEMS], whole=whole)]


async def _refused(session: Session, answer: Fetched) -> str:
    """Return why a visit would not file the page itself, or ""."""
    shared: dict[str, Any] = {
        "entry": None,
        "rules": Rules(),
        "repeated": frozenset(),
        "now": session.app.clock(),
    }
    page = (answer.body, answer.final_url, session.app.taxonomy)
    try:
        await session.worker.call(
            jobs.read_and_render, *page, render=False, headers=dict(answer.headers), **shared
        )
    except (NotAnArticle, WorkerFailed) as refusal:
        return str(refusal)
    return ""


MOST_TRIED = 20  # feeds of a page: more than a site has, and 20 pauses take half a minute
# addresses of feeds that are too uncertain to prefer to an article
_LIKELY = ("guess", "link", "known", "api")
_XML = re.compile(r"\s*(text|application)/((atom|rss|rdf)\+)?xml\b", re.I)
# Cures for an address that is to be added, if the one for a failing source does not fit.
_CURES: dict[str, str] = {
    FetchReason.DNS: "check how it is spelled, and this machine's network",
    FetchReason.CONNECT: "check the address, or try again later",
    FetchReason.TLS: "its certificate is not valid: tell the site's owner",
    FetchReason.GONE: "look for the site's new address",
    FetchReason.NOT_FOUND: "look for the site's new address, or give its front page",
    FetchReason.FORBIDDEN: "the server refuses us: ask its owner, or give the address of its feed",
}
_ALLOW = re.compile(r'allow = \["([^"]+)"\]')


@dataclass(frozen=True, slots=True)
class _Feed:
    url: str
    title: str
    answer: Fetched
    feed: ParsedFeed

    @property
    def address(self) -> str:
        moved = self.answer.moved_to
        return moved if moved and not secrets.names_more(moved, self.url) else self.url


async def look(session: Session, address: str) -> Found:
    """Return the candidates at `address` (URL, OPML file, "-" for stdin), or its error."""
    try:
        if is_file(address):
            return as_found(session.app, address, read_file(address))
        return await _look(session, address, _url(address))
    except SyndicatorError as error:
        return Found(address=address, error=error)


def _url(address: str) -> str:
    if "://" not in address and (
        address.startswith(("/", ".", "~")) or re.fullmatch(r"[^/]+\.opml", address, re.I)
    ):
        raise UsageError(
            f"there is no file {address}; give the path of an OPML file, or a web address"
        )
    url = address if "://" in address else f"https://{address}"
    if not urls.host(url) or (
        "://" not in address and not re.search(r"[.:]|^localhost\b", address)
    ):
        raise UsageError(f"{address!r} is no web address; write it like https://example.org/feed")
    return url


async def _look(session: Session, address: str, url: str) -> Found:
    try:
        answer = await _asked(session, url, secrets.known(url, session.app.environ))
    except MissingError:  # the page may be closed to programs, and its feed open
        feeds, _ = await _named(session, known_feeds(url))
        if not feeds:
            raise
        return Found(address=address, candidates=_ranked(session, feeds, url))
    with _reading(url, (WorkerFailed, NotAFeed)):
        discovery = await session.worker.call(
            jobs.discover, answer.body, answer.final_url, dict(answer.headers)
        )
        listed = (
            await session.worker.call(jobs.read_opml, answer.body)
            if discovery.kind == "opml"
            else None
        )
    if listed is not None:
        return as_found(session.app, address, listed)
    index = (
        discovery.kind == "sitemap"
        and bool(discovery.feeds)
        and discovery.feeds[0].url != answer.final_url
    )
    if not index and (
        discovery.kind != "page" or _XML.match(answer.headers.get("content-type", ""))
    ):
        try:
            return Found(
                address=address,
                candidates=_ranked(session, [await _parsed(session, url, answer)], url),
            )
        except NotAFeed as refusal:
            if refusal.reason != FeedReason.HTML:
                raise MissingError(f"{url}: {refusal}") from refusal
    try:
        return replace(await _page(session, address, url, answer, discovery), page=answer)
    except MissingError as error:  # a person may recognize a list on it
        return Found(address=address, error=error, page=answer)


async def _page(
    session: Session, address: str, url: str, answer: Fetched, discovery: Discovery
) -> Found:
    article = discovery.article and not urls.is_root(url)
    links = [link for link in discovery.feeds if not article or link.type not in _LIKELY]
    feeds, failed = await _named(session, links[:MOST_TRIED])
    candidates = _ranked(session, feeds, answer.final_url)
    own = {
        urls.alias(item.feed.site_url)
        for item in feeds
        if not is_comments(item.address, item.title, item.feed)
    }
    # not a front page that calls itself an article
    alone = article and urls.alias(answer.final_url) not in own
    if discovery.kind == "page" and (alone or not candidates):
        candidates = (*await _page_candidates(session, url, answer, discovery), *candidates)
    if not candidates and failed:
        raise MissingError(f"{url} names feeds, and none of them can be read: {failed[0]}")
    if not candidates:
        cure = "look for its feed's address, or add single articles"
        raise MissingError(f"{url} names no feed and lists no articles; {cure}")
    return Found(address=address, candidates=candidates, untried=len(links[MOST_TRIED:]))


async def _named(session: Session, links: Sequence[FeedLink]) -> tuple[list[_Feed], list[str]]:
    """Return the feeds among `links`, and the errors of the others."""
    feeds: dict[str, _Feed] = {}
    failed: list[str] = []
    needless: set[str] = set()
    for link in links:
        if link.url in needless:
            continue
        try:
            # robots.txt applies to an API as it does to the page that names it
            answer = await _asked(
                session, link.url, {}, kind="page" if link.type == "api" else "feed"
            )
            feed = await _parsed(session, link.url, answer, link.title)
        except SyndicatorError as error:
            failed += [str(error)] if link.type not in _LIKELY else []
            continue
        feeds.setdefault(urls.alias(feed.address), feed)
        needless.add(link.instead_of)
        if link.type in ("guess", "api"):
            break
    return list(feeds.values()), failed


async def _asked(
    session: Session, url: str, values: Mapping[str, str], *, kind: Literal["feed", "page"] = "feed"
) -> Fetched:
    if lacking := [name for name in secrets.variables(url) if name not in values]:
        raise MissingError(f"{url}: {unset_detail(lacking)}")
    deadline = session.app.settings.fetch.seconds
    request = Request(url=url, kind=kind, secrets=values, deadline=deadline, allow=session.allow)
    if isinstance(result := await session.fetcher.fetch(request), Fetched):
        return result
    failed = (
        result if isinstance(result, Failed) else Failed(url=url, reason=FetchReason.NOT_MODIFIED)
    )
    raise unanswered(url, failed)


def unanswered(url: str, failed: Failed) -> SyndicatorError:
    """Return the error of an address that does not answer, with its cure."""
    kind = NetworkDown if failed.no_network else MissingError
    means = (
        f"{explained(failed.reason)[0]}: "
        if failed.detail.startswith("robots.txt unreachable")
        else ""
    )
    cure = _CURES.get(failed.reason) or explained(failed.reason)[1]
    more = f"; {cure}" if cure and not cure.startswith("nothing") else "; try again later"
    if line := _ALLOW.search(failed.detail):
        more = f", or add it with --allow {line[1]}, which writes that line"
    return kind(f"{url}: {failed.reason}: {means}{failed.detail}{more}")


@contextmanager
def _reading(
    url: str, faults: tuple[type[SyndicatorError], ...] = (WorkerFailed,)
) -> Iterator[None]:
    try:
        yield
    except faults as fault:
        raise MissingError(
            f"{url}: it cannot be read: {getattr(fault, 'detail', '') or fault}"
        ) from fault


async def _parsed(session: Session, url: str, answer: Fetched, title: str = "") -> _Feed:
    with _reading(url):
        feed = await session.worker.call(
            jobs.parse_feed, answer.body, answer.final_url, dict(answer.headers)
        )
    if not feed.complete and not feed.entries:
        raise NotAFeed(FeedReason.BROKEN_XML, "not one entry could be read")
    return _Feed(url, title, answer, feed)


def _ranked(session: Session, feeds: Sequence[_Feed], page: str) -> tuple[Candidate, ...]:
    by_url = {feed.address: feed for feed in feeds}
    candidates = []
    for row in best_first([(feed.address, feed.title, feed.feed) for feed in feeds], page):
        feed, title = by_url[row.url], row.title[: opml.LONGEST_TITLE].strip() or None
        candidate = Candidate(
            source=Source(key="", url=row.url, kind="feed", title=title, allow=session.allow),
            kind="sitemap" if row.format == "sitemap" else "feed",
            format=row.format,
            announced=row.entries,
            latest=row.latest,
            comments=row.comments,
            same_as=row.same_as,
            warning=feed.answer.warning,
            entries=feed.feed.entries[:SHOWN],
            other=feed.url,
            answer=feed.answer,
        )
        candidates.append(if_known(session.known, candidate))
    return tuple(candidates)
