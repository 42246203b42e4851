"""Define the interface of a kind of source, and the values that its functions return."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Literal, Protocol

from syndicator.core import urls
from syndicator.core.model import Failed, Fetched, FetchResult, ParsedFeed, Request, Source
from syndicator.core.reasons import FeedReason
from syndicator.filing.context import (
    Page,
    RunContext,
    VisitContext,
    build_feed_request,
    build_page_request,
    explain_refusal,
    find_missing_credentials,
)
from syndicator.filing.kinds.unanswered import name_setting
from syndicator.visiting.feeds.known import Discovery

# pages that a site shows in place of itself: nothing of them is to be followed
WALLS = (FeedReason.BOT_CHECK, FeedReason.LOGIN, FeedReason.CONSENT)
FollowedKind = Literal["feed", "list", "page"]


class Place(IntEnum):
    """The rank of a finding among those at one address, the best first."""

    MAINLY_LIST = 0
    ARTICLE = 1
    LIST = 2
    DOUBTFUL_ARTICLE = 3
    FEED = 4
    COMMENTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A feed, list or article that can be followed. `url`: its address; `answer`: the answer from
    there; `feed`: its entries, None for a single article; `asked`: the address that was asked for
    it, if that redirects for good; `same_as`: the address of an earlier finding with the same
    entries."""

    kind: FollowedKind
    place: Place
    url: str
    answer: Fetched
    title: str = ""
    feed: ParsedFeed | None = None
    asked: str = ""
    same_as: str = ""

    @property
    def is_for_a_run(self) -> bool:
        """Return True if a run may follow it although nobody looked at it."""
        return self.kind != "page" and self.place != Place.COMMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search for what can be followed at the address `url`. `source`: settings of its requests;
    `document`: the kind of `answer`, and the feeds that it names; `failed`: receives why feeds that
    it names cannot be followed."""

    run: RunContext
    source: Source
    url: str
    answer: Fetched
    document: Discovery
    failed: list[str] = field(default_factory=list)

    @property
    def body(self) -> tuple[bytes, str, Mapping[str, str]]:
        """The answer as (bytes, address, headers), for functions of the worker."""
        return self.answer.body, self.answer.final_url, dict(self.answer.headers)

    @property
    def is_declared_article(self) -> bool:
        """Return True if the page says that it is an article, and is no front page."""
        return self.document.article and not urls.is_front_page(self.url)

    async def fetch(self, url: str, kind: Literal["feed", "page"]) -> FetchResult:
        """Fetch an address that the page names, without the values of secret variables: strangers
        wrote `url`."""
        request = build_page_request(
            url, self.source, self.run.settings, self.run.environ, kind=kind
        )
        return await self.run.fetcher.fetch(replace(request, secrets={}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """The entries that a source announced in an answer, as a feed. `page`: of a source that is a
    single article; `found`: the kind and address of the source, if this visit found them out."""

    feed: ParsedFeed
    answer: Fetched
    page: Page | None = None
    found: Finding | None = None


class Visitable(Protocol):
    """The way in which a source is visited."""

    async def fetch(self, context: VisitContext) -> FetchResult:
        """Fetch the source's answer: its feed, page or mails."""

    async def read_entries(self, context: VisitContext, answer: Fetched) -> Announced:
        """Return the entries of an answer. Raises NotAFeed, WorkerFailed."""


class Kind(Visitable, Protocol):
    """A kind of source: a module with these three functions, in `unstated_kind.KINDS`."""

    async def discover(self, search: Search, earlier: Sequence[Finding]) -> list[Finding]:
        """Return the findings of this kind at the address. `earlier`: those of the kinds before
        it."""


async def fetch_source(context: VisitContext, kind: Literal["feed", "page"]) -> FetchResult:
    """Fetch the address of the source, with its validators and credentials."""
    run = context.run
    request: Request = build_feed_request(
        context.source, context.state, run.settings, run.environ, kind=kind
    )
    context.log.debug("visiting", url=urls.redacted(request.url))
    failed = find_missing_credentials(request, context.source, run.environ)
    answer = failed or await run.fetcher.fetch(request)
    if not isinstance(answer, Failed):
        return answer
    cure = name_setting(answer, run.settings.fetch.proxy, run.environ)
    if not cure:
        return answer
    return replace(answer, detail=f"{answer.detail}; {cure}")


def remove_private_site(feed: ParsedFeed, source: Source) -> ParsedFeed:
    """Return `feed` without a site address on a private network."""
    if explain_refusal(feed.site_url, source):
        return replace(feed, site_url="")
    return feed
