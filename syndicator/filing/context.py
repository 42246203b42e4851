"""Define what a run, a visit and an entry work with; make their requests to sites.

Requests have credentials; one whose variables are unset is not sent."""

import asyncio
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from syndicator.articles.beside.rights_toml import RightsFile
from syndicator.configuration.settings import Settings
from syndicator.core import program, secrets, urls
from syndicator.core.model import (
    Article,
    Entry,
    Failed,
    FetchResult,
    Request,
    Source,
    SourceState,
    Validators,
)
from syndicator.core.ports import EntryRow, Fetcher, Known
from syndicator.core.ports.articles import ArticleStore, Snapshots
from syndicator.core.ports.subscriptions import Hubs
from syndicator.core.reasons import FetchReason
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.filing import ownership, worker_functions
from syndicator.filing.open_mailboxes import Mailboxes
from syndicator.filing.ownership import Owners
from syndicator.filing.page_reading import PageReading
from syndicator.filing.records import VisitRecords
from syndicator.processes.worker import Worker

# Exceptions of faults in our code. They cost one page or visit, reported by name. Errors of disk
# and store end the run.
BUGS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)

NO_PAGE = b"<!doctype html><title></title>"
_LONGEST_BUG = 300  # characters: a line of a log
MOST_PICTURE = 2_000_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingContext:
    """Services that file an article, made by `app.contexts.filing_context`."""

    store: VisitRecords
    article_store: ArticleStore
    clock: Callable[[], datetime]
    added: Callable[[], datetime]  # time of filing: `save_article.sequence`
    ranks: Mapping[str, int]  # positions in sources.toml
    owners: Owners


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext(FilingContext):
    """Services of a run, made from settings by `app.contexts.make_context`."""

    settings: Settings
    sources: Mapping[str, Source]  # by key
    fetcher: Fetcher
    rights_file: RightsFile
    snapshots: Snapshots
    worker: Worker
    taxonomy: TaxonomyFiles
    jitter: Callable[[], float]  # in [0, 1)
    environ: Mapping[str, str]  # with credentials of sources
    progress: Callable[[str], None]  # receives the title of each filed article
    # receives how many more pages will be read, and how many more were
    count_pages: Callable[[int, int], None] = lambda more, read: None
    asked: bool = False  # the operator named the sources: failures do not count
    hubs: Hubs | None = None  # None if pushes are off
    # receives the origins of an article's fields
    traced: Callable[[str, Mapping[str, Any]], None] | None = None
    readable: Callable[[str], bool] | None = None  # True for pages to read; None: all
    # one per site
    asking: MutableMapping[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    mailboxes: Mailboxes = field(default_factory=Mailboxes)

    def visit(self, source: Source, state: SourceState) -> "VisitContext":
        """Return the context of a visit to `source`."""
        return VisitContext(
            run=self,
            source=source,
            state=state,
            answered=urls.site(state.redirects.effective_url or source.url),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitContext:
    """A visit: the source, and its state when the visit began."""

    run: RunContext
    source: Source
    state: SourceState
    in_feed: frozenset[str] = frozenset()  # alias keys of announced entries, if the feed was read
    uncertain: bool = False  # the network may be down
    answered: str = ""  # the site that the feed came from
    pages: frozenset[str] = frozenset()  # alias keys of pages found to link the source's feed

    @property
    def log(self) -> program.Logger:
        return program.logger("pipeline", source=self.source.key)

    @property
    def rights(self) -> ownership.Rights:
        rights = ownership.rights_in(
            self.run.rights_file, self.source, self.run.clock().date(), self.answered
        )
        return replace(rights, pages=self.pages) if self.pages else rights

    def owns_for_now(self, url: str) -> bool:
        """True if the source owns the site of `url` and its front page needs no new check."""
        file = self.run.rights_file
        site = urls.site(url)
        today = self.run.clock().date()
        if site in file.linked(self.source.key, today):
            return file.is_fresh(self.source.key, site, today)
        return self.rights.owns(url)

    def home(self, url: str) -> str:
        """Return the site of `url`, or its former site if the source moved there from it."""
        site = urls.site(url)
        move = (
            self.run.rights_file.moved(self.source.key).get(site) if site == self.answered else None
        )
        return move.old if move else site

    def terms(self, url: str, rights: ownership.Rights | None = None) -> Source:
        """Return the source with the settings that its rights allow at `url`."""
        private = bool(self.run.settings.publish.secret_path)
        return ownership.terms(self.source, rights or self.rights, url, private=private)

    async def ask(self, url: str, source: Source | None = None) -> FetchResult:
        """Fetch the page at `url` with the settings of `source`, by default `terms(url)`."""
        run = self.run
        source = source or self.terms(url)
        request = page_request(url, source, run.settings, run.environ)
        return without_credentials(request, source, run.environ) or await run.fetcher.fetch(request)

    async def read(
        self, page: "Page", source: Source, entry: Entry, now: datetime, keep: bool = False
    ) -> PageReading:
        """Read `page` with `source`'s settings. `keep`: pack it. Raises NotAnArticle, WorkerFailed,
        ConfigError."""
        run = self.run
        return await run.worker.call(
            worker_functions.read_and_render,
            page.html or NO_PAGE,
            page.url,
            run.taxonomy,
            render=source.content == "full",
            summarise=not source.cookies,
            entry=entry,
            rules=source.rules,
            repeated=run.store.repeated(urls.own_host(page.url)),
            headers=page.headers,
            now=now,
            own=source.tags,
            traced=run.traced is not None,
            keep=keep and bool(page.html),
        )

    def adopts(self, article: Article) -> bool:
        """True if this source has a stronger claim to `article` than its present source.
        Hand-written files stay."""
        if article.source_key in ("", self.source.key):
            return False
        mine = ownership.Claimant(source=self.source, rights=self.rights).claim(article.url)
        return mine > ownership.claim_of(article, self.run.owners)

    def entry(self, row: EntryRow, page: "Page | None" = None) -> "EntryContext":
        """Return the context of one pending entry. `page`: its page, if already fetched."""
        before = self.state.visits.last_success
        return EntryContext(
            **{field.name: getattr(self, field.name) for field in fields(VisitContext)},
            row=row,
            page=page,
            announced=row.entry or Entry(id=row.entry_id, url=row.url),
            unannounced=before if before is not None and before < row.first_seen else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page to read. `html` is empty if the feed's content replaces it."""

    html: bytes
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryContext(VisitContext):
    """One pending entry of a visit."""

    row: EntryRow
    page: Page | None
    announced: Entry  # its feed entry, or its id and address alone
    unannounced: datetime | None  # the last visit before it was announced

    @property
    def log(self) -> program.Logger:
        """Return the logger of the entry; `article` is set once the entry has one."""
        article = {"article": self.row.article_id} if self.row.article_id else {}
        return program.logger(
            "pipeline",
            source=self.source.key,
            host=urls.host(self.row.url),
            entry=self.row.entry_id,
            **article,
        )

    def heard(self, url: str) -> tuple[Source, Entry]:
        """Return the source's terms and the trusted part of the entry for `url`. The text of a link
        is no title."""
        rights = self.rights
        entry = replace(self.announced, title="") if self.source.rules.links else self.announced
        return self.terms(url, rights), ownership.heard(entry, rights, url)

    @property
    def aliases(self) -> list[str]:
        """Return the alias keys that an article of this entry may have."""
        entry = self.announced
        here = urls.site(self.announced.url)
        home = self.home(self.announced.url)
        addresses = [entry.url, entry.url.replace(here, home, 1)] if entry.url else []
        return [
            *dict.fromkeys(map(urls.alias, addresses)),
            urls.guid_alias(self.source.key, entry.id),
        ]

    def known_in(self, lookup: Known) -> Article | None:
        """Return the article at the announced address, None if new. `lookup`: the store's answer
        for `aliases`."""
        url = self.announced.url
        return ownership.known_at(lookup, self.aliases, url, self.source.key, self.home(url))


def describe_bug(bug: BaseException) -> str:
    """Return an exception of our own code as one line."""
    return f"a bug of ours: {type(bug).__name__}: {bug}"[:_LONGEST_BUG]


def feed_request(
    source: Source,
    state: SourceState,
    settings: Settings,
    environ: Mapping[str, str],
    *,
    kind: Literal["feed", "page"] = "feed",
) -> Request:
    """Build a conditional request for the feed or list of `source`, at its redirected address if
    there is one. None has conditions if a browser draws the list: it changes behind an unchanged
    page."""
    validators = Validators() if source.browser and kind == "page" else state.validators
    return page_request(
        state.redirects.effective_url or source.url,
        source,
        settings,
        environ,
        kind=kind,
        etag=validators.etag,
        last_modified=validators.last_modified,
    )


def page_request(
    url: str, source: Source, settings: Settings, environ: Mapping[str, str], **more: Any
) -> Request:
    """Build a request for a page; `source` must have the terms of `url` (`ownership.terms`)."""
    own = _is_own(url, source)
    same_site = urls.same_site(url, source.url)
    others: dict[str, Any] = {"kind": "page", "deadline": settings.fetch.seconds} | more
    return Request(
        url=url,
        headers=(
            {name: environ[key] for name, key in source.headers_env.items() if key in environ}
            if own
            else {}
        ),
        # sent to this site only; its answers may repeat them
        secrets=(
            secrets.known(source.url, environ) if same_site and not _unsafe(url, source) else {}
        ),
        cookies=source.cookies if _may_get_cookies(url, source) else "",
        allow=source.allow if own else (),
        robots=source.robots,
        draw=source.browser,
        **others,
    )


def picture_request(url: str, source: Source | None, settings: Settings) -> Request:
    """Build a request for the picture of an article. It has no credentials, as thumbnails are
    public."""
    return Request(
        url=url,
        kind="image",
        deadline=settings.fetch.seconds,
        allow=source.allow if source and _is_own(url, source) else (),
        robots=source.robots if source and urls.same_site(url, source.url) else "obey",
        most=MOST_PICTURE,
    )


def site_request(url: str, source: Source, settings: Settings) -> Request:
    """Build a request for the front page of a source's site, to find its icon. It has no
    credentials, as icons are public."""
    return Request(
        url=url,
        kind="page",
        deadline=settings.fetch.seconds,
        allow=source.allow if _is_own(url, source) else (),
        robots=source.robots if urls.same_site(url, source.url) else "obey",
    )


def refusal(url: str, source: Source) -> str:
    """Return why `source` may not refer to `url`, or "". A source with `allow` may name private
    addresses."""
    return "" if source.allow else urls.refusal(url, source.url)


def let_in(source: Source) -> bool:
    """True if the operator permits `source` to use private networks."""
    return bool(source.allow or urls.private(source.url))


def _is_own(url: str, source: Source) -> bool:
    """True if `url` may get the source's credentials and be on its private networks: same host,
    same use of TLS."""
    same_host = urls.host(url) == urls.host(source.url)
    return url == source.url or (same_host and not _unsafe(url, source))


def _may_get_cookies(url: str, source: Source) -> bool:
    """True if `url` has the publisher of the source, whose session it is: a file may have cookies
    of other sites. Another port is another server. RFC 6265 says which cookies the host gets."""
    if _unsafe(url, source) or not urls.same_publisher(url, source.url):
        return False
    return _port(url) == _port(source.url)


def _port(url: str) -> int | None:
    """Return a port that is not the default one."""
    return urlsplit(f"//{urls.host(url)}").port


def _unsafe(url: str, source: Source) -> bool:
    return (
        urlsplit(url).scheme.lower() != "https" and urlsplit(source.url).scheme.lower() == "https"
    )


def without_credentials(
    request: Request, source: Source, environ: Mapping[str, str]
) -> Failed | None:
    """Return a failure if the request needs unset variables: the answer without them would look
    like the page."""
    lacking = [
        name for name in unset_in_url(source, environ) if name in secrets.variables(request.url)
    ]
    if lacking and urls.same_site(request.url, source.url):
        detail = f"source {source.key!r}: {unset_detail(lacking)}"
        return Failed(url=request.url, reason=FetchReason.UNSET_VARIABLE, detail=detail)
    missing = [f"{variable} (for the header {name})" for name, variable in unset(source, environ)]
    if not missing or not _is_own(request.url, source):
        return None
    detail = (
        f"headers_env: the environment variable {' and '.join(missing)} is not set where syndicator"
        " runs"
    )
    return Failed(url=request.url, reason=FetchReason.UNSET_VARIABLE, detail=detail)


def unset(source: Source, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (header, variable) for each header of `source` whose environment variable has no
    value."""
    return [
        (name, variable)
        for name, variable in source.headers_env.items()
        if not environ.get(variable)
    ]


def unset_in_url(source: Source, environ: Mapping[str, str]) -> list[str]:
    """Return the variables in the URL of `source` that are unset or too short."""
    values = secrets.known(source.url, environ)
    return [name for name in secrets.variables(source.url) if name not in values]


def unset_detail(lacking: Sequence[str]) -> str:
    """Return the message for unset variables of a URL."""
    return (
        f"url: the environment variable {' and '.join(lacking)} is not set where syndicator runs, "
        f"or has fewer than {secrets.LEAST} characters"
    )
