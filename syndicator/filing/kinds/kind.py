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
    feed_request,
    page_request,
    refusal,
    without_credentials,
)
from syndicator.filing.kinds.unanswered import name_setting
from syndicator.visiting.feeds.known import Discovery

# what may stand in place of a site: nothing of it is to be followed
WALLS = (FeedReason.BOT_CHECK, FeedReason.LOGIN, FeedReason.CONSENT)
FollowedKind = Literal["feed", "list", "page"]


class Place(IntEnum):
    """Where a finding stands among those at one address, the best first."""

    MAINLY_LIST = 0
    ARTICLE = 1
    LIST = 2
    DOUBTFUL_ARTICLE = 3
    FEED = 4
    COMMENTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A thing that can be followed. `url`: where; `answer`: what stands there; `feed`: its entries,
    none for a single article; `asked`: the address that was asked for it, if it redirects for good;
    `same_as`: an earlier finding with the same entries."""

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
        """True if a run may follow it although nobody looked at it."""
        return self.kind != "page" and self.place != Place.COMMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What stands at the address `url`. `source`: settings of the requests that a search makes;
    `document`: the kind of `answer`, and the feeds that it names; `failed`: receives why what it
    names cannot be followed."""

    run: RunContext
    source: Source
    url: str
    answer: Fetched
    document: Discovery
    failed: list[str] = field(default_factory=list)

    @property
    def body(self) -> tuple[bytes, str, Mapping[str, str]]:
        """The answer, as functions of the worker take it."""
        return self.answer.body, self.answer.final_url, dict(self.answer.headers)

    @property
    def is_declared_article(self) -> bool:
        """True if the page says that it is an article, and is no front page."""
        return self.document.article and not urls.is_front_page(self.url)

    async def ask(self, url: str, kind: Literal["feed", "page"]) -> FetchResult:
        """Fetch what the page names, without the values of variables: strangers wrote `url`."""
        request = page_request(url, self.source, self.run.settings, self.run.environ, kind=kind)
        return await self.run.fetcher.fetch(replace(request, secrets={}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What a visit brought: a feed and the answer that it was read from. `page`: of a source that
    is a single article; `found`: what the address turned out to be."""

    feed: ParsedFeed
    answer: Fetched
    page: Page | None = None
    found: Finding | None = None


class Visited(Protocol):
    """How a source is visited."""

    async def visit(self, context: VisitContext) -> FetchResult:
        """Ask the source for what is new."""

    async def entries(self, context: VisitContext, answer: Fetched) -> Announced:
        """Return the entries of an answer. Raises NotAFeed, WorkerFailed."""


class Kind(Visited, Protocol):
    """A kind of source: a module with these three functions, in `unstated_kind.KINDS`."""

    async def discover(self, search: Search, earlier: Sequence[Finding]) -> list[Finding]:
        """Return what of this kind can be followed at the address. `earlier`: what the kinds before
        it found."""


async def ask(context: VisitContext, kind: Literal["feed", "page"]) -> FetchResult:
    """Fetch the address of the source, with its validators and credentials."""
    run = context.run
    request: Request = feed_request(
        context.source, context.state, run.settings, run.environ, kind=kind
    )
    context.log.debug("visiting", url=urls.redacted(request.url))
    failed = without_credentials(request, context.source, run.environ)
    answer = failed or await run.fetcher.fetch(request)
    if not isinstance(answer, Failed):
        return answer
    cure = name_setting(answer, run.settings.fetch.proxy, run.environ)
    return replace(answer, detail=f"{answer.detail}; {cure}") if cure else answer


def remove_private_site(feed: ParsedFeed, source: Source) -> ParsedFeed:
    """Return `feed` without a site address on a private network."""
    return replace(feed, site_url="") if refusal(feed.site_url, source) else feed
