"""What a run, a visit and an entry work with: one value that is passed on, and grows on the way down; and their
requests, with the source's credentials where allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from syndicator.articles.beside.lists import RightsFile
from syndicator.configuration.settings import Settings
from syndicator.core import program, secrets, urls
from syndicator.core.model import Article, Entry, Failed, FetchResult, Request, Source, SourceState
from syndicator.core.ports import EntryRow, Fetcher, Known, VisitStore
from syndicator.core.ports.articles import ArticleStore, Snapshots
from syndicator.core.ports.subscriptions import Hubs
from syndicator.core.reasons import FetchReason
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.pipeline import ownership
from syndicator.pipeline.ownership import Owners
from syndicator.processes.worker import Worker

# Exceptions that a fault in our own code raises on strange input. They cost that page or visit, which is reported with
# the exception's name, and not the run. What the disk and the store raise is not among them: that ends the run.
BUGS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

_LONGEST_BUG = 300  # characters of a report; a choice: one line of a log


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingContext:
    """Files, rows and the order of sources, for filing an article (`services.container.filing_context`)."""

    store: VisitStore
    article_store: ArticleStore
    clock: Callable[[], datetime]
    added: Callable[[], datetime]  # when an article is added that is filed now: `pipeline.entry.sequence`
    ranks: Mapping[str, int]  # the place of each source in sources.toml
    owners: Owners


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext(FilingContext):
    """The services of a run, made from settings by `services.container.make_context`."""

    settings: Settings
    sources: Mapping[str, Source]  # all that are followed, by key
    fetcher: Fetcher
    rights_file: RightsFile
    snapshots: Snapshots
    worker: Worker
    taxonomy: TaxonomyFiles
    jitter: Callable[[], float]  # in [0, 1)
    environ: Mapping[str, str]  # where the credentials of sources are
    progress: Callable[[str], None]  # is given the title of each article that is filed
    asked: bool = False  # a person named what to visit: what fails is not held against a source
    hubs: Hubs | None = None  # what pushes, where the operator lets it
    traced: Callable[[str, Mapping[str, Any]], None] | None = None  # is given where the fields of an article came from
    readable: Callable[[str], bool] | None = None  # True for the pages that this run may read; None: all
    asking: MutableMapping[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)  # one a site: `owners.links`

    def visit(self, source: Source, state: SourceState) -> VisitContext:
        """The context of a visit to `source`."""
        return VisitContext(run=self, source=source, state=state, answered=urls.site(state.effective_url or source.url))


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitContext:
    """One source's visit: the source, and what we remembered of it when the visit began."""

    run: RunContext
    source: Source
    state: SourceState
    in_feed: frozenset[str] = frozenset()  # alias keys of what the feed announces, where this visit read it
    uncertain: bool = False  # nothing that this visit did has shown yet that there is a network
    answered: str = ""  # the site that the feed came from
    pages: frozenset[str] = frozenset()  # alias keys of pages that were just seen to link the source's feed

    @property
    def log(self) -> program.Logger:
        """The log of the visit."""
        return program.logger("pipeline", source=self.source.key)

    @property
    def rights(self) -> ownership.Rights:
        """Whose articles the source may write, as far as is known now."""
        rights = ownership.rights_in(self.run.rights_file, self.source, self.run.clock().date(), self.answered)
        return replace(rights, pages=self.pages) if self.pages else rights

    def owns_for_now(self, url: str) -> bool:
        """True if the source owns `url` and no front page has to be asked for that again."""
        file, site, today = self.run.rights_file, urls.site(url), self.run.clock().date()
        if site in file.linked(self.source.key, today):
            return file.is_fresh(self.source.key, site, today)
        return self.rights.owns(url)

    def home(self, url: str) -> str:
        """The site of `url`, or the one that the source's site left for it."""
        site = urls.site(url)
        move = self.run.rights_file.moved(self.source.key).get(site) if site == self.answered else None
        return move.old if move else site

    def terms(self, url: str, rights: ownership.Rights | None = None) -> Source:
        """The source as what the operator wrote of it holds for the article at `url`."""
        private = bool(self.run.settings.publish.secret_path)
        return ownership.terms(self.source, rights or self.rights, url, private=private)

    async def ask(self, url: str, source: Source | None = None) -> FetchResult:
        """The answer of the page at `url`, asked for on the terms that hold there, or on those of `source`."""
        run, source = self.run, source or self.terms(url)
        request = page_request(url, source, run.settings, run.environ)
        return without_credentials(request, source, run.environ) or await run.fetcher.fetch(request)

    def adopts(self, article: Article) -> bool:
        """True if the source has a better claim to `article` than its source. A hand's file is never taken."""
        if article.source_key in ("", self.source.key):
            return False
        mine = ownership.Claimant(source=self.source, rights=self.rights).claim(article.url)
        return mine > ownership.claim_of(article, self.run.owners)

    def entry(self, row: EntryRow, page: Page | None = None) -> EntryContext:
        """The context of one pending entry; `page` where its bytes are at hand already."""
        before = self.state.last_success
        return EntryContext(
            **{field.name: getattr(self, field.name) for field in fields(VisitContext)},
            row=row,
            page=page,
            announced=row.entry or Entry(id=row.entry_id, url=row.url),
            unannounced=before if before is not None and before < row.first_seen else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Bytes to be read. `html` is empty when the feed's own content is all there is."""

    html: bytes
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryContext(VisitContext):
    """One pending entry of a visit."""

    row: EntryRow
    page: Page | None
    announced: Entry  # what the feed says of it; just its id and address if the row no longer has more
    unannounced: datetime | None  # when the source was last visited and did not announce it yet, if that is known

    @property
    def log(self) -> program.Logger:
        """The log of the visit, for this entry: `host` is that of its page, `article` its id once it has one."""
        known = {"article": self.row.article_id} if self.row.article_id else {}
        return program.logger(
            "pipeline", source=self.source.key, host=urls.host(self.row.url), entry=self.row.entry_id, **known
        )

    def heard(self, url: str) -> tuple[Source, Entry]:
        """The source's terms and the trusted part of the announcement, both for `url`. A link's text in a list ("Read
        more") is no title."""
        rights = self.rights
        entry = replace(self.announced, title="") if self.source.rules.links else self.announced
        return self.terms(url, rights), ownership.heard(entry, rights, url)

    @property
    def aliases(self) -> list[str]:
        """The alias keys under which an article of this entry would be known."""
        entry, here, home = self.announced, urls.site(self.announced.url), self.home(self.announced.url)
        addresses = [entry.url, entry.url.replace(here, home, 1)] if entry.url else []
        return [*dict.fromkeys(map(urls.alias, addresses)), urls.guid_alias(self.source.key, entry.id)]

    def known_in(self, known: Known) -> Article | None:
        """The article that the announced address already is, None when it is new."""
        url = self.announced.url
        return ownership.known_at(known, self.aliases, url, self.source.key, self.home(url))


def describe_bug(bug: BaseException) -> str:
    """A fault of ours in one line."""
    return f"a bug of ours: {type(bug).__name__}: {bug}"[:_LONGEST_BUG]


MOST_PICTURE = 2_000_000  # bytes; asked for by subscribers, and more than pages should have


def feed_request(source: Source, state: SourceState, settings: Settings, environ: Mapping[str, str]) -> Request:
    """A conditional request for the feed of `source`, at the address that it has moved to, if it has."""
    return page_request(
        state.effective_url or source.url,
        source,
        settings,
        environ,
        kind="page" if source.kind in ("page", "list") or source.rules.links else "feed",
        etag=state.etag,
        last_modified=state.last_modified,
        deadline=settings.fetch.feed_seconds,
    )


def page_request(url: str, source: Source, settings: Settings, environ: Mapping[str, str], **more: Any) -> Request:
    """A request for a page that `source` points to; `source` as it holds there (`ownership.terms`)."""
    own = _is_own(url, source)
    others: dict[str, Any] = {"kind": "page", "deadline": settings.fetch.page_seconds} | more
    return Request(
        url=url,
        headers={name: environ[key] for name, key in source.headers_env.items() if key in environ} if own else {},
        secrets=_secrets(url, source, environ),
        allow=source.allow if own else (),
        robots=source.robots,
        **others,
    )


def picture_request(url: str, source: Source | None, settings: Settings) -> Request:
    """The request for an article's picture, without credentials: private pictures are not for everybody."""
    own = source is not None and _is_own(url, source)
    return Request(
        url=url,
        kind="image",
        deadline=settings.fetch.page_seconds,
        allow=source.allow if source is not None and own else (),
        robots=source.robots if source is not None and urls.same_site(url, source.url) else "obey",
        most=MOST_PICTURE,
    )


def refusal(url: str, source: Source) -> str:
    """Why `source` may not refer to `url`, or "". Sources on permitted private networks may name addresses there."""
    return "" if source.allow else urls.refusal(url, source.url)


def let_in(source: Source) -> bool:
    """True when the operator lets `source` into private networks."""
    return bool(source.allow or urls.private(source.url))


def _is_own(url: str, source: Source) -> bool:
    """True if `url` may get the credentials of `source` and be on its private networks: only the host that the operator
    wrote, and without TLS only if that address is, too."""
    if url == source.url:
        return True
    return urls.host(url) == urls.host(source.url) and not _unsafe(url, source)


def _unsafe(url: str, source: Source) -> bool:
    """True when what the operator sends over TLS would be sent without it."""
    return urlsplit(url).scheme.lower() != "https" and urlsplit(source.url).scheme.lower() == "https"


def without_credentials(request: Request, source: Source, environ: Mapping[str, str]) -> Failed | None:
    """Why `request` must not be made: it would lack a header or a part of its URL that the operator says it needs, and
    the answer to that would be taken for the page's own. None when it has all."""
    lacking = [name for name in unset_in_url(source, environ) if name in secrets.variables(request.url)]
    if lacking and urls.same_site(request.url, source.url):
        detail = f"source {source.key!r}: {unset_detail(lacking)}"
        return Failed(url=request.url, reason=FetchReason.UNSET_VARIABLE, detail=detail)
    if not _is_own(request.url, source):
        return None
    missing = [f"{variable} (for the header {name})" for name, variable in unset(source, environ)]
    if not missing:
        return None
    detail = f"headers_env: the environment variable {' and '.join(missing)} is not set where syndicator runs"
    return Failed(url=request.url, reason=FetchReason.UNSET_VARIABLE, detail=detail)


def unset(source: Source, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers of a source, each with its variable, that the environment has no value for."""
    return [(name, variable) for name, variable in source.headers_env.items() if not environ.get(variable)]


def unset_in_url(source: Source, environ: Mapping[str, str]) -> list[str]:
    """The variables in the URL of a source that the environment has no value for, or one that is no secret."""
    values = secrets.known(source.url, environ)
    return [name for name in secrets.variables(source.url) if name not in values]


def unset_detail(lacking: Sequence[str]) -> str:
    return (
        f"url: the environment variable {' and '.join(lacking)} is not set where syndicator runs, "
        f"or has fewer than {secrets.LEAST} characters"
    )


def _secrets(url: str, source: Source, environ: Mapping[str, str]) -> dict[str, str]:
    """The values of the placeholders in the address of `source`, for what is of its site: another that names one, as
    any page may, does not get it. For all requests there, as its answers may repeat them."""
    if not secrets.variables(source.url) or not urls.same_site(url, source.url) or _unsafe(url, source):
        return {}
    return secrets.known(source.url, environ)
