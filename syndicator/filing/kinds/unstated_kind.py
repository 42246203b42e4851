"""Find out which kind of source an address is, if nobody says: feed, list or single article.

All ways of adding come here: with the first visit of a source that states no kind
(`read_entries`), or, if a person chooses, before it is added (`discover`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.core import urls
from syndicator.core.errors import NotAFeed
from syndicator.core.model import Failed, Fetched, FetchResult, Source
from syndicator.core.reasons import FeedReason, PageReason
from syndicator.filing import worker_functions
from syndicator.filing.context import RunContext, VisitContext
from syndicator.filing.kinds import feed, links, listing, page
from syndicator.filing.kinds.kind import (
    WALLS,
    Announced,
    Finding,
    Kind,
    Search,
    fetch_source,
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
    """The result of a search at an address. `findings`: the best first; `document`: the kind of the
    answer; `untried`: number of feeds that its page names and that were not looked at."""

    findings: Sequence[Finding]
    document: Discovery
    untried: int = 0


async def discover(run: RunContext, source: Source, url: str, answer: Fetched) -> Discovered:
    """Return the feeds, lists and articles at `url`, which gave `answer`; none for a list of
    subscriptions (OPML). `source`: settings of the requests. Raises NotAFeed if there is nothing to
    follow, WorkerFailed."""
    try:
        finding = await feed.read_feed_itself(run, url, answer)
        return Discovered(findings=[finding], document=Discovery("feed"))
    except NotAFeed as refused:
        no_feed = refused
    body = (answer.body, answer.final_url, dict(answer.headers))
    document: Discovery = await run.worker.call(worker_functions.discover, *body)
    if document.kind == "opml":
        return Discovered(findings=(), document=document)
    if no_feed.reason != FeedReason.HTML and feed.is_meant_as_feed(document, answer):
        raise no_feed
    search = Search(run=run, source=source, url=url, answer=answer, document=document)
    findings: list[Finding] = []
    for kind in KINDS.values():
        findings += await kind.discover(search, findings)
    if not findings:
        raise await _explain_nothing_found(search)
    findings.sort(key=lambda finding: finding.place)
    untried = feed.list_links(search)[feed.MOST_TRIED :]
    return Discovered(findings=findings, document=document, untried=len(untried))


async def discover_closed(run: RunContext, source: Source, url: str) -> Sequence[Finding]:
    """Return the feeds of an address that is closed to programs, if its service is known."""
    no_answer = Fetched(url=url, final_url=url, status=0, headers={}, body=b"")
    search = Search(run=run, source=source, url=url, answer=no_answer, document=Discovery("page"))
    return await feed.discover_known(search)


async def _explain_nothing_found(search: Search) -> NotAFeed:
    """Return the error that says why there is nothing to follow."""
    if search.failed:
        detail = f"names feeds, and none of them can be read: {search.failed[0]}"
        return NotAFeed(FeedReason.DEAD_FEEDS, detail)
    kind = await search.run.worker.call(worker_functions.kind_of, *search.body)
    if kind in WALLS:
        return NotAFeed(kind, f"names no feed, and shows {kind} in place of the site")
    if await search.run.worker.call(worker_functions.is_filled_by_scripts, *search.body):
        return NotAFeed(FeedReason.SCRIPTS, "names no feed, and only scripts fill it")
    if kind:
        meaning = next((reason.means for reason in PageReason if reason == kind), kind)
        detail = f"names no feed, and no article or list can be read from it ({meaning})"
        return NotAFeed(FeedReason.NOTHING, detail)
    return NotAFeed(FeedReason.NOTHING, "names no feed and lists no articles")


async def fetch(context: VisitContext) -> FetchResult:
    """Ask for the address; if it is closed to programs, for the feed that its service is known to
    have."""
    answer = await fetch_source(context, "feed")
    if not isinstance(answer, Failed) or answer.no_network or answer.ours or answer.unasked:
        return answer
    findings = await discover_closed(context.run, context.source, context.source.url)
    return findings[0].answer if findings else answer


async def read_entries(context: VisitContext, answer: Fetched) -> Announced:
    """Return the entries of the best finding at the address, and the finding. Raises NotAFeed that
    names the findings if a person must decide, or if there is nothing to follow; WorkerFailed."""
    source = context.source
    discovered = await discover(context.run, source, answer.url, answer)
    if discovered.document.kind == "opml":
        raise NotAFeed(FeedReason.SUBSCRIPTIONS, "is a list of subscriptions")
    best = discovered.findings[0]
    if not best.is_for_a_run or best.feed is None:
        raise _explain_choice(discovered.findings)
    if best.kind == "list" and answer.warning:
        raise NotAFeed(FeedReason.SHUT, SHUT)
    if best.kind == "list":
        announced = await listing.read_entries(context, answer)
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


def _explain_choice(findings: Sequence[Finding]) -> NotAFeed:
    """Return the error that names the findings, which are not followed unless the operator says
    so."""
    feeds = [finding.url for finding in findings if finding.kind == "feed"]
    if findings[0].kind == "page":
        beside = f", beside the feed {urls.redacted(feeds[0])}" if feeds else ""
        return NotAFeed(FeedReason.ONE_ARTICLE, f"is one article{beside}")
    return NotAFeed(FeedReason.COMMENTS, f"has a feed of comments alone: {urls.redacted(feeds[0])}")
