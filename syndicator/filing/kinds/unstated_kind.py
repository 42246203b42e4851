"""Find out which kind of source an address is, if nobody says: feed, list or single article.

This is done at the first visit of a source that states no kind (`read_entries`), or before the
source is added, if a person chooses among the findings (`discover`)."""

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

# In the order in which they search an address: each kind gets the findings of those before it. Add
# a new kind of source here.
KINDS: Final[Mapping[str, Kind]] = {"feed": feed, "list": listing, "page": page, "links": links}
SHUT = (
    'robots.txt disallows this address: it will not be read; robots = "ignore" in sources.toml'
    " overrides that"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """The result of a search at an address. `findings`: what can be followed there, the best first.
    `document`: the kind of the answer, and the feeds that it names. `untried`: the number of named
    feeds that were not fetched, as there were too many."""

    findings: Sequence[Finding]
    document: Discovery
    untried: int = 0


async def discover(run: RunContext, source: Source, url: str, answer: Fetched) -> Discovered:
    """Return the feeds, lists and articles at `url` that can be followed, the best first. A list of
    subscriptions (OPML) has none of these. `answer`: the answer from `url`. `source`: the source
    whose settings are used for further requests.

    Raises NotAFeed if there is nothing to follow, WorkerFailed if the worker process cannot read
    the answer."""
    # the answer may be a feed itself
    try:
        finding = await feed.read_feed_itself(run, url, answer)
        return Discovered(findings=[finding], document=Discovery("feed"))
    except NotAFeed as refused:
        no_feed = refused

    # or another document
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
    """Return the feeds for the page at `url`, which refuses programs, the best first. Only for
    pages of some well-known services, the address of their feed is known; for others, return
    []."""
    no_answer = Fetched(url=url, final_url=url, status=0, headers={}, body=b"")
    search = Search(run=run, source=source, url=url, answer=no_answer, document=Discovery("page"))
    return await feed.discover_known(search)


async def _explain_nothing_found(search: Search) -> NotAFeed:
    """Return the exception that says why the search found nothing to follow."""
    if search.failed:
        detail = f"names feeds, and none of them can be read: {search.failed[0]}"
        return NotAFeed(FeedReason.DEAD_FEEDS, detail)
    # the reason why the page cannot be read as an article, "" if it can
    refusal = await search.run.worker.call(worker_functions.find_page_kind, *search.body)
    if refusal in WALLS:
        return NotAFeed(refusal, f"names no feed, and shows {refusal} in place of the site")
    if await search.run.worker.call(worker_functions.is_filled_by_scripts, *search.body):
        return NotAFeed(FeedReason.SCRIPTS, "names no feed, and only scripts fill it")
    if refusal:
        meaning = refusal
        for reason in PageReason:
            if reason == refusal:
                meaning = reason.means
        detail = f"names no feed, and no article or list can be read from it ({meaning})"
        return NotAFeed(FeedReason.NOTHING, detail)
    return NotAFeed(FeedReason.NOTHING, "names no feed and lists no articles")


async def fetch(context: VisitContext) -> FetchResult:
    """Fetch the address of the source. If it refuses programs, but is a page of a well-known
    service whose feeds are open, return the answer from the feed of this page."""
    answer = await fetch_source(context, "feed")
    if not isinstance(answer, Failed):
        return answer
    was_not_reached = answer.no_network or answer.ours or answer.unasked
    if was_not_reached:
        return answer
    findings = await discover_closed(context.run, context.source, context.source.url)
    if not findings:
        return answer
    return findings[0].answer


async def read_entries(context: VisitContext, answer: Fetched) -> Announced:
    """Find the best feed or list at the address of the source, and return its entries and the
    finding itself. `answer`: the answer from the address.

    Raises NotAFeed if there is none. If there is only a single article or a feed of comments, the
    message names it, as a person must decide to follow it. Raises WorkerFailed if the worker
    process cannot read the answer."""
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
    # Only for a feed that was found on a page: the operator may enter the address of a feed that
    # another source follows.
    if discovered.document.kind != "feed":
        _refuse_second_key(context, best.url)
    feed_read = remove_private_site(best.feed, source)
    return Announced(feed=feed_read, answer=best.answer, found=best)


def _refuse_second_key(context: VisitContext, url: str) -> None:
    """Raise NotAFeed if another source than that of the visit already follows the feed at
    `url`."""
    for other in context.run.sources.values():
        if other.key != context.source.key and urls.alias(other.url) == urls.alias(url):
            detail = f"names the feed {urls.redacted(url)}, which {other.key} follows"
            raise NotAFeed(FeedReason.FOLLOWED, detail)


def _explain_choice(findings: Sequence[Finding]) -> NotAFeed:
    """Return the exception that says what the operator may follow, if the best of `findings` is a
    single article or a feed of comments. `findings`: the possible ways to follow an address, at
    least one, the best first."""
    feeds = [urls.redacted(finding.url) for finding in findings if finding.kind == "feed"]
    if findings[0].kind != "page":
        return NotAFeed(FeedReason.COMMENTS, f"has a feed of comments alone: {feeds[0]}")
    detail = "is one article"
    if feeds:
        detail = f"{detail}, beside the feed {feeds[0]}"
    return NotAFeed(FeedReason.ONE_ARTICLE, detail)
