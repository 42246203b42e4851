"""Find out what an address is if nobody says: feed, sitemap, list or single article.

All ways of adding come here: with the first visit of a source that states no kind (`entries`), or,
if a person chooses, before it is added (`discover`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.core import urls
from syndicator.core.errors import NotAFeed
from syndicator.core.model import Failed, Fetched, FetchResult, Source
from syndicator.core.reasons import FeedReason
from syndicator.filing import worker_functions
from syndicator.filing.context import RunContext, VisitContext
from syndicator.filing.kinds import feed, links, listing, page
from syndicator.filing.kinds.kind import (
    WALLS,
    Announced,
    Finding,
    Kind,
    Search,
    ask,
    remove_private_site,
)
from syndicator.visiting.feeds.known import Discovery

# Each kind sees what those before it found. A new kind of source is a line here.
KINDS: Final[Mapping[str, Kind]] = {"feed": feed, "list": listing, "page": page, "links": links}
SHUT = (
    'robots.txt disallows this address: it will not be read; robots = "ignore" in sources.toml'
    " overrides that"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """What stands at an address. `findings`: the best first; `document`: the kind of the answer;
    `untried`: feeds that its page names and that were not looked at."""

    findings: Sequence[Finding]
    document: Discovery
    untried: int = 0


async def discover(run: RunContext, source: Source, url: str, answer: Fetched) -> Discovered:
    """Return what can be followed at `url`, which gave `answer`; nothing for a list of
    subscriptions (OPML). `source`: settings of the requests. Raises NotAFeed if there is nothing to
    follow, WorkerFailed."""
    try:
        own = await feed.read_own(run, url, answer)
        return Discovered(findings=[own], document=Discovery("feed"))
    except NotAFeed as refused:
        why = refused
    body = (answer.body, answer.final_url, dict(answer.headers))
    document: Discovery = await run.worker.call(worker_functions.discover, *body)
    if document.kind == "opml":
        return Discovered(findings=(), document=document)
    if why.reason != FeedReason.HTML and feed.is_meant_as_feed(document, answer):
        raise why
    search = Search(run=run, source=source, url=url, answer=answer, document=document)
    found: list[Finding] = []
    for kind in KINDS.values():
        found += await kind.discover(search, found)
    if not found:
        raise await _find_nothing(search)
    found.sort(key=lambda finding: finding.place)
    untried = feed.links_of(search)[feed.MOST_TRIED :]
    return Discovered(findings=found, document=document, untried=len(untried))


async def discover_closed(run: RunContext, source: Source, url: str) -> Sequence[Finding]:
    """Return the feeds of an address that is closed to programs, if its service is known."""
    nothing = Fetched(url=url, final_url=url, status=0, headers={}, body=b"")
    search = Search(run=run, source=source, url=url, answer=nothing, document=Discovery("page"))
    return await feed.discover_known(search)


async def _find_nothing(search: Search) -> NotAFeed:
    """Return why there is nothing to follow."""
    if search.failed:
        detail = f"names feeds, and none of them can be read: {search.failed[0]}"
        return NotAFeed(FeedReason.DEAD_FEEDS, detail)
    kind = await search.run.worker.call(worker_functions.kind_of, *search.body)
    if kind in WALLS:
        return NotAFeed(kind, f"names no feed, and shows {kind} in place of the site")
    if await search.run.worker.call(worker_functions.is_filled_by_scripts, *search.body):
        return NotAFeed(FeedReason.SCRIPTS, "names no feed, and only scripts fill it")
    if kind:
        detail = f"names no feed, and is neither an article nor a list of them: {kind}"
        return NotAFeed(FeedReason.NOTHING, detail)
    return NotAFeed(FeedReason.NOTHING, "names no feed and lists no articles")


async def visit(context: VisitContext) -> FetchResult:
    """Ask for the address; if it is closed to programs, for the feed that its service is known to
    have."""
    answer = await ask(context, "feed")
    if not isinstance(answer, Failed) or answer.no_network or answer.ours or answer.unasked:
        return answer
    findings = await discover_closed(context.run, context.source, context.source.url)
    return findings[0].answer if findings else answer


async def entries(context: VisitContext, answer: Fetched) -> Announced:
    """Return the entries of the best that stands at the address, and what that is. Raises NotAFeed
    with what was found if a person must decide, or if there is nothing to follow; WorkerFailed."""
    source = context.source
    discovered = await discover(context.run, source, answer.url, answer)
    if discovered.document.kind == "opml":
        raise NotAFeed(FeedReason.SUBSCRIPTIONS, "is a list of subscriptions")
    best = discovered.findings[0]
    if not best.is_for_a_run or best.feed is None:
        raise _leave_to_person(discovered.findings)
    if best.kind == "list" and answer.warning:
        raise NotAFeed(FeedReason.SHUT, SHUT)
    if best.kind == "list":
        announced = await listing.entries(context, answer)
        return Announced(feed=announced.feed, answer=answer, found=best)
    # a page only: two keys with the feed itself are a choice of the operator
    if discovered.document.kind != "feed":
        _refuse_second_key(context, best.url)
    feed_read = remove_private_site(best.feed, source)
    return Announced(feed=feed_read, answer=best.answer, found=best)


def _refuse_second_key(context: VisitContext, url: str) -> None:
    """Raise NotAFeed if another source follows `url`, the feed that a page names."""
    for other in context.run.sources.values():
        if other.key != context.source.key and urls.alias(other.url) == urls.alias(url):
            detail = f"names the feed {urls.redacted(url)}, which {other.key} follows"
            raise NotAFeed(FeedReason.FOLLOWED, detail)


def _leave_to_person(findings: Sequence[Finding]) -> NotAFeed:
    """Return what was found and cannot be followed without a word of the operator."""
    feeds = [finding.url for finding in findings if finding.kind == "feed"]
    if findings[0].kind == "page":
        beside = f", beside the feed {urls.redacted(feeds[0])}" if feeds else ""
        return NotAFeed(FeedReason.ONE_ARTICLE, f"is one article{beside}")
    return NotAFeed(FeedReason.COMMENTS, f"has a feed of comments alone: {urls.redacted(feeds[0])}")
