"""Build the objects that commands work with, from settings."""

import os
import random
import uuid
from collections.abc import (
    Callable,
    Iterator,
    Mapping,
)
from contextlib import (
    contextmanager,
)
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syndicator.app.beside import Beside, open_rights
from syndicator.app.configured import Configuration, configuration, taxonomy_files
from syndicator.app.places import Place, begun, indexed, keep_settings, kept_pages
from syndicator.articles.article_store import open_articles
from syndicator.articles.beside import feeds_toml
from syndicator.articles.beside.feeds_toml import KeptAway
from syndicator.articles.beside.lists import FOLLOWED, RightsFile
from syndicator.configuration.settings import Settings
from syndicator.core.errors import ConfigError, Fault, MissingError
from syndicator.core.model import Article, Outcome, Source
from syndicator.core.ports.articles import ArticleStore, Snapshots
from syndicator.core.program import logger
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.filing.ownership import Rights, rights_in, terms
from syndicator.publishing.kept import KeptEntries
from syndicator.publishing.queries import SavedQuery
from syndicator.store.engine import Store, is_gone, open_store

_INSTANCE = "instance"  # the note with this instance's uuid
# fields of an App as in its configuration
_AS_READ = ("queries", "sources_stamp", "sources_before", "faults")


def utc_now() -> datetime:
    """Return the time in whole seconds: files store no fractions."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The objects of an opened instance. Time, randomness and environment come from its fields
    alone."""

    config: Path
    settings: Settings
    sources: Mapping[str, Source]
    queries: tuple[SavedQuery, ...]
    store: Store
    article_store: ArticleStore
    beside: Beside
    rights_file: RightsFile
    snapshots: Snapshots
    kept_away: KeptAway
    taxonomy: TaxonomyFiles
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    environ: Mapping[str, str]
    sources_stamp: str = ""  # differs after every edit of the sources; "" if not known
    # the stamp before an edit that only added sources, and how many
    sources_before: tuple[str, int] = ("", 0)
    faults: tuple[Fault, ...] = ()  # of the configuration
    is_reconciled: bool = False  # with the article files: the caller did it before several changes
    entries: KeptEntries = field(default_factory=KeptEntries)  # for its builds
    # by host: `clock` minus the host's clock
    clock_offsets: dict[str, timedelta] = field(default_factory=dict)

    def rights_of(self, source: Source) -> Rights:
        return rights_in(self.rights_file, source)

    def terms(self, article: Article) -> Source | None:
        """Return the source of `article` with its terms for it; None for a removed source."""
        source = self.sources.get(article.source_key)
        private = bool(self.settings.publish.secret_path)
        return (
            terms(source, self.rights_of(source), article.url, private=private) if source else None
        )

    @property
    def instance(self) -> uuid.UUID:
        return self.article_store.instance()

    def place(self, fault: str = "") -> Place:
        names = ("config", "sources", "settings", "store", "article_store", "environ")
        return Place(now=self.clock(), fault=fault, **{name: getattr(self, name) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Callbacks that show the progress of a run."""

    started: Callable[[int], None] = lambda sources: None
    visited: Callable[[Outcome], None] = lambda outcome: None
    filed: Callable[[str], None] = lambda title: None
    # receives how many more pages will be read, and how many more were
    pages: Callable[[int, int], None] = lambda more, read: None
    turn: Callable[[], object] = lambda: None  # between two steps of a build


@contextmanager
def open_app(
    config: Path,
    *,
    clock: Callable[[], datetime] = utc_now,
    jitter: Callable[[], float] = random.random,
    environ: Mapping[str, str] = os.environ,
    create: bool = False,
    remake: Callable[[App], object] | None = None,
    read: Configuration | None = None,
    entries: KeptEntries | None = None,
    held: Callable[[], object] = lambda: None,
) -> Iterator[App]:
    """Open the app of a configuration folder. `create`: allow a new database although articles
    exist; `remake`: called if the database was lost; `held`: check from `locked`. Raises
    ConfigError, StoreError, MissingError."""
    if read is None:
        read = configuration(config, environ, remember=True)
        for fault in read.faults:
            logger("configuration").warning(f"{fault}; what was valid before counts")
    settings = read.settings
    article_store = open_articles(settings.articles_at, environ)
    has_begun = begun(article_store, settings, environ)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    gone = remake is not None and has_begun and is_gone(settings.store_url)
    store = open_store(settings.store_url, articles_exist=has_begun, create=create or gone)
    store.guard(held)
    try:
        article_store = indexed(article_store, store, clock)
        _need_article_store(article_store, store)
        names = {
            "feeds": feeds_toml.FEEDS,
            "sources": feeds_toml.SOURCES,
            "followed": FOLLOWED.name,
        }
        files = {name: article_store.file(file) for name, file in names.items()}
        beside = Beside(**files, store=store, publish=settings.publish, clock=clock)
        beside.begin()
        _keep_instance(article_store, store, clock(), begun=has_begun)
        app = App(
            **{name: getattr(read, name) for name in _AS_READ},
            settings=keep_settings(settings, article_store, begun=has_begun),
            config=config,
            sources={source.key: source for source in read.sources},
            store=store,
            article_store=article_store,
            beside=beside,
            rights_file=open_rights(read.sources, article_store, store),
            snapshots=kept_pages(settings, environ),
            kept_away=KeptAway(settings.state_dir / "withdrawn"),
            taxonomy=taxonomy_files(config, settings, read.taxonomy),
            clock=clock,
            jitter=jitter,
            environ=environ,
            entries=entries or KeptEntries(),
        )
        if remake is not None and gone:
            remake(app)
        yield app
    finally:
        store.close()


def _keep_instance(
    article_store: ArticleStore, store: Store, now: datetime, *, begun: bool
) -> None:
    """Create the instance's uuid, or check it if `begun`. Raises ConfigError."""
    noted = store.visits.note(_INSTANCE)
    if begun and not article_store.minted():
        line = f'id = "{noted or "<uuid of a backup>"}"'
        line += "" if noted else " (a new one shows every entry to all once more)"
        lost = f"{article_store.name}/instance.toml is lost, from which all published ids are made"
        raise ConfigError(f"{lost}; restore it, or write this line into it: {line}")
    instance = str(article_store.instance())
    if instance != noted:
        store.visits.set_note(_INSTANCE, instance, now)


def _need_article_store(article_store: ArticleStore, store: Store) -> None:
    """Raise MissingError if all article files are gone: they would be published under new ids."""
    gone = not article_store.minted() and next(article_store.walk(), None) is None
    if gone and (count := len(store.visits.stamps())):
        raise MissingError(
            f"{article_store.name} is not the folder it was: the database knows {count} articles"
            " and no file is there; mount it or restore it from a backup. To begin anew, move"
            f" {store.name} away"
        )
