"""Define what a run, a visit and an entry work with; build the requests to sites.

A request that needs credentials is not sent if a variable of theirs is unset."""

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

# Exceptions that mean a bug in our code. They fail one page or one visit, and are reported by name.
# Errors of the disk and the database end the run.
BUGS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)

NO_PAGE = b"<!doctype html><title></title>"  # is read in place of a page if the feed has the text
_LONGEST_BUG = 300  # characters: a line of a log
MOST_PICTURE = 2_000_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingContext:
    """The services that file an article. Made by `app.contexts.filing_context`.

    `take_filing_time`: returns the time at which an article is filed, which is never before that of
    an article filed earlier (`save_article.make_filing_clock`). `ranks`: the positions of the
    sources in sources.toml, by key. `owners`: the sources with their rights."""

    store: VisitRecords
    article_store: ArticleStore
    clock: Callable[[], datetime]
    take_filing_time: Callable[[], datetime]
    ranks: Mapping[str, int]
    owners: Owners


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext(FilingContext):
    """The services of a run. Made from the settings by `app.contexts.make_context`."""

    settings: Settings
    sources: Mapping[str, Source]  # by key
    fetcher: Fetcher
    rights_file: RightsFile
    snapshots: Snapshots
    worker: Worker
    taxonomy: TaxonomyFiles
    jitter: Callable[[], float]  # returns a random number in [0, 1)
    environ: Mapping[str, str]  # environment variables, with credentials of sources
    report_filed: Callable[[str], None]  # receives the title of each filed article
    # receives how many more pages will be read, and how many more were
    count_pages: Callable[[int, int], None] = lambda more, read: None
    asked_by_person: bool = False  # the operator named the sources: failures do not count
    hubs: Hubs | None = None  # None if pushes are off
    # receives the origins of an article's fields
    report_trace: Callable[[str, Mapping[str, Any]], None] | None = None
    # returns True for the address of an entry that may be read; None: all may be read
    may_read_page: Callable[[str], bool] | None = None
    # by site: held while its front page is requested
    front_page_locks: MutableMapping[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    mailboxes: Mailboxes = field(default_factory=Mailboxes)

    def make_visit_context(self, source: Source, state: SourceState) -> "VisitContext":
        """Return the values that a visit to `source` works with. `state`: the stored state of the
        source, for example its redirect, when the visit begins."""
        return VisitContext(
            run=self,
            source=source,
            state=state,
            feed_site=urls.site(state.redirects.effective_url or source.url),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitContext:
    """A visit: its source, and the state that the source had when the visit began.

    `announced_aliases`: the alias keys of the entries in the feed; empty if the feed was not read.
    `may_lack_network`: nothing was requested in this visit before, so that a failed connection may
    be due to this machine's network. `feed_site`: the site that the feed came from.
    `linking_pages`: the alias keys of pages that link the source's feed."""

    run: RunContext
    source: Source
    state: SourceState
    announced_aliases: frozenset[str] = frozenset()
    may_lack_network: bool = False
    feed_site: str = ""
    linking_pages: frozenset[str] = frozenset()

    @property
    def log(self) -> program.Logger:
        """The logger of the visit."""
        return program.logger("pipeline", source=self.source.key)

    @property
    def rights(self) -> ownership.Rights:
        """The rights of the source to write articles, as they are now. If pages are known that link
        the feed of the source, they are listed in the rights."""
        rights = ownership.load_rights(
            self.run.rights_file, self.source, self.run.clock().date(), self.feed_site
        )
        if not self.linking_pages:
            return rights
        return replace(rights, pages=self.linking_pages)

    def owns_for_now(self, url: str) -> bool:
        """Return True if the source owns the site of `url`, by the rights that are stored. A right
        that the front page of the site granted counts only if it was confirmed in the last
        week."""
        rights_file = self.run.rights_file
        site = urls.site(url)
        today = self.run.clock().date()
        is_granted_by_front_page = site in rights_file.linked(self.source.key, today)
        if is_granted_by_front_page:
            return rights_file.is_fresh(self.source.key, site, today)
        return self.rights.owns(url)

    def find_site_before_move(self, url: str) -> str:
        """Return the site on which the source was before it moved to the site of `url`. If it did
        not move there, return the site of `url` itself."""
        site = urls.site(url)
        if site != self.feed_site:  # a move counts only while the feed comes from the new site
            return site
        move = self.run.rights_file.moved(self.source.key).get(site)
        return move.old if move else site

    def limit_source(self, url: str, rights: ownership.Rights | None = None) -> Source:
        """Return the source of this visit, without those settings that it may not use for the page
        at `url`. `rights`: the rights of the source; None: the rights that it has now."""
        has_private_feeds = bool(self.run.settings.publish.secret_path)
        return ownership.limit_settings(
            self.source, rights or self.rights, url, private=has_private_feeds
        )

    async def fetch_page(self, url: str, source: Source | None = None) -> FetchResult:
        """Fetch the page at `url`. If an environment variable with credentials is not set, nothing
        is requested, and a Failed is returned. `source`: the source with the settings for this
        request; None: the source of this visit, with the settings that it may use at `url`."""
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
        """Read the article on `page` in the worker process, by the rules and settings of `source`.
        If the page has no HTML, the article is read from the text of `entry`.

        `entry`: the part of the feed's entry that is trusted for this page. `now`: dates after this
        time are not believed. `keep`: also return the page itself, packed for storage. Raises
        NotAnArticle if the page is no article, WorkerFailed if the worker cannot read it,
        ConfigError for a faulty rule or taxonomy."""
        run = self.run
        has_page = bool(page.html)
        return await run.worker.call(
            worker_functions.read_and_render,
            page.html if has_page else NO_PAGE,
            page.url,
            run.taxonomy,
            render=source.content == "full",
            summarise=not source.cookies,
            entry=entry,
            rules=source.rules,
            repeated=run.store.find_boilerplate(urls.own_host(page.url)),
            headers=page.headers,
            now=now,
            source_tags=source.tags,
            traced=run.report_trace is not None,
            keep=keep and has_page,
        )

    def has_stronger_claim(self, article: Article) -> bool:
        """Return True if this source has a stronger claim to `article` than the source that filed
        it: for example, it owns the article's site and the other one does not."""
        # "": it was written by hand, and no source may take it
        if article.source_key in ("", self.source.key):
            return False
        claimant = ownership.Claimant(source=self.source, rights=self.rights)
        return claimant.claim(article.url) > ownership.get_claim(article, self.run.owners)

    def make_entry_context(self, row: EntryRow, page: "Page | None" = None) -> "EntryContext":
        """Return the context of a pending entry, from its stored `row`. `page`: the page of the
        entry if it was fetched already, else None."""
        previous_visit = self.state.visits.last_success
        if previous_visit is not None and previous_visit >= row.first_seen:
            # the entry was found by the last visit, or one before it: the visit before that one is
            # wanted, but its time is not stored
            previous_visit = None
        visit_values = {field.name: getattr(self, field.name) for field in fields(VisitContext)}
        return EntryContext(
            **visit_values,
            row=row,
            page=page,
            announced=row.entry or Entry(id=row.entry_id, url=row.url),
            previous_visit=previous_visit,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page to read. `html`: b"" if the text in the feed is read instead. `url`: its address.
    `headers`: of the answer, with lower-case names."""

    html: bytes
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedEntry:
    """The part of an entry that is trusted at one address. `source`: the source of the entry, with
    only those settings that it may use there."""

    source: Source
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryContext(VisitContext):
    """A pending entry of a visit. `row`: its stored row. `page`: its page if it was fetched
    already, else None. `announced`: the entry as the feed announced it; only its id and address if
    nothing more is stored. `previous_visit`: the last successful visit before the one that found
    the entry, None if unknown."""

    row: EntryRow
    page: Page | None
    announced: Entry
    previous_visit: datetime | None

    @property
    def log(self) -> program.Logger:
        """The logger of the entry. Its lines also name the article if the entry has one."""
        values = {
            "source": self.source.key,
            "host": urls.host(self.row.url),
            "entry": self.row.entry_id,
        }
        if self.row.article_id:
            values["article"] = self.row.article_id
        return program.logger("pipeline", **values)

    def limit_to_rights(self, url: str) -> TrustedEntry:
        """Return those fields of the entry, and those settings of the source, that are trusted for
        the page at `url`."""
        rights = self.rights
        entry = self.announced
        if self.source.rules.links:
            # the entry is a link of a list page, and its text is not the title of an article
            entry = replace(entry, title="")
        return TrustedEntry(
            source=self.limit_source(url, rights), entry=ownership.limit_entry(entry, rights, url)
        )

    @property
    def aliases(self) -> list[str]:
        """The alias keys under which the database may have the article of this entry: of the
        entry's address, of this address on the site from which the source moved, and of the entry's
        id. An alias key is a form in which different spellings of an address are equal."""
        entry = self.announced
        addresses = []
        if entry.url:
            site = urls.site(entry.url)
            former_site = self.find_site_before_move(entry.url)
            addresses = [entry.url, entry.url.replace(site, former_site, 1)]
        url_aliases = dict.fromkeys(map(urls.alias, addresses))
        return [*url_aliases, urls.guid_alias(self.source.key, entry.id)]

    def find_known_article(self, lookup: Known) -> Article | None:
        """Return the filed article that has the address of the entry; None if there is none.
        `lookup`: the answer of the database for the alias keys in `aliases`."""
        url = self.announced.url
        former_site = self.find_site_before_move(url)
        return ownership.find_known_article(lookup, self.aliases, url, self.source.key, former_site)


def describe_bug(bug: BaseException) -> str:
    """Return a line for the operator about an exception that is a bug of this program."""
    return f"a bug of ours: {type(bug).__name__}: {bug}"[:_LONGEST_BUG]


def build_feed_request(
    source: Source,
    state: SourceState,
    settings: Settings,
    environ: Mapping[str, str],
    *,
    kind: Literal["feed", "page"] = "feed",
) -> Request:
    """Build the request for the feed of `source`. If the feed was redirected for good, its new
    address is requested. `kind`: "page" if the source is a web page with a list of links.

    The request has the validators in `state` (the ETag and the date of the last answer), by which
    the server may answer that the feed is not modified."""
    validators = state.validators
    if source.browser and kind == "page":
        # scripts of a page that a browser draws may load a new list although it is not modified
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
    """Build the request for the page at `url`, with the credentials that this address may get.
    `source`: the source, with only those settings that it may use at `url`
    (`ownership.limit_settings`). `environ`: the environment variables, with the values of
    credentials. `more`: further fields of the request, by name."""
    headers = {}
    allow: tuple[str, ...] = ()
    if _may_get_credentials(url, source):
        for header, variable in source.headers_env.items():
            if variable in environ:
                headers[header] = environ[variable]
        allow = source.allow
    cookies = source.cookies if _may_get_cookies(url, source) else ""
    # Values of variables in the source's address. Only its site may get them. They are masked in
    # its answers, which may repeat them.
    sent_secrets = {}
    if urls.same_site(url, source.url) and not _loses_tls(url, source):
        sent_secrets = secrets.read_known_values(source.url, environ)
    further_fields: dict[str, Any] = {"kind": "page", "deadline": settings.fetch.seconds, **more}
    return Request(
        url=url,
        headers=headers,
        secrets=sent_secrets,
        cookies=cookies,
        allow=allow,
        robots=source.robots,
        draw=source.browser,
        **further_fields,
    )


def build_picture_request(url: str, source: Source | None, settings: Settings) -> Request:
    """Build the request for the picture of an article. It has no credentials, as everybody will see
    the thumbnail. `source`: the source of the article, None if it is not followed any more."""
    request = Request(url=url, kind="image", deadline=settings.fetch.seconds, most=MOST_PICTURE)
    if source is None:
        return request
    return _add_site_settings(request, source)


def build_site_request(url: str, source: Source, settings: Settings) -> Request:
    """Build the request for `url`, the front page of a source's site, on which its icon is looked
    for. It has no credentials, as everybody will see the icon."""
    request = Request(url=url, kind="page", deadline=settings.fetch.seconds)
    return _add_site_settings(request, source)


def _add_site_settings(request: Request, source: Source) -> Request:
    """Return the request with two permissions of the source: to use private networks, and to ignore
    robots.txt. A permission is left out if it does not apply at the address of the request."""
    allow: tuple[str, ...] = ()
    if _may_get_credentials(request.url, source):
        allow = source.allow
    robots = source.robots if urls.same_site(request.url, source.url) else "obey"
    return replace(request, allow=allow, robots=robots)


def explain_refusal(url: str, source: Source) -> str:
    """Return the reason to refuse `url`, an address in the feed of `source`; "" if it is allowed.
    It is refused for example if it leads to a private network. A source with the setting `allow`
    may use any address."""
    if source.allow:
        return ""
    return urls.explain_unsafe_link(url, source.url)


def may_use_private_networks(source: Source) -> bool:
    """Return True if `source` may use private networks: it has the setting `allow`, or its own
    address is in one."""
    return bool(source.allow or urls.explain_private(source.url))


def _may_get_credentials(url: str, source: Source) -> bool:
    """Return True if a request to `url` may have the credentials of the source, and may go to a
    private network if the source may. For this, it must go to the host of the source, with TLS if
    the address of the source has TLS."""
    if url == source.url:
        return True
    return urls.host(url) == urls.host(source.url) and not _loses_tls(url, source)


def _may_get_cookies(url: str, source: Source) -> bool:
    """Return True if the source's file of cookies may be used for a request to `url`. For this,
    `url` must belong to the publisher of the source and have the same port, and TLS if the address
    of the source has TLS. RFC 6265 then decides which cookies of the file are sent."""
    if _loses_tls(url, source):
        return False
    # the file may have cookies of other sites
    if not urls.same_publisher(url, source.url):
        return False
    # another port is another server
    return _get_port(url) == _get_port(source.url)


def _get_port(url: str) -> int | None:
    """Return the port that `url` states; None if it is the default port of its scheme."""
    return urlsplit(f"//{urls.host(url)}").port


def _loses_tls(url: str, source: Source) -> bool:
    """Return True if the address of the source has TLS (https) and `url` has not."""
    if urlsplit(source.url).scheme.lower() != "https":
        return False
    return urlsplit(url).scheme.lower() != "https"


def find_missing_credentials(
    request: Request, source: Source, environ: Mapping[str, str]
) -> Failed | None:
    """Return a Failed if `request` needs an environment variable with credentials that is not set;
    None if the request can be sent.

    It is not sent without its credentials, as the site may answer with a page that looks like the
    right one."""
    variables = secrets.variables(request.url)
    unset_in_url = [name for name in list_unset_url_variables(source, environ) if name in variables]
    if unset_in_url and urls.same_site(request.url, source.url):
        detail = f"source {source.key!r}: {describe_unset_variables(unset_in_url, environ)}"
        return Failed(url=request.url, reason=FetchReason.UNSET_VARIABLE, detail=detail)
    unset_in_headers = [
        f"{variable} (for the header {header})"
        for header, variable in find_unset_headers(source, environ).items()
    ]
    if not unset_in_headers or not _may_get_credentials(request.url, source):
        return None
    detail = (
        f"headers_env: the environment variable {' and '.join(unset_in_headers)} is not set where"
        " syndicator runs"
    )
    return Failed(url=request.url, reason=FetchReason.UNSET_VARIABLE, detail=detail)


def find_unset_headers(source: Source, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables that `source` needs for its headers and that are unset or
    empty, by name of the header."""
    unset = {}
    for header, variable in source.headers_env.items():
        if not environ.get(variable):
            unset[header] = variable
    return unset


def list_unset_url_variables(source: Source, environ: Mapping[str, str]) -> list[str]:
    """Return the environment variables in the address of `source` that are unset, or whose values
    are too short for a secret."""
    values = secrets.read_known_values(source.url, environ)
    return [name for name in secrets.variables(source.url) if name not in values]


def describe_unset_variables(names: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return a message for the operator about variables in the address of a source. `names`: those
    that are unset, or whose values in `environ` are too short for a secret."""
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
