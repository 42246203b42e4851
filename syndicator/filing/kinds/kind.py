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

# kinds of pages that a site shows in place of its own: nothing on them can be followed
WALLS = (FeedReason.BOT_CHECK, FeedReason.LOGIN, FeedReason.CONSENT)
FollowedKind = Literal["feed", "list", "page"]


class Place(IntEnum):
    """The rank of a finding among all findings at one address; the lowest is the best."""

    MAINLY_LIST = 0
    ARTICLE = 1
    LIST = 2
    DOUBTFUL_ARTICLE = 3
    FEED = 4
    COMMENTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A feed, list or article at an address that can be followed.

    `url`: its own address; `answer`: the answer from there; `feed`: its entries, None for a single
    article; `asked`: the address that was requested, if that redirects to `url` permanently;
    `same_as`: address of a better finding with the same entries, "" without one."""

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
        """True if a run may follow the finding although no person has looked at it."""
        return self.kind != "page" and self.place != Place.COMMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search for what can be followed at the address `url`. `source`: settings for its requests;
    `answer`: from `url`; `document`: what the answer is, and the feeds that it names; `failed`: the
    search appends here why a named feed cannot be followed."""

    run: RunContext
    source: Source
    url: str
    answer: Fetched
    document: Discovery
    failed: list[str] = field(default_factory=list)

    @property
    def body(self) -> tuple[bytes, str, Mapping[str, str]]:
        """The arguments of functions of the worker: the bytes of the answer, its address and its
        headers."""
        return self.answer.body, self.answer.final_url, dict(self.answer.headers)

    @property
    def is_declared_article(self) -> bool:
        """True if the page says that it is an article, and is no front page."""
        return self.document.article and not urls.is_front_page(self.url)

    async def fetch(self, url: str, kind: Literal["feed", "page"]) -> FetchResult:
        """Fetch an address that the page names. As a stranger wrote `url`, variables in it are not
        replaced by their secret values. `kind` of the request: robots.txt is obeyed for "page"."""
        request = build_page_request(
            url, self.source, self.run.settings, self.run.environ, kind=kind
        )
        return await self.run.fetcher.fetch(replace(request, secrets={}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """The entries in a source's answer, as a feed. `answer`: that was read, which is another one
    than at first if a feed was found; `page`: of a source that is a single article; `found`: what
    the first visit of a source found out about its kind."""

    feed: ParsedFeed
    answer: Fetched
    page: Page | None = None
    found: Finding | None = None


class Visitable(Protocol):
    """The way to visit a source."""

    async def fetch(self, context: VisitContext) -> FetchResult:
        """Return the source's answer to a request for its feed, page or mails."""

    async def read_entries(self, context: VisitContext, answer: Fetched) -> Announced:
        """Return the entries in an answer. Raises NotAFeed, WorkerFailed."""


class Kind(Visitable, Protocol):
    """A kind of source: a module with these three functions, listed in `unstated_kind.KINDS`."""

    async def discover(self, search: Search, earlier: Sequence[Finding]) -> list[Finding]:
        """Return the findings of this kind at the address. `earlier`: the findings of the kinds
        before this one in KINDS."""


async def fetch_source(context: VisitContext, kind: Literal["feed", "page"]) -> FetchResult:
    """Fetch the address of the source, with its validators and credentials. If this machine's
    network or certificates seem to be at fault, the failure names the setting that may help."""
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
    """Return `feed` without the address of its site if that is in a private network."""
    if explain_refusal(feed.site_url, source):
        return replace(feed, site_url="")
    return feed
