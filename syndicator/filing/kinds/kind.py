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
    """The rank of a finding among all findings at one address. The lowest number is the best."""

    MAINLY_LIST = 0
    ARTICLE = 1
    LIST = 2
    DOUBTFUL_ARTICLE = 3
    FEED = 4
    COMMENTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something at an address that can be followed: a feed, a list of articles or a single article.

    `url`: the address to follow. `answer`: the answer from there. `feed`: its entries, None for a
    single article. `asked`: the address at which a feed was requested; it is another one than `url`
    if it redirects there permanently. `same_as`: the address of a better finding that has the same
    entries, "" without one."""

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
    """A search for what can be followed at the address `url`. `source`: has the settings for its
    requests. `answer`: the answer from `url`. `document`: the kind of this answer, and the feeds
    that it names. `failed`: the reasons why named feeds cannot be followed; the search appends to
    it."""

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
        """Fetch `url`, an address that the page names. A variable in it is not replaced by its
        secret value, as a stranger wrote the address. `kind`: robots.txt is obeyed for a "page",
        not for a "feed"."""
        request = build_page_request(
            url, self.source, self.run.settings, self.run.environ, kind=kind
        )
        return await self.run.fetcher.fetch(replace(request, secrets={}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """The entries in the answer of a source, as a feed. `answer`: the answer that was read; if the
    first visit found a feed on a page, it is the answer from this feed. `page`: the page of a
    source that is a single article, else None. `found`: the finding by which the first visit
    decided the kind of the source, else None."""

    feed: ParsedFeed
    answer: Fetched
    page: Page | None = None
    found: Finding | None = None


class Visitable(Protocol):
    """The way to visit a source of one kind: fetch its answer, then read the entries in it."""

    async def fetch(self, context: VisitContext) -> FetchResult:
        """Return the answer of the source to a request for its feed, page or mails."""

    async def read_entries(self, context: VisitContext, answer: Fetched) -> Announced:
        """Return the entries in `answer`. Raises NotAFeed if there are none to follow, WorkerFailed
        if the worker cannot read it."""


class Kind(Visitable, Protocol):
    """A kind of source: a module that has these three functions and is listed in
    `unstated_kind.KINDS`."""

    async def discover(self, search: Search, earlier: Sequence[Finding]) -> list[Finding]:
        """Return what can be followed as this kind at the address of `search`, the best first.
        `earlier`: the findings of the kinds that stand before this one in KINDS."""


async def fetch_source(context: VisitContext, kind: Literal["feed", "page"]) -> FetchResult:
    """Fetch the address of the source, with its credentials and with the validators of the last
    answer (such as its ETag). If an environment variable with credentials is not set, nothing is
    requested, and a Failed is returned. If this machine's network or certificates seem to be at
    fault, the returned failure names a setting that may help. `kind`: robots.txt is obeyed for a
    "page", not for a "feed"."""
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
