"""What a run, a visit and an entry work with: one value that is passed on, and grows on the way down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from weakref import WeakValueDictionary

from syndicator.articles.beside.lists import RightsFile
from syndicator.configuration.settings import Settings
from syndicator.core import program, urls
from syndicator.core.model import Entry, Source, SourceState
from syndicator.core.ports import EntryRow, Fetcher, VisitStore
from syndicator.core.ports.articles import ArticleStore, Snapshots
from syndicator.core.ports.subscriptions import Hubs
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

    @property
    def log(self) -> program.Logger:
        """The log of the visit."""
        return program.logger("pipeline", source=self.source.key)

    @property
    def rights(self) -> ownership.Rights:
        """Whose articles the source may write, as far as is known now."""
        return rights_in(self.run.rights_file, self.source, self.run.clock().date(), self.answered)

    def home(self, url: str) -> str:
        """The site of `url`, or the one that the source's site left for it."""
        site = urls.site(url)
        move = self.run.rights_file.moved(self.source.key).get(site) if site == self.answered else None
        return move.old if move else site

    def terms(self, url: str) -> Source:
        """The source as what the operator wrote of it holds for the article at `url`."""
        private = bool(self.run.settings.publish.secret_path)
        return ownership.terms(self.source, self.rights, url, private=private)

    def entry(self, row: EntryRow, page: Page | None = None) -> EntryContext:
        """The context of one pending entry; `page` where its bytes are at hand already."""
        return EntryContext(
            run=self.run,
            source=self.source,
            state=self.state,
            in_feed=self.in_feed,
            uncertain=self.uncertain,
            answered=self.answered,
            row=row,
            page=page,
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
    pages: frozenset[str] = frozenset()  # alias keys of pages that were just seen to link the source's feed

    @property
    def rights(self) -> ownership.Rights:
        """The rights of the source, and those that pages of this entry give it."""
        rights = rights_in(self.run.rights_file, self.source, self.run.clock().date(), self.answered)
        return replace(rights, pages=self.pages) if self.pages else rights

    @property
    def log(self) -> program.Logger:
        """The log of the visit, for this entry: `host` is that of its page, `article` its id once it has one."""
        known = {"article": self.row.article_id} if self.row.article_id else {}
        return program.logger(
            "pipeline", source=self.source.key, host=urls.host(self.row.url), entry=self.row.entry_id, **known
        )

    @property
    def announced(self) -> Entry:
        """What the feed says of the entry; just its id and address when the row no longer has more."""
        return self.row.entry or Entry(id=self.row.entry_id, url=self.row.url)

    def heard(self, url: str) -> Entry:
        """The trusted part of the announcement of `url`. A link's text in a list ("Read more") is no title."""
        entry = replace(self.announced, title="") if self.source.rules.links else self.announced
        return ownership.heard(entry, self.rights, url)

    @property
    def aliases(self) -> list[str]:
        """The alias keys under which an article of this entry would be known."""
        entry = self.announced
        addresses = [entry.url, self._before_move(entry.url)] if entry.url else []
        return [*dict.fromkeys(map(urls.alias, addresses)), urls.guid_alias(self.source.key, entry.id)]

    def _before_move(self, url: str) -> str:
        here, home = urls.site(url), self.home(url)
        return url.replace(here, home, 1) if here != home else url

    @property
    def unannounced(self) -> datetime | None:
        """When the source was last visited and did not announce the entry yet; None when that is not known."""
        before = self.state.last_success
        return before if before is not None and before < self.row.first_seen else None


def rights_in(
    file: RightsFile, source: Source, today: date | None = None, answered: str | None = None
) -> ownership.Rights:
    """The rights of `source` as the file beside the articles has them. With `today`, those by which it may write now;
    without, those by which what it wrote is published, which it keeps when it loses the others. `answered`: the site
    that its feed came from, which has to be the one that its own site moved to; None: any. Raises ConfigError."""
    sites = [*(file.linked(source.key, today) if today else file.shown(source.key))]
    for new, move in file.moved(source.key).items():
        if answered in (None, new):
            sites += [new, move.old]
    return ownership.rights_of(source, sites=sites, before=file.before(source.key))


def describe_bug(bug: BaseException) -> str:
    """A fault of ours in one line."""
    return f"a bug of ours: {type(bug).__name__}: {bug}"[:_LONGEST_BUG]
