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
    take_filing_time: Callable[[], datetime]  # time of filing: `save_article.sequence`
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
    report_filed: Callable[[str], None]  # receives the title of each filed article
    # receives how many more pages will be read, and how many more were
    count_pages: Callable[[int, int], None] = lambda more, read: None
    asked_by_person: bool = False  # the operator named the sources: failures do not count
    hubs: Hubs | None = None  # None if pushes are off
    # receives the origins of an article's fields
    report_trace: Callable[[str, Mapping[str, Any]], None] | None = None
    may_read_page: Callable[[str], bool] | None = None  # True for pages to read; None: all
    # one per site
    asking: MutableMapping[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    mailboxes: Mailboxes = field(default_factory=Mailboxes)

    def visit(self, source: Source, state: SourceState) -> "VisitContext":
        """Return the context of a visit to `source`."""
        return VisitContext(
            run=self,
            source=source,
            state=state,
            feed_site=urls.site(state.redirects.effective_url or source.url),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitContext:
    """A visit: the source, and its state when the visit began."""

    run: RunContext
    source: Source
    state: SourceState
    # alias keys of announced entries, if the feed was read
    announced_aliases: frozenset[str] = frozenset()
    may_lack_network: bool = False  # nothing was asked before: a failure may be this machine's
    feed_site: str = ""  # the site that the feed came from
    linking_pages: frozenset[str] = frozenset()  # alias keys of pages that link the source's feed

    @property
    def log(self) -> program.Logger:
        """The logger of the visit."""
        return program.logger("pipeline", source=self.source.key)

    @property
    def rights(self) -> ownership.Rights:
        """The rights of the source today."""
        rights = ownership.load_rights(
            self.run.rights_file, self.source, self.run.clock().date(), self.feed_site
        )
        if not self.linking_pages:
            return rights
        return replace(rights, pages=self.linking_pages)

    def owns_for_now(self, url: str) -> bool:
        """Return True if the source owns the site of `url` and its front page needs no new
        check."""
        file = self.run.rights_file
        site = urls.site(url)
        today = self.run.clock().date()
        if site in file.linked(self.source.key, today):
            return file.is_fresh(self.source.key, site, today)
        return self.rights.owns(url)

    def site_before_move(self, url: str) -> str:
        """Return the former site of `url` if the source moved from it to the site of `url`, else
        the site of `url`."""
        site = urls.site(url)
        if site != self.feed_site:
            return site
        move = self.run.rights_file.moved(self.source.key).get(site)
        return move.old if move else site

    def limit_source(self, url: str, rights: ownership.Rights | None = None) -> Source:
        """Return the source with the settings that its rights allow at `url`."""
        private = bool(self.run.settings.publish.secret_path)
        return ownership.limit_settings(self.source, rights or self.rights, url, private=private)

    async def fetch_page(self, url: str, source: Source | None = None) -> FetchResult:
        """Fetch the page at `url` with the settings of `source`, by default those that are allowed
        at `url`. A request whose credentials are unset fails without being sent."""
        run = self.run
        source = source or self.limit_source(url)
        request = build_page_request(url, source, run.settings, run.environ)
        failed = find_missing_credentials(request, source, run.environ)
        if failed is not None:
            return failed
        return await run.fetcher.fetch(request)

    async def read_page(
        self, page: "Page", source: Source, entry: Entry, now: datetime, keep: bool = False
    ) -> PageReading:
        """Read `page` in the worker, with the settings of `source`. `keep`: also pack the page for
        storage. Raises NotAnArticle, WorkerFailed, ConfigError."""
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
            repeated=run.store.find_boilerplate(urls.own_host(page.url)),
            headers=page.headers,
            now=now,
            own=source.tags,
            traced=run.report_trace is not None,
            keep=keep and bool(page.html),
        )

    def has_stronger_claim(self, article: Article) -> bool:
        """Return True if this source has a stronger claim to `article` than its present source.
        Hand-written files stay."""
        if article.source_key in ("", self.source.key):
            return False
        claimant = ownership.Claimant(source=self.source, rights=self.rights)
        return claimant.claim(article.url) > ownership.get_claim(article, self.run.owners)

    def make_entry_context(self, row: EntryRow, page: "Page | None" = None) -> "EntryContext":
        """Return the context of one pending entry. `page`: its page, if already fetched."""
        last_success = self.state.visits.last_success
        if last_success is not None and last_success >= row.first_seen:
            last_success = None
        return EntryContext(
            **{field.name: getattr(self, field.name) for field in fields(VisitContext)},
            row=row,
            page=page,
            announced=row.entry or Entry(id=row.entry_id, url=row.url),
            previous_visit=last_success,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page to read. `html` is empty if the feed's content replaces it."""

    html: bytes
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedEntry:
    """The part of an entry that its source may set at one address, and the `source` with the
    settings that it may use there."""

    source: Source
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryContext(VisitContext):
    """One pending entry of a visit."""

    row: EntryRow
    page: Page | None
    announced: Entry  # its feed entry, or its id and address alone
    previous_visit: datetime | None  # the last visit before the entry was announced

    @property
    def log(self) -> program.Logger:
        """The logger of the entry; `article` is set once the entry has one."""
        article = {"article": self.row.article_id} if self.row.article_id else {}
        return program.logger(
            "pipeline",
            source=self.source.key,
            host=urls.host(self.row.url),
            entry=self.row.entry_id,
            **article,
        )

    def limit_to_rights(self, url: str) -> TrustedEntry:
        """Return the part of the entry that the source may set at `url`. The text of a link is no
        title."""
        rights = self.rights
        entry = self.announced
        if self.source.rules.links:
            entry = replace(entry, title="")
        return TrustedEntry(
            source=self.limit_source(url, rights), entry=ownership.limit_entry(entry, rights, url)
        )

    @property
    def aliases(self) -> list[str]:
        """The alias keys that an article of this entry may have."""
        entry = self.announced
        addresses = []
        if entry.url:
            site = urls.site(entry.url)
            former_site = self.site_before_move(entry.url)
            addresses = [entry.url, entry.url.replace(site, former_site, 1)]
        url_aliases = dict.fromkeys(map(urls.alias, addresses))
        return [*url_aliases, urls.guid_alias(self.source.key, entry.id)]

    def find_known_article(self, lookup: Known) -> Article | None:
        """Return the article at the announced address, None if new. `lookup`: the store's answer
        for `aliases`."""
        url = self.announced.url
        former_site = self.site_before_move(url)
        return ownership.find_known_article(lookup, self.aliases, url, self.source.key, former_site)


def describe_bug(bug: BaseException) -> str:
    """Return an exception of our own code as one line."""
    return f"a bug of ours: {type(bug).__name__}: {bug}"[:_LONGEST_BUG]


def build_feed_request(
    source: Source,
    state: SourceState,
    settings: Settings,
    environ: Mapping[str, str],
    *,
    kind: Literal["feed", "page"] = "feed",
) -> Request:
    """Build a conditional request for the feed or list of `source`, at its redirected address if
    there is one. A list that a browser draws is requested without conditions: it changes behind an
    unchanged page."""
    validators = state.validators
    if source.browser and kind == "page":
        validators = Validators()
    return build_page_request(
        state.redirects.effective_url or source.url,
        source,
        settings,
        environ,
        kind=kind,
        etag=validators.etag,
        last_modified=validators.last_modified,
    )


def build_page_request(
    url: str, source: Source, settings: Settings, environ: Mapping[str, str], **more: Any
) -> Request:
    """Build a request for a page. `source` must be limited to the settings that are allowed at
    `url` (`ownership.terms`); `more`: further fields of the request."""
    headers = {}
    if _may_get_credentials(url, source):
        headers = {name: environ[key] for name, key in source.headers_env.items() if key in environ}
    # sent to this site only; its answers may repeat them
    sent_secrets = {}
    if urls.same_site(url, source.url) and not _loses_tls(url, source):
        sent_secrets = secrets.read_known_values(source.url, environ)
    fields: dict[str, Any] = {"kind": "page", "deadline": settings.fetch.seconds} | more
    return Request(
        url=url,
        headers=headers,
        secrets=sent_secrets,
        cookies=source.cookies if _may_get_cookies(url, source) else "",
        allow=source.allow if _may_get_credentials(url, source) else (),
        robots=source.robots,
        draw=source.browser,
        **fields,
    )


def build_picture_request(url: str, source: Source | None, settings: Settings) -> Request:
    """Build a request for the picture of an article. It has no credentials, as thumbnails are
    public."""
    return Request(
        url=url,
        kind="image",
        deadline=settings.fetch.seconds,
        allow=source.allow if source and _may_get_credentials(url, source) else (),
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
        allow=source.allow if _may_get_credentials(url, source) else (),
        robots=source.robots if urls.same_site(url, source.url) else "obey",
    )


def explain_refusal(url: str, source: Source) -> str:
    """Return why `source` may not refer to `url`, or "". A source with `allow` may name private
    addresses."""
    if source.allow:
        return ""
    return urls.refusal(url, source.url)


def may_use_private_networks(source: Source) -> bool:
    """Return True if the operator permits `source` to use private networks."""
    return bool(source.allow or urls.private(source.url))


def _may_get_credentials(url: str, source: Source) -> bool:
    """Return True if a request to `url` may have the source's credentials and use its private
    networks: same host, same use of TLS."""
    if url == source.url:
        return True
    return urls.host(url) == urls.host(source.url) and not _loses_tls(url, source)


def _may_get_cookies(url: str, source: Source) -> bool:
    """Return True if `url` has the publisher of the source, whose session it is: a file may have
    cookies of other sites. Another port is another server. RFC 6265 says which cookies the host
    gets."""
    if _loses_tls(url, source) or not urls.same_publisher(url, source.url):
        return False
    return _get_port(url) == _get_port(source.url)


def _get_port(url: str) -> int | None:
    """Return the port of `url`; None if it is the default one."""
    return urlsplit(f"//{urls.host(url)}").port


def _loses_tls(url: str, source: Source) -> bool:
    """Return True if the source's address has TLS and `url` has not."""
    if urlsplit(source.url).scheme.lower() != "https":
        return False
    return urlsplit(url).scheme.lower() != "https"


def find_missing_credentials(
    request: Request, source: Source, environ: Mapping[str, str]
) -> Failed | None:
    """Return a failure if the request needs unset variables, else None: the answer without them
    would look like the page."""
    in_url = secrets.variables(request.url)
    unset_here = [name for name in list_unset_url_variables(source, environ) if name in in_url]
    if unset_here and urls.same_site(request.url, source.url):
        detail = f"source {source.key!r}: {describe_unset_variables(unset_here, environ)}"
        return Failed(url=request.url, reason=FetchReason.UNSET_VARIABLE, detail=detail)
    missing = [
        f"{variable} (for the header {name})"
        for name, variable in list_unset_headers(source, environ)
    ]
    if not missing or not _may_get_credentials(request.url, source):
        return None
    detail = (
        f"headers_env: the environment variable {' and '.join(missing)} is not set where syndicator"
        " runs"
    )
    return Failed(url=request.url, reason=FetchReason.UNSET_VARIABLE, detail=detail)


def list_unset_headers(source: Source, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (header, variable) for each header of `source` whose environment variable has no
    value."""
    return [
        (name, variable)
        for name, variable in source.headers_env.items()
        if not environ.get(variable)
    ]


def list_unset_url_variables(source: Source, environ: Mapping[str, str]) -> list[str]:
    """Return the variables in the URL of `source` that are unset or too short."""
    values = secrets.read_known_values(source.url, environ)
    return [name for name in secrets.variables(source.url) if name not in values]


def describe_unset_variables(names: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the message for variables of a URL that are unset or too short."""
    unset = [name for name in names if not environ.get(name, "").strip()]
    short = [name for name in names if name not in unset]
    faults = []
    if unset:
        faults.append(
            f"the environment variable {' and '.join(unset)} is not set where syndicator runs:"
            " set it there"
        )
    if short:
        faults.append(
            f"the environment variable {' and '.join(short)} has fewer than {secrets.LEAST}"
            " characters, too few for a secret"
        )
    return f"url: {'; '.join(faults)}"
