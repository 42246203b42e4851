"""Commands on the database that machines share: its tables, its move, the sources that workers follow, its state."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from syndicator.articles.article_store import open_articles
from syndicator.configuration.settings import Settings, load
from syndicator.core.errors import MissingError, UsageError
from syndicator.services import reconcile
from syndicator.services.container import App, Configuration, lease_seconds, locked, valid_queries
from syndicator.services.places import begun
from syndicator.store.codec import micros
from syndicator.store.engine import open_store
from syndicator.store.fleet.followed import Pushed
from syndicator.store.fleet.hosts import HostCounts
from syndicator.store.fleet.moving import copy


def need_server(settings: Settings) -> None:
    """Raises UsageError where the database is a file, which has one machine."""
    if settings.store_url.startswith("sqlite"):
        raise UsageError(
            "workers share a database server: set store.url to postgresql://user@host/database. On one machine "
            "`syndicator up` does all of it"
        )


def pushed(config: Path, settings: Settings) -> Configuration:
    """A worker's configuration: pushed sources and its folder. Raises MissingError, ConfigError, StoreError."""
    with open_store(settings.store_url, articles_exist=True, create=True) as store:
        stamp, sources = store.fleet.stamp(), store.fleet.sources()
    if not stamp:
        raise MissingError(
            "no sources were pushed to this database: run `syndicator sources push` where sources.toml is"
        )
    queries, faults = valid_queries(config, settings, remember=True)
    return Configuration(settings=settings, sources=sources, queries=queries, sources_stamp=stamp, faults=faults)


def push(app: App, *, dry_run: bool = False) -> Pushed:
    """Have workers use the sources of `app` now. Returns the changes; `dry_run` changes nothing. Raises StoreError."""
    if not dry_run:
        reconcile.sources(app)
    change = app.store.fleet.push(list(app.sources.values()), micros(app.clock()), dry_run=dry_run)
    if not (dry_run or app.store.single):
        shards = app.store.shards(lease_seconds(app.settings))
        shards.install()
        shards.fill()
    return change


def look(config: Path, *, requeue: bool = False) -> HostCounts:
    """The state of the fleet. `requeue`: retry held hosts. Raises ConfigError, UsageError, StoreError."""
    settings = load(config)
    need_server(settings)
    lease = lease_seconds(settings)
    with open_store(settings.store_url, articles_exist=True, create=True) as store:
        hosts, shards = store.hosts(lease), store.shards(lease)
        freed = hosts.free_poison() if requeue else 0
        if freed:
            shards.install()
            shards.fill()
        return replace(hosts.counts(), freed=freed)


def migrate(config: Path) -> str:
    """Create or upgrade the tables, and on a server the queue's, which workers otherwise do at start (not behind a
    pooler). Returns the database's name. Raises ConfigError, StoreError."""
    settings = load(config)
    exist = begun(open_articles(settings.articles_at, os.environ), settings, os.environ)
    with open_store(settings.store_url, articles_exist=exist) as store:
        if not store.single:
            store.shards(lease_seconds(settings)).install()
        return store.name


def move_to(config: Path, target: str) -> Mapping[str, int]:
    """Copies the database to `target` once no run is under way; the rows by table. The old one stays, for store.url to
    name again. Raises ConfigError, UsageError, LockedError, StoreError."""
    settings = load(config)
    if target == settings.store_url:
        raise UsageError("the database is there already: name where it is to go")
    with locked(settings):
        return move(settings.store_url, target)


def move(origin: str, target: str) -> Mapping[str, int]:
    """As `store.fleet.moving.copy`, with both databases brought to this version's tables first, or made."""
    open_store(origin, articles_exist=True).close()
    open_store(target, articles_exist=False).close()
    return copy(origin, target)
