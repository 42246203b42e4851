"""Open the folders or object stores for articles, saved pages and published files.

Several machines may share them."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from syndicator.articles.article_store import FileArticleStore, open_articles
from syndicator.articles.beside.instance_toml import (
    INSTANCE_TOML,
    has_all_archives,
    record_all_archives,
)
from syndicator.articles.shared_folder import SharedArticleStore
from syndicator.articles.snapshots import FileSnapshots
from syndicator.articles.stores.bucket import Bucket
from syndicator.articles.stores.object_articles import ObjectArticleStore, ObjectSnapshots
from syndicator.configuration.settings import Settings, is_bucket
from syndicator.core.axes import ALL
from syndicator.core.errors import SyndicatorError, UsageError
from syndicator.core.formats import FORMATS
from syndicator.core.model import Source
from syndicator.core.ports import Outlet
from syndicator.core.ports.articles import ArticleStore, Snapshots
from syndicator.publishing.output.outlets import FileOutlet, ObjectOutlet
from syndicator.reading import READING_VERSION
from syndicator.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedInstance:
    """An instance that is opened for reading. `store`: None before the first run; `fault`: what is
    wrong with the configuration, "" for nothing."""

    config: Path
    sources: Mapping[str, Source]
    settings: Settings
    store: Store | None
    article_store: ArticleStore
    now: datetime
    environ: Mapping[str, str]
    fault: str = ""  # of the configuration


def add_index(
    article_store: ArticleStore, store: Store, clock: Callable[[], datetime]
) -> ArticleStore:
    """Return the article store with its index of paths in the database. Only object stores and
    folders that several machines share have such an index; other stores are returned unchanged."""
    is_shared = not store.single
    if isinstance(article_store, FileArticleStore) and is_shared:
        return SharedArticleStore(
            article_store.root, store.reservations.with_clock(clock), clock, store.fleet.in_turn
        )
    if isinstance(article_store, ObjectArticleStore):
        return replace(article_store, paths=store.reservations.with_clock(clock), clock=clock)
    return article_store


def open_kept_pages(settings: Settings, environ: Mapping[str, str]) -> Snapshots:
    """Return the folder or object store of the pages that were read."""
    if is_bucket(settings.pages_at):
        return ObjectSnapshots(Bucket(settings.pages_at, environ), READING_VERSION)
    return FileSnapshots(Path(settings.pages_at), READING_VERSION)


def open_outlet(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    whole: bool = False,
    held: Callable[[], object] = lambda: None,
) -> Outlet:
    """Return the folder or object store of the published files.

    `whole`: True to list all objects of an object store first, because many will be looked up.
    `held`: called before each write to a folder; raises StoreAway if the lock was lost."""
    if settings.public_dir is not None:
        return FileOutlet(settings.public_dir, settings.publish.gzip, held)
    return ObjectOutlet(Bucket(settings.public_at, environ), settings.publish.gzip, whole)


def has_begun(article_store: ArticleStore, settings: Settings, environ: Mapping[str, str]) -> bool:
    """True if this instance has written articles, or has published a feed and articles exist."""
    if article_store.has_our_articles():
        return True
    return has_feeds(settings, environ) and any(True for _ in article_store.walk())


def has_feeds(settings: Settings, environ: Mapping[str, str]) -> bool:
    """True if the feed of all articles is published in some format."""
    outlet = open_outlet(settings, environ)
    return any(outlet.written(f"{ALL.slug}.{name}") for name in FORMATS)


def read_published_file(
    settings: Settings, name: str, environ: Mapping[str, str] = os.environ
) -> bytes | None:
    """Return the content of the published file called `name`. None if it does not exist, or if
    published files cannot have this name."""
    try:
        return open_outlet(settings, environ).get(name)
    except UsageError:  # the name is not allowed
        return None


def record_archives(settings: Settings, article_store: ArticleStore, *, begun: bool) -> Settings:
    """Return the settings with `publish.archives` as it holds for this instance: an instance that
    an earlier version made keeps archives of all feeds. The first call writes to instance.toml
    whether it does.

    `begun`: True if the instance has articles or feeds. Raises ConfigError or OSError."""
    file = article_store.file(INSTANCE_TOML)
    record_all_archives(file, begun=begun)
    return with_archives(settings, keeps_all=has_all_archives(file))


def read_settings(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """Return the settings with `publish.archives` as it holds for this instance: an instance that
    an earlier version made keeps archives of all feeds. Nothing is written. If the article store
    cannot be read, return `settings` unchanged."""
    try:
        file = open_articles(settings.articles_at, environ).file(INSTANCE_TOML)
        return with_archives(settings, keeps_all=has_all_archives(file))
    except (OSError, SyndicatorError):  # commands that need the articles report it
        return settings


def with_archives(settings: Settings, *, keeps_all: bool) -> Settings:
    """Return `settings` with `publish.archives` switched on if the instance keeps archives of all
    feeds (`keeps_all`). If the operator has set it, it stays as it is."""
    is_set = "archives" in settings.publish.model_fields_set
    if is_set or not keeps_all:
        return settings
    publish = settings.publish.model_copy(update={"archives": True})
    return settings.model_copy(update={"publish": publish})
