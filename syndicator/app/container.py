"""Open an instance as an `App`, which has all the objects that commands work with."""

import os
import random
from collections.abc import (
    Callable,
    Iterator,
    Mapping,
)
from contextlib import (
    contextmanager,
)
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from syndicator.app.archive import Archive
from syndicator.app.beside.kept_feeds import Beside
from syndicator.app.beside.opened_rights import open_rights
from syndicator.app.clock import utc_now
from syndicator.app.places import add_index, has_begun, open_kept_pages, record_archives
from syndicator.app.read_configuration import Configuration, describe_wrong, read_configuration
from syndicator.articles.article_store import open_articles
from syndicator.articles.beside.withdrawals import KeptAway
from syndicator.core.errors import ConfigError, Fault, MissingError
from syndicator.core.model import Outcome
from syndicator.core.ports.articles import ArticleStore
from syndicator.core.program import logger
from syndicator.publishing.entry_cache import KeptEntries
from syndicator.store.engine import Store, is_missing, open_store
from syndicator.visiting.fetch.cookie_files import CookieFiles

_INSTANCE = "instance"  # the note with this instance's uuid


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The objects of an opened instance. Time, random numbers and environment are only taken from
    these objects, so that tests can replace them. `jitter`: returns a random number from 0 to 1."""

    configuration: Configuration
    archive: Archive
    jitter: Callable[[], float]
    entries: KeptEntries = field(default_factory=KeptEntries)  # for its builds


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Functions that a run calls to show its progress."""

    started: Callable[[int], None] = lambda sources: None  # with the number of due sources
    visited: Callable[[Outcome], None] = lambda outcome: None
    filed: Callable[[str], None] = lambda title: None  # with the title of a new article
    # with how many pages were added to those to read, and how many more were read
    pages: Callable[[int, int], None] = lambda more, read: None
    turn: Callable[[], object] = lambda: None  # between two steps of a build


def warn(fault: Fault) -> None:
    """Log a fault of the configuration."""
    logger("configuration").warning(describe_wrong(fault))


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
    tell: Callable[[Fault], object] = warn,
) -> Iterator[App]:
    """Open an instance, yield it, and close its database at the end. `config`: folder of the
    configuration. `create`: True to make a new database even if articles exist. `remake`: rebuilds
    a lost database, None if that is an error. `read`: the configuration, if the caller has read it.
    `entries`: a cache that outlives this opening. `held`: called before each change; raises
    StoreAway if the lock of runs was lost. `tell`: called with each fault of the configuration.
    Raises ConfigError, StoreError or MissingError."""
    if read is None:
        read = read_configuration(config, environ, remember=True)
        for fault in read.faults:
            tell(fault)
    settings = read.settings
    article_store = open_articles(settings.articles_at, environ)
    has_articles = has_begun(article_store, settings, environ)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    is_lost = remake is not None and has_articles and is_missing(settings.store_url)
    store = open_store(settings.store_url, articles_exist=has_articles, create=create or is_lost)
    store.set_guard(held)
    try:
        article_store = add_index(article_store, store, clock)
        _need_article_store(article_store, store)
        beside = Beside(files=article_store, store=store, publish=settings.publish, clock=clock)
        beside.create_missing_files()
        _keep_instance(article_store, store, clock(), begun=has_articles)
        app = App(
            configuration=replace(
                read,
                settings=record_archives(settings, article_store, begun=has_articles),
                environ=environ,
            ),
            archive=Archive(
                store=store,
                article_store=article_store,
                snapshots=open_kept_pages(settings, environ),
                kept_away=KeptAway(settings.state_dir / "withdrawn"),
                beside=beside,
                rights_file=open_rights(read.sources.values(), article_store, store),
                clock=clock,
                cookie_files=CookieFiles(read.folder, clock),
            ),
            jitter=jitter,
            entries=entries or KeptEntries(),
        )
        if is_lost and remake:
            remake(app)
        yield app
    finally:
        store.close()


def _keep_instance(
    article_store: ArticleStore, store: Store, now: datetime, *, begun: bool
) -> None:
    """Copy the uuid of the instance, from which all published ids are made, from instance.toml to
    the database. A new instance gets a new uuid. `begun`: True if the instance has articles or
    feeds. Raises ConfigError if it has, but its uuid in instance.toml is lost."""
    stored = store.visits.note(_INSTANCE)  # the uuid in the database, None for a new database
    has_uuid_in_file = article_store.minted()
    if begun and not has_uuid_in_file:
        if stored:
            cure = f'id = "{stored}"'
        else:
            cure = 'id = "<uuid of a backup>" (a new one shows every entry to all once more)'
        raise ConfigError(
            f"{article_store.name}/instance.toml is lost, from which all published ids are made;"
            f" restore it, or write this line into it: {cure}"
        )
    instance = str(article_store.instance())
    if instance != stored:
        store.visits.set_note(_INSTANCE, instance, now)


def _need_article_store(article_store: ArticleStore, store: Store) -> None:
    """Raise MissingError if the database knows articles, but the article store has no file at all,
    as when a disk is not mounted."""
    # without this error, all articles would be published again with new ids
    has_article = next(article_store.walk(), None) is not None
    if article_store.minted() or has_article:
        return
    article_count = len(store.visits.stamps())
    if not article_count:  # a new instance
        return
    cure = "mount it or restore it from a backup"
    if "/~" in article_store.name:
        cure = 'write paths.articles in syndicator.toml without "~", as a whole path'
    raise MissingError(
        f"{article_store.name} is not the folder it was: the database knows {article_count}"
        f" articles and no file is there; {cure}; or, if paths.articles in syndicator.toml was"
        f" changed, move the old folder there. To begin anew, move {store.name} away"
    )
