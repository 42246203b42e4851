"""Follow feeds and sitemaps: find those that a page names, fetch one, read its entries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from syndicator.core import secrets, urls
from syndicator.core.errors import NotAFeed, WorkerFailed
from syndicator.core.model import Failed, Fetched, FetchResult, ParsedFeed
from syndicator.core.reasons import FeedReason
from syndicator.filing import worker_functions
from syndicator.filing.context import RunContext, VisitContext
from syndicator.filing.kinds.kind import (
    WALLS,
    Announced,
    Finding,
    Place,
    Search,
    fetch_source,
    remove_private_site,
)
from syndicator.filing.kinds.unanswered import describe_failure
from syndicator.visiting.feeds.known import Discovery, FeedLink, find_known_feeds
from syndicator.visiting.feeds.ranking import is_comments, rank_feeds

MOST_TRIED = 20  # feeds of a page: more than a site has, and 20 pauses take half a minute
# types of `FeedLink` that may be no feed of the page: an article with only these is followed itself
_UNCERTAIN = ("guess", "link", "known", "api")
_LAST_IF_READ = ("guess", "api")  # types after whose success no other address is tried
_NO_TITLE = ""  # of a feed that no page names
_XML = re.compile(r"\s*(text|application)/((atom|rss|rdf)\+)?xml\b", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadFeed:
    """A feed that was read. `url`: the address that was requested. `title`: the name that a page
    gives the feed, "" without one. `answer`: the answer from `url`. `feed`: the entries in it."""

    url: str
    title: str
    answer: Fetched
    feed: ParsedFeed

    @property
    def address(self) -> str:
        """The address to request from now on: the target of a permanent redirect, or else the
        address that was requested."""
        target = self.answer.moved_to
        # A server must not choose which secrets it gets: the target must not name an environment
        # variable ("${TOKEN}") that the requested address does not name.
        if target and not secrets.names_more(target, self.url):
            return target
        return self.url


async def discover(search: Search, earlier: Sequence[Finding]) -> list[Finding]:
    """Return the feeds that the page of `search` names as findings (ways to follow it), the best
    first. If a feed cannot be read, the reason is added to `search.failed`. `earlier`: the findings
    of other kinds, which do not matter here."""
    del earlier
    readable_feeds = await _read_feeds(search, list_links(search)[:MOST_TRIED])
    return _make_findings(readable_feeds, search.answer.final_url)


async def read_feed_itself(run: RunContext, url: str, answer: Fetched) -> Finding:
    """Return the feed that `answer`, the answer from `url`, contains. Raises NotAFeed if it
    contains none, WorkerFailed if the worker cannot read it."""
    feed = await _read_feed(run, url, answer, _NO_TITLE)
    return _make_findings([feed], url)[0]


def is_meant_as_feed(document: Discovery, answer: Fetched) -> bool:
    """Return True if `answer`, which could not be read as a feed, was meant as one: it is sent as
    XML, or it begins like a feed or a sitemap. Return False for an index of sitemaps. `document`:
    the kind of document that the answer seems to be."""
    if document.kind == "page":
        return bool(_XML.match(answer.headers.get("content-type", "")))
    if document.kind == "sitemap" and document.feeds:
        # an index of sitemaps names others; a sitemap with entries names itself
        return document.feeds[0].url == answer.final_url
    return True


def list_links(search: Search) -> list[FeedLink]:
    """Return the links to feeds that the page of `search` names. If the page is a single article,
    links that were guessed are left out, as these feeds may belong to the whole site."""
    if not search.is_declared_article:
        return list(search.document.feeds)
    return [link for link in search.document.feeds if link.type not in _UNCERTAIN]


async def discover_known(search: Search) -> list[Finding]:
    """Return the feeds that a well-known service has for the page's address, the best first. This
    is for a page that refuses programs."""
    return _make_findings(await _read_feeds(search, find_known_feeds(search.url)), search.url)


async def _read_feeds(search: Search, links: Sequence[FeedLink]) -> list[_ReadFeed]:
    """Fetch the feeds at `links` in order, and return those that can be read, each once. A feed is
    not fetched if a feed before it replaces it. After the first readable feed at a guessed address,
    no other is fetched."""
    feeds: dict[str, _ReadFeed] = {}  # by alias key of the address
    needless: set[str] = set()  # addresses of feeds that another one replaces
    for link in links:
        if link.url in needless:
            continue
        # robots.txt applies to an API as it does to the page that names it
        kind: Literal["feed", "page"] = "page" if link.type == "api" else "feed"
        answer = await search.fetch(link.url, kind)
        read = await _read_named(search, link, answer)
        if read is None:
            continue
        feeds.setdefault(urls.alias(read.address), read)
        needless.add(link.instead_of)
        if link.type in _LAST_IF_READ:  # a guessed address
            break
    return list(feeds.values())


async def _read_named(search: Search, link: FeedLink, answer: FetchResult) -> _ReadFeed | None:
    """Return the feed in `answer`, the result of fetching `link`. Return None if the fetch failed
    or the answer is no feed. The reason is then added to `search.failed`, but not if the link was a
    guess, which often fails."""
    problem = ""
    if isinstance(answer, Fetched):
        try:
            return await _read_feed(search.run, link.url, answer, link.title)
        except (NotAFeed, WorkerFailed) as refused:
            problem = f"{link.url}: {refused}"
    elif isinstance(answer, Failed):
        problem = describe_failure(link.url, answer)
    if problem and link.type not in _UNCERTAIN:
        search.failed.append(problem)
    return None


async def _read_feed(run: RunContext, url: str, answer: Fetched, title: str) -> _ReadFeed:
    """Read the feed in `answer`, the answer from `url`, and return it with both. `title`: the name
    that a page gives the feed, "" without one. Raises NotAFeed if it is no feed or has no readable
    entry, WorkerFailed if the worker process cannot read it."""
    body = (answer.body, answer.final_url, dict(answer.headers))
    feed = await run.worker.call(worker_functions.parse_feed, *body)
    _require_entries(feed)
    return _ReadFeed(url=url, title=title, answer=answer, feed=feed)


def _require_entries(feed: ParsedFeed) -> None:
    """Raise NotAFeed if no entry of the feed could be read, because the feed is broken before its
    first entry. A feed that is whole may be empty."""
    if not feed.entries and not feed.complete:
        raise NotAFeed(FeedReason.BROKEN_XML, "not one entry could be read")


def _make_findings(feeds: Sequence[_ReadFeed], page: str) -> list[Finding]:
    """Return `feeds` as findings (possible ways to follow a page), the best first. `page`: the
    address of the page that names the feeds."""
    feeds_by_address = {read.address: read for read in feeds}
    rows = [(read.address, read.title, read.feed) for read in feeds]
    findings = []
    for ranked in rank_feeds(rows, page):
        read = feeds_by_address[ranked.url]
        finding = Finding(
            kind="feed",
            place=Place.COMMENTS if ranked.comments else Place.FEED,
            url=ranked.url,
            answer=read.answer,
            title=ranked.title,
            feed=read.feed,
            asked=read.url,
            same_as=ranked.same_as,
        )
        findings.append(finding)
    return findings


def is_about(finding: Finding, page: str) -> bool:
    """Return True if `finding` is a feed that names the address `page` as its site, and is no feed
    of comments."""
    feed = finding.feed
    if feed is None or is_comments(finding.url, finding.title, feed):
        return False
    return urls.alias(feed.site_url) == urls.alias(page)


async def fetch(context: VisitContext) -> FetchResult:
    """Fetch the feed of the visited source. The result is a Failed if that is not possible."""
    return await fetch_source(context, "feed")


async def read_entries(context: VisitContext, answer: Fetched) -> Announced:
    """Return the entries of the feed in `answer`, the answer of the source. Raises NotAFeed if this
    is no feed. If it is a page such as a login form instead, the error's reason is the kind of this
    page. Raises WorkerFailed if the worker process cannot read it."""
    body = (answer.body, answer.final_url, dict(answer.headers))
    try:
        feed = await context.run.worker.call(worker_functions.parse_feed, *body)
        _require_entries(feed)
    except NotAFeed as refused:
        if refused.reason != FeedReason.HTML:
            raise
        kind = await context.run.worker.call(worker_functions.find_page_kind, *body)
        if kind in WALLS:
            raise NotAFeed(kind, str(refused)) from refused
        raise
    return Announced(feed=remove_private_site(feed, context.source), answer=answer)
